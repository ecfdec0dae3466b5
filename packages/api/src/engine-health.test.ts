import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EventError } from '@mcp-sentinel/events'
import { createSegmentLog } from '@mcp-sentinel/events/adapters/segment-log'
import { directoryStore } from '@mcp-sentinel/resources/adapters/directory'
import { createLogger } from '@mcp-sentinel/service'
import { expect, onTestFinished, test, vi } from 'vitest'
import { type ApiOptions, createApi } from './api.ts'
import { clientWithKey } from './contract-tests/asking.ts'
import { authenticateCallers } from './contract-tests/callers.ts'
import { openTestStore } from './contract-tests/event-stores.ts'
import { rememberedWorkloads } from './contract-tests/remembered-workloads.ts'
import { openEmbeddedTestDatabase } from './contract-tests/test-databases.ts'
import { createWorld } from './contract-tests/world.ts'

let now = Date.parse('2026-06-01T08:00:00Z')
const clock = () => now
const later = () => {
  now += 2_000
}
const opened = (engines: Partial<ApiOptions>) => {
  const api = createApi({
    authenticate: authenticateCallers,
    logger: createLogger({ service: 'api-test', level: 'silent' }),
    version: '1.2.3',
    clock,
    ...engines,
  })
  onTestFinished(api.close)
  const health = async () => {
    const answer = await api.app.inject('/health')
    return { status: answer.statusCode, ...answer.json<{ readonly ok: boolean; readonly engines: object }>() }
  }
  return { app: api.app, health }
}
const ok = { status: 'ok' }
const patient = { timeout: 15_000 }
const away = (code: string) => ({ status: 'unavailable', code })
const folder = async (): Promise<string> => {
  const path = await mkdtemp(join(tmpdir(), 'engine-health-'))
  onTestFinished(() => rm(path, { recursive: true }))
  return path
}

test('names each engine that there is not, and what is answered for it', async () => {
  const none = (code: string) => ({ status: 'not_configured', code })
  expect(await opened({}).health()).toEqual({
    status: 200,
    ok: true,
    engines: {
      analytics: none('analytics_unavailable'),
      accounts: none('platform_unavailable'),
      resources: none('resources_unavailable'),
      workloads: none('workloads_unavailable'),
      live_tail: none('analytics_unavailable'),
    },
  })
})

test('tells of engines as they are stopped one by one, while the process stays ready', async () => {
  const [events, database, log] = [
    await openTestStore(),
    await openEmbeddedTestDatabase(),
    await createSegmentLog({ directory: await folder() }),
  ]
  let closed: Promise<void> | undefined
  const stopAccounts = () => {
    closed ??= database.close()
    return closed
  }
  onTestFinished(async () => {
    await Promise.all([events.close(), log.close(), stopAccounts()])
  })
  await database.migrate()
  const resources = await directoryStore(await folder())
  onTestFinished(resources.close)
  const workloads = rememberedWorkloads(clock)
  const world = createWorld(database)
  const { app, health } = opened({ store: events.store, log, accounts: world, resources, workloads })
  const all = { analytics: ok, accounts: ok, resources: ok, workloads: ok, live_tail: ok }
  /** Looked at again each time: on a busy machine an engine that is there may be late. */
  const becomes = (engines: object) =>
    vi.waitFor(async () => {
      later()
      const told = await health()
      expect(told).toEqual({ status: 200, ok: true, engines })
      return told
    }, patient)
  await becomes(all)

  workloads.fail(new Error('connect ECONNREFUSED 10.1.2.3:6443'))
  // What was seen a moment ago is told again.
  expect((await health()).engines).toEqual(all)
  const noWorkloads = { ...all, workloads: away('workloads_unavailable') }
  await becomes(noWorkloads)

  await stopAccounts()
  const noAccounts = { ...noWorkloads, accounts: away('platform_unavailable') }
  await becomes(noAccounts)

  await events.stop()
  const told = await becomes({ ...noAccounts, analytics: away('analytics_unavailable') })
  expect(JSON.stringify(told)).not.toContain('10.1.2.3')
  expect((await app.inject('/ready')).statusCode).toBe(200)
}, 60_000)

test('does not wait for an engine that hangs, asks it no second time, and tells when it is back', async () => {
  const answers: (() => void)[] = []
  const names = { of: () => new Promise<void>((resolve) => answers.push(resolve)) }
  const { health } = opened({ accounts: { names } as never })
  const hanging = { accounts: away('platform_unavailable') }
  expect((await health()).engines).toMatchObject(hanging)
  later()
  expect((await health()).engines).toMatchObject(hanging)
  expect(answers).toHaveLength(1)
  answers[0]?.()
  await vi.waitFor(async () => expect((await health()).engines).toMatchObject({ accounts: ok }), patient)
  expect(answers).toHaveLength(1)
})

test('tells that nobody can watch what happens, once somebody could not', async () => {
  let isAway = true
  const log = {
    tail: async () => {
      if (isAway) throw new EventError('log_unavailable', 'no broker at 10.1.2.3:9092', { retryable: true })
      return { close: async () => {} }
    },
  }
  const store = { ask: async () => [] }
  const { app, health } = opened({ log: log as never, store: store as never })
  expect((await health()).engines).toMatchObject({ live_tail: ok })
  const watch = async () => {
    for await (const told of await clientWithKey(app, 'admin').analytics.live()) return told
    return undefined
  }
  await expect(watch()).rejects.toMatchObject({ code: 'analytics_unavailable' })
  later()
  expect((await health()).engines).toMatchObject({
    live_tail: away('analytics_unavailable'),
    analytics: ok,
  })
  isAway = false
  // One that is open does not end by itself.
  const ending = new AbortController()
  const watching = app.inject({
    url: '/api/events/live',
    headers: { 'x-api-key': 'admin' },
    signal: ending.signal,
  })
  await vi.waitFor(async () => {
    later()
    expect((await health()).engines).toMatchObject({ live_tail: ok })
  }, patient)
  ending.abort()
  await watching.catch(() => undefined)
})
