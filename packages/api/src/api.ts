import { endpoints, type Groups } from '@mcp-sentinel/contract'
import { openapi } from '@mcp-sentinel/contract/openapi'
import {
  type App,
  addHealthRoutes,
  createApp,
  createHealth,
  type HealthCheck,
  type Logger,
  type Metrics,
  type Tracer,
} from '@mcp-sentinel/service'
import type { Authenticate } from './caller.ts'
import { createEngines, type EngineOptions } from './engines.ts'
import { createRoutes } from './routes.ts'
import { createServe, prefixes } from './serving/serve.ts'

export interface ApiOptions extends EngineOptions {
  readonly authenticate: Authenticate
  readonly logger: Logger
  readonly tracer?: Tracer | undefined
  readonly metrics?: Metrics | undefined
  readonly checks?: readonly HealthCheck[] | undefined
  /** Told in the description of the API. */
  readonly version: string
  /** Epoch milliseconds. */
  readonly clock?: (() => number) | undefined
}

export interface Api {
  /** Not listening yet. */
  readonly app: App
  /** Ends streams, answers what is under way. */
  readonly close: () => Promise<void>
}

/** All that the contract promises, over the engines that are there. */
export const createApi = (options: ApiOptions): Api => {
  const { authenticate, logger, tracer, metrics, checks = [], version, clock = Date.now } = options
  const app = createApp({ log: logger, tracer, metrics })
  const ending = new AbortController()
  addHealthRoutes(app, createHealth({ checks }))

  const serve = createServe(app, { authenticate, addressOf: ({ ip }) => ip, ending: ending.signal })
  const routes = createRoutes(createEngines(options, clock))
  const groups: Groups = endpoints
  for (const [group, members] of Object.entries(groups)) serve(members, routes[group as keyof typeof routes])

  const description = openapi({ version })
  for (const prefix of prefixes) app.get(`${prefix}/openapi.json`, () => description)
  return {
    app,
    close: async () => {
      ending.abort()
      await app.close()
    },
  }
}
