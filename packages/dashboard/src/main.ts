#!/usr/bin/env node
import { createMetrics, createMetricsApp, createTracing, runService } from '@mcp-sentinel/service'
import { config, oidcOf } from './config.ts'
import { createDashboard } from './dashboard.ts'

const name = 'mcp-dashboard'

await runService({
  name,
  process,
  config,
  start: async ({ settings, log: logger }) => {
    const { HOST: host } = settings
    const metrics = createMetrics()
    const tracing = createTracing({
      serviceName: name,
      endpoint: settings.OTEL_EXPORTER_OTLP_ENDPOINT,
      sampleRatio: settings.TRACE_SAMPLE_RATIO,
    })
    const dashboard = await createDashboard({
      apiUpstream: settings.API_UPSTREAM.origin,
      apiBase: settings.API_BASE,
      platformMode: settings.PLATFORM_MODE,
      oidc: oidcOf(settings),
      traceUrl: settings.TRACE_URL,
      logger,
      metrics,
      tracer: tracing.tracer,
    })
    const metricsApp = createMetricsApp({ log: logger, metrics })
    await metricsApp.listen({ host, port: settings.METRICS_PORT })
    await dashboard.app.listen({ host, port: settings.PORT })
    return [
      { name: 'requests', deadlineMs: 15_000, close: dashboard.close },
      { name: 'spans', deadlineMs: 5_000, close: tracing.close },
      { name: 'metrics', deadlineMs: 1_000, close: async () => void (await metricsApp.close()) },
    ]
  },
})
