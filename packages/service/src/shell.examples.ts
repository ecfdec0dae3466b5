//#region shell
import {
  addHealthRoutes,
  createApp,
  createHealth,
  createLogger,
  createMetrics,
  createTracing,
  inSpan,
  ProblemError,
} from '@mcp-sentinel/service'

const log = createLogger({ service: 'greeter', level: 'warn' })
const metrics = createMetrics()
const { tracer } = createTracing({ serviceName: 'greeter' }) // with an endpoint: OTLP over HTTP

const app = createApp({ log, metrics, tracer, bodyBytesMax: 64 * 1024 })
addHealthRoutes(
  app,
  createHealth({
    checks: [{ name: 'store', error: 'store_unavailable', deadlineMs: 1_000, check: async () => {} }],
  }),
)
app.get('/greet/:name', async ({ params, traceContext }) => {
  const { name } = params as { readonly name: string }
  if (name === 'nobody')
    throw new ProblemError({ status: 404, code: 'unknown_name', message: 'nobody is here' })
  return inSpan(tracer, { name: 'greet', parent: traceContext }, async () => ({ hello: name }))
})

const greeted = await app.inject({ url: '/greet/anna' }) // { hello: 'anna' }
const refused = await app.inject({ url: '/greet/nobody' }) // 404 { error: 'unknown_name', message, request_id }
const ready = await app.inject({ url: '/ready' }) // { ok: true }

//#endregion

await app.close()

export { greeted, ready, refused }
