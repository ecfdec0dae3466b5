import {
  type App,
  addHealthRoutes,
  createApp,
  createHealth,
  type Logger,
  type Metrics,
  type Tracer,
} from '@mcp-sentinel/service'
import { serveFiles } from './files.ts'
import { type OidcOptions, serveOidc } from './oidc/serve-oidc.ts'
import { createStartSession } from './oidc/start-session.ts'
import { serveProxy } from './proxy.ts'

export interface DashboardOptions {
  /** Of the API, without a path. */
  readonly apiUpstream: string
  readonly logger: Logger
  readonly tracer?: Tracer | undefined
  readonly metrics?: Metrics | undefined
  /** Where browsers find the API. */
  readonly apiBase?: string | undefined
  readonly platformMode?: 'tenant' | 'org' | 'public' | undefined
  /** Whom people may sign in with, besides their passwords and keys. */
  readonly oidc?: OidcOptions | undefined
  /** Where people look at a trace, with `{traceId}` in it. */
  readonly traceUrl?: string | undefined
  /** Epoch milliseconds. */
  readonly clock?: (() => number) | undefined
  /** Of the application, if it is not the one that this package brings. */
  readonly directory?: string | undefined
}

export interface Dashboard {
  /** Not listening yet. */
  readonly app: App
  readonly close: () => Promise<void>
}

/** The application, and the way from it to the API. */
export const createDashboard = async (options: DashboardOptions): Promise<Dashboard> => {
  const {
    apiUpstream,
    logger,
    tracer,
    metrics,
    apiBase = '/api',
    platformMode = 'tenant',
    oidc,
    traceUrl,
    clock = Date.now,
    directory,
  } = options
  const app = createApp({ log: logger, tracer, metrics, bodyBytesMax: 1024 ** 2 })
  addHealthRoutes(app, createHealth({ checks: [] }))

  const page = {
    MCP_API_BASE: apiBase,
    MCP_PLATFORM_MODE: platformMode,
    ...(oidc && { MCP_OIDC_NAME: oidc.name ?? 'single sign-on' }),
    ...(traceUrl && { MCP_TRACE_URL: traceUrl }),
  }
  const script = Object.entries(page).map(([name, value]) => `window.${name} = ${JSON.stringify(value)}\n`)
  app.get('/config.js', (_, reply) => reply.type('text/javascript; charset=utf-8').send(script.join('')))

  await serveProxy(app, { upstream: apiUpstream })
  if (oidc) serveOidc(app, { ...oidc, logger, clock, startSession: createStartSession(apiUpstream) })
  await serveFiles(app, directory)
  return { app, close: () => app.close() }
}
