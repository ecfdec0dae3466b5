#!/usr/bin/env node
import { createMetrics, createMetricsApp, createTracing, runService } from '@mcp-sentinel/service'
import manifest from '../package.json' with { type: 'json' }
import { createApi } from './api.ts'
import { createAuthenticate } from './authenticate.ts'
import { platformOf } from './config/platform-variables.ts'
import { config } from './config.ts'
import { openAccounts, prepareAccounts } from './open-accounts.ts'
import { openEngines } from './open-engines.ts'
import { openEntrance, openSigner } from './open-entrance.ts'

const name = 'mcp-api'

await runService({
  name,
  process,
  config,
  start: async ({ settings, log: logger }) => {
    if (process.argv.includes('--migrate') || settings.PLATFORM_ADMIN_BOOTSTRAP_ONLY) {
      await prepareAccounts(settings, logger)
      process.exit(0)
    }
    const { HOST: host } = settings
    const metrics = createMetrics()
    const tracing = createTracing({
      serviceName: name,
      endpoint: settings.OTEL_EXPORTER_OTLP_ENDPOINT,
      sampleRatio: settings.TRACE_SAMPLE_RATIO,
    })
    const signer = await openSigner(settings)
    const engines = await openEngines(settings)
    const opened = await openAccounts(settings, logger)
    const accounts = opened?.accounts
    const entrance = openEntrance(settings, signer, accounts, logger)
    const api = createApi({
      ...engines,
      accounts,
      entrance,
      signer,
      authenticate: createAuthenticate({ accounts, ...entrance }),
      trustedProxies: settings.TRUSTED_PROXIES,
      platform: platformOf(settings),
      cluster: settings.CLUSTER_NAME,
      checks: opened === undefined ? [] : [opened.check],
      logger,
      metrics,
      tracer: tracing.tracer,
      version: manifest.version,
    })
    const metricsApp = createMetricsApp({ log: logger, metrics })
    await metricsApp.listen({ host, port: settings.METRICS_PORT })
    await api.app.listen({ host, port: settings.PORT })
    return [
      { name: 'requests', deadlineMs: 15_000, close: api.close },
      { name: 'accounts', deadlineMs: 5_000, close: async () => opened?.close() },
      { name: 'engines', deadlineMs: 5_000, close: engines.close },
      { name: 'spans', deadlineMs: 5_000, close: tracing.close },
      { name: 'metrics', deadlineMs: 1_000, close: async () => void (await metricsApp.close()) },
    ]
  },
})
