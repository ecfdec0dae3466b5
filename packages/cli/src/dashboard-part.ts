import { createDashboard, type Dashboard } from '@mcp-sentinel/dashboard'
import { createLogger } from '@mcp-sentinel/service'
import type { Handle } from './front-door.ts'
import { stackNamespace as namespace, type Part } from './supervised/part.ts'

/** The pages, and the way of browsers to the API. */
export const dashboardPart = (options: { readonly apiOrigin: () => string }) => {
  let dashboard: Dashboard | undefined
  const start: Part['start'] = async (say) => {
    const started = await createDashboard({
      apiUpstream: options.apiOrigin(),
      logger: createLogger({ service: 'dashboard', level: 'info', destination: { write: say } }),
    })
    await started.app.ready()
    dashboard = started
    return { close: started.close }
  }
  const handle: Handle = (request, response) => {
    if (dashboard === undefined) response.writeHead(503, { 'retry-after': '1' }).end()
    else dashboard.app.routing(request, response)
  }
  return { part: { key: 'dashboard', display: 'Dashboard', namespace, start } satisfies Part, handle }
}
