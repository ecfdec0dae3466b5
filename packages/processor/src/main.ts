#!/usr/bin/env -S node --max-semi-space-size=4 --max-old-space-size=2000
import {
  createHealth,
  createMetrics,
  createMetricsApp,
  createTracing,
  runService,
} from '@mcp-sentinel/service'
import { config } from './config.ts'
import { createLateProcessor } from './late-processor.ts'
import { migrateEngines, openProcessor } from './open-processor.ts'

const name = 'mcp-processor'

await runService({
  name,
  process,
  config,
  start: async ({ settings, log: logger }) => {
    if (process.argv.includes('--migrate')) {
      logger.info(await migrateEngines(settings), 'migrated')
      process.exit(0)
    }
    const metrics = createMetrics()
    const { tracer, close: closeTracing } = createTracing({
      serviceName: name,
      endpoint: settings.OTEL_EXPORTER_OTLP_ENDPOINT,
      sampleRatio: settings.TRACE_SAMPLE_RATIO,
    })
    const processor = createLateProcessor(() => openProcessor(settings, { logger, metrics, tracer }), logger)
    const health = createHealth({ checks: [processor.check] })
    const metricsApp = createMetricsApp({ log: logger, metrics, health })
    await metricsApp.listen({ host: settings.HOST, port: settings.METRICS_PORT })
    return [
      { name: 'processor', deadlineMs: 45_000, close: processor.close },
      { name: 'spans', deadlineMs: 5_000, close: closeTracing },
      { name: 'metrics', deadlineMs: 1_000, close: async () => void (await metricsApp.close()) },
    ]
  },
})
