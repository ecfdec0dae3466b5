//#region dashboard
import { createDashboard } from '@mcp-sentinel/dashboard'
import { createLogger } from '@mcp-sentinel/service'

const dashboard = await createDashboard({
  apiUpstream: 'http://127.0.0.1:8080',
  logger: createLogger({ service: 'dashboard', level: 'warn' }),
})
const origin = await dashboard.app.listen({ host: '127.0.0.1', port: 0 })

const page = await fetch(`${origin}/config.js`) // where the application finds the API

await dashboard.close()
//#endregion

export const told = await page.text()
