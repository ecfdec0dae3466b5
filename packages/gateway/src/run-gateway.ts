import { createGateway } from '@mcp-sentinel/gateway-middleware'
import { identityHeaders } from '@mcp-sentinel/gateway-middleware/adapters/identity-headers'
import {
  createMetrics,
  createMetricsApp,
  createTracing,
  runService,
  type ServiceProcess,
  untraced,
} from '@mcp-sentinel/service'
import { config, durabilityOf } from './config.ts'
import { createUpstream } from './forward.ts'
import { counted, watchGateway } from './gateway-metrics.ts'
import { listTools } from './list-tools.ts'
import { createLiveDefinitions } from './live-definitions.ts'
import { metadataOf, openIdentity } from './open-identity.ts'
import { openPolicy } from './open-policy.ts'
import { openRecorder } from './open-recorder.ts'
import { openStatements } from './open-statements.ts'
import { createOnwardSpans, createRequestTracer } from './request-spans.ts'
import { createRoutes, statusOf } from './routes.ts'
import { listen } from './serve.ts'
import { createSessionIds } from './session-id.ts'
import { sessionKeysOf } from './session-keys.ts'
import { createSidecar } from './sidecar.ts'
import { createUpstreamCredential } from './upstream-credential.ts'
import { createUpstreamTokens } from './upstream-tokens.ts'

/** The network process, from its settings to its end: the sidecar of one server. */
export const runGateway = (process: ServiceProcess): Promise<void> =>
  runService({
    name: 'mcp-gateway',
    process,
    config,
    start: async ({ settings, log }) => {
      const { HOST: host, UPSTREAM_TOKENS_DIRECTORY: tokens } = settings
      const metrics = createMetrics()
      const tracing = createTracing({
        serviceName: 'mcp-gateway',
        endpoint: settings.OTEL_EXPORTER_OTLP_ENDPOINT,
        sampleRatio: settings.TRACE_SAMPLE_RATIO,
      })
      const policy = await openPolicy(settings)
      const { recorder, spool, closings } = await openRecorder(settings, log)
      const sessionIds = createSessionIds(sessionKeysOf(settings))
      const report = (error: unknown): void => log.error({ err: error }, 'a request failed here')
      const definitions = createLiveDefinitions({
        policy,
        list: () =>
          listTools({ url: new URL(settings.MCP_PATH, settings.UPSTREAM_URL).href, timeoutMs: 10_000 }),
        intervalMs: settings.DEFINITIONS_INTERVAL,
        report: (error) => log.warn({ err: error }, 'the server does not tell its tools'),
      })
      const gateway = await createGateway({
        policy,
        identify: await openIdentity(settings),
        definitions,
        record: counted(recorder, metrics),
        tracer: tracing === untraced ? undefined : createRequestTracer(tracing.tracer),
        identityHeaders: (inForce) => (inForce === undefined ? [] : Object.values(identityHeaders(inForce))),
        server: {
          name: settings.MCP_SERVER_NAME || undefined,
          namespace: settings.MCP_SERVER_NAMESPACE || undefined,
          cluster: settings.MCP_CLUSTER_NAME || undefined,
        },
        ownsSession: (caller, session) => sessionIds.unseal(caller, session) !== undefined,
        // While there is no policy that could say it.
        denial: settings.DENIAL,
        bodyBytesMax: settings.BODY_BYTES_MAX,
        report,
      })
      const upstream = createUpstream({
        origin: settings.UPSTREAM_URL.origin,
        connectTimeoutMs: settings.UPSTREAM_CONNECT_TIMEOUT,
        headTimeoutMs: settings.UPSTREAM_HEAD_TIMEOUT,
        idleTimeoutMs: settings.UPSTREAM_IDLE_TIMEOUT,
      })
      const credential = createUpstreamCredential({
        passthrough: settings.UPSTREAM_TOKEN_PASSTHROUGH,
        statementOf: await openStatements(settings),
        tokenOf: tokens === undefined ? undefined : createUpstreamTokens(tokens, Date.now),
      })
      const { STRIP_PREFIX: stripPrefix } = settings
      const sidecar = createSidecar({
        gateway,
        upstream,
        sessionIds,
        credential,
        stripPrefix,
        definitions,
        startOnward:
          tracing === untraced ? undefined : createOnwardSpans(tracing.tracer, settings.UPSTREAM_URL),
        report,
      })
      const answersItself = createRoutes({ policy, resourceMetadata: metadataOf(settings, policy.current) })

      watchGateway(metrics, { policy, openCalls: gateway.openCalls })
      const metricsApp = createMetricsApp({ log, metrics })
      metricsApp.get('/config/status', async () =>
        statusOf(policy, {
          durability: durabilityOf(settings),
          blocked: spool?.stats().blocked?.message,
        }),
      )
      await metricsApp.listen({ host, port: settings.METRICS_PORT })
      const listener = await listen(
        (req, res) => {
          if (!answersItself(req, res)) void sidecar.handle(req, res)
        },
        host,
        settings.PORT,
      )
      const { SHUTDOWN_TIMEOUT: deadlineMs, UPSTREAM_URL } = settings
      log.info({ port: listener.port, upstream: UPSTREAM_URL.origin }, 'guarding')
      return [
        { name: 'calls', deadlineMs: deadlineMs + 1_000, close: () => listener.close(deadlineMs) },
        { name: 'records', deadlineMs: 1_000, close: gateway.idle },
        { name: 'definitions', deadlineMs: 1_000, close: async () => definitions.close() },
        { name: 'upstream', deadlineMs: 1_000, close: upstream.close },
        { name: 'policy', deadlineMs: 1_000, close: gateway.close },
        ...closings,
        { name: 'spans', deadlineMs: 5_000, close: tracing.close },
        { name: 'metrics', deadlineMs: 1_000, close: async () => void (await metricsApp.close()) },
      ]
    },
  })
