import { type App, createApp } from './app.ts'
import type { Health } from './health.ts'
import { addHealthRoutes } from './health-routes.ts'
import type { Logger } from './log.ts'
import type { Metrics } from './metrics.ts'

export interface MetricsAppOptions {
  readonly log: Logger
  readonly metrics: Metrics
  /** For a process that serves nothing else. */
  readonly health?: Health | undefined
}

/** `/metrics` on a listener of its own, so that no public address ever leads to it. */
export const createMetricsApp = ({ log, metrics, health }: MetricsAppOptions): App => {
  const { registry } = metrics
  const app = createApp({ log, bodyBytesMax: 1024 })
  app.get('/metrics', async (_, reply) =>
    reply.header('content-type', registry.contentType).send(await registry.metrics()),
  )
  if (health !== undefined) addHealthRoutes(app, health)
  return app
}
