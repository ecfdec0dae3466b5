import type { App } from './app.ts'
import type { Health } from './health.ts'

/**
 * `/live` and `/health`: the process answers. `/ready`: it can do its work. A failing engine must not have the process
 * restarted, so only `/ready` says no because of engines. `about` is what `/health` tells besides.
 */
export const addHealthRoutes = (
  app: App,
  health: Health,
  about: () => Promise<object> = async () => ({}),
): void => {
  const ok = { ok: true }
  app.get('/live', async () => ok)
  app.get('/health', async () => ({ ...ok, ...(await about()) }))
  app.get('/ready', async (_, reply) => {
    const readiness = await health.ready()
    return reply.code(readiness.ok ? 200 : 503).send(readiness)
  })
}
