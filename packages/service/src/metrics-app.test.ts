import { expect, onTestFinished, test } from 'vitest'
import { createHealth } from './health.ts'
import { createLogger } from './log.ts'
import { Counter, createMetrics } from './metrics.ts'
import { createMetricsApp } from './metrics-app.ts'

const log = createLogger({ service: 'test', level: 'silent' })

test('metrics are told in the text format, those of the process among them', async () => {
  const metrics = createMetrics()
  new Counter({ name: 'things_total', help: 'Things', registers: [metrics.registry] }).inc(3)
  const app = createMetricsApp({ log, metrics, health: createHealth({ checks: [] }) })
  onTestFinished(() => app.close())
  const response = await app.inject({ url: '/metrics' })
  expect(response.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8')
  expect(response.body).toContain('things_total 3')
  expect(response.body).toContain('process_resident_memory_bytes')
  expect((await app.inject({ url: '/health' })).json()).toEqual({ ok: true })
})

test('labels have a bound, whatever is asked', async () => {
  const metrics = createMetrics({ withProcess: false })
  for (const method of ['PROPFIND', 'MKCOL', 'GET'])
    metrics.observeRequest({ method, route: undefined, status: 404, durationS: 0.1 })
  const text = await metrics.registry.metrics()
  expect(text).toContain('http_request_duration_seconds_count{method="other",route="none",status="4xx"} 2')
  expect(text).not.toContain('PROPFIND')
})
