import { createDashboard } from '@mcp-sentinel/dashboard'
import { createLogger } from '@mcp-sentinel/service'

const { app, close } = await createDashboard({
  apiUpstream: 'http://127.0.0.1:1',
  logger: createLogger({ service: 'sample', level: 'silent' }),
})
const page = await app.inject({ url: '/events' })
if (page.statusCode !== 200 || !page.body.includes('id="app"')) throw new Error('the page should come built')
const [script = ''] = /\/assets\/index-[^"]+\.js/.exec(page.body) ?? []
if ((await app.inject({ url: script })).statusCode !== 200) throw new Error('what the page loads')
const refused = await app.inject({ url: '/api/auth/me' })
if (refused.statusCode !== 502) throw new Error('an API that is away should be told')
await close()
