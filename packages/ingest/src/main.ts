#!/usr/bin/env -S node --max-semi-space-size=16
import {
  createMetrics,
  createMetricsApp,
  createTracing,
  runService,
  type Tracing,
} from '@mcp-sentinel/service'
import { config } from './config.ts'
import { openCredentials } from './credentials.ts'
import { createIngest } from './ingest.ts'
import { openLog } from './open-log.ts'

const name = 'mcp-ingest'

await runService({
  name,
  process,
  config,
  start: async ({ settings, log: logger }) => {
    const { HOST: host } = settings
    const metrics = createMetrics()
    const tracing: Tracing = createTracing({
      serviceName: name,
      endpoint: settings.OTEL_EXPORTER_OTLP_ENDPOINT,
      sampleRatio: settings.TRACE_SAMPLE_RATIO,
    })
    if (settings.INGEST_ALLOW_ANONYMOUS) logger.warn('events are taken from whoever presents nothing')
    const authenticate = await openCredentials(settings)
    const { log, checks } = await openLog(settings)
    const ingest = createIngest({
      log,
      checks,
      authenticate,
      logger,
      metrics,
      tracer: tracing.tracer,
      topic: settings.KAFKA_TOPIC,
      eventBytesMax: settings.EVENT_BYTES_MAX,
      batchBytesMax: settings.BATCH_BYTES_MAX,
      batchEventsMax: settings.BATCH_EVENTS_MAX,
      inFlightRequestsMax: settings.IN_FLIGHT_REQUESTS_MAX,
      inFlightBytesMax: settings.IN_FLIGHT_BYTES_MAX,
      appendTimeoutMs: settings.APPEND_TIMEOUT,
      redactPointers: settings.REDACT_POINTERS,
    })
    const metricsApp = createMetricsApp({ log: logger, metrics })
    await metricsApp.listen({ host, port: settings.METRICS_PORT })
    await ingest.app.listen({ host, port: settings.PORT })
    return [
      { name: 'requests', deadlineMs: 15_000, close: ingest.close },
      { name: 'log', deadlineMs: 10_000, close: log.close },
      { name: 'spans', deadlineMs: 5_000, close: tracing.close },
      { name: 'metrics', deadlineMs: 1_000, close: async () => void (await metricsApp.close()) },
    ]
  },
})
