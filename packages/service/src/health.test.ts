import { expect, onTestFinished, test } from 'vitest'
import { createApp } from './app.ts'
import { createHealth, type HealthCheck } from './health.ts'
import { addHealthRoutes } from './health-routes.ts'
import { createLogger } from './log.ts'

const log = createLogger({ service: 'test', level: 'silent' })
const appOf = (checks: readonly HealthCheck[]) => {
  const app = createApp({ log })
  onTestFinished(() => app.close())
  addHealthRoutes(app, createHealth({ checks }))
  return app
}
const check = (name: string, run: HealthCheck['check'], deadlineMs = 60_000): HealthCheck => ({
  name,
  error: `${name}_unavailable`,
  deadlineMs,
  check: run,
})
const holds = async () => {}
const fails = async () => {
  throw new Error('down')
}
const hangs = () => new Promise<void>(() => {})

test.each<[string, HealthCheck[], number, object]>([
  ['without checks', [], 200, { ok: true }],
  ['with checks that hold', [check('kafka', holds)], 200, { ok: true }],
  [
    'names the first that fails',
    [check('a', holds), check('kafka', fails), check('store', fails)],
    503,
    { ok: false, error: 'kafka_unavailable' },
  ],
  [
    'does not wait for one that hangs',
    [check('kafka', hangs, 10)],
    503,
    { ok: false, error: 'kafka_unavailable' },
  ],
])('readiness %s', async (_, checks, status, body) => {
  const response = await appOf(checks).inject({ url: '/ready' })
  expect([response.statusCode, response.json()]).toEqual([status, body])
})

test('a process whose engine is down lives', async () => {
  const app = appOf([check('kafka', fails)])
  for (const url of ['/live', '/health']) {
    const response = await app.inject({ url })
    expect([response.statusCode, response.json()]).toEqual([200, { ok: true }])
  }
})

test('`/health` tells besides what it is given to tell', async () => {
  const app = createApp({ log })
  onTestFinished(() => app.close())
  addHealthRoutes(app, createHealth({ checks: [] }), async () => ({ engines: { kafka: 'away' } }))
  expect((await app.inject({ url: '/health' })).json()).toEqual({ ok: true, engines: { kafka: 'away' } })
})

test('a check runs once at a time, and tells when it turns', async () => {
  const told: [string, boolean][] = []
  let runs = 0
  let isDown = true
  const health = createHealth({
    checks: [
      check('kafka', async () => {
        runs++
        if (isDown) throw new Error('down')
      }),
    ],
    report: (name, failure) => void told.push([name, failure === undefined]),
  })
  await Promise.all([health.ready(), health.ready(), health.ready()])
  expect(runs).toBe(1)
  await health.ready()
  isDown = false
  await health.ready()
  await health.ready()
  expect(told).toEqual([
    ['kafka', false],
    ['kafka', true],
  ])
})
