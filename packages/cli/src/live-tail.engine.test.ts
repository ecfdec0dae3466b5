import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createApi } from '@mcp-sentinel/api'
import { type Client, createClient, type StreamedEvent } from '@mcp-sentinel/contract/client'
import { createChain, createIds, type Envelope, encodeEnvelope } from '@mcp-sentinel/events'
import { createKafkaClient, createKafkaTopics } from '@mcp-sentinel/events/adapters/kafka-client'
import { createKafkaLog } from '@mcp-sentinel/events/adapters/kafka-log'
import { createLogger } from '@mcp-sentinel/service'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { RunningEngine } from '../../../scripts/engines/engine.ts'
import { kafka as engine } from '../../../scripts/engines/kafka/broker.ts'
import { authenticateCallers } from '../../api/src/contract-tests/callers.ts'
import { startPipeline } from './pipeline.ts'

const apiKey = 'a key of one test run only'
const inTime = { timeout: 40_000, interval: 50 }
const teams = ['mcp-team-red', 'mcp-team-blue'] as const
type Team = (typeof teams)[number]

const ids = createIds(Date.now)
const callIn = (namespace: string) => ({
  ...{ agent_id: 'coder', human_id: 'anna', cluster: '', session_id: 's', team_id: '', subject_team_id: '' },
  ...{ namespace, server: 'payments', tool_name: 'refund', decision: 'allow', reason: 'allowed' },
  ...{ method: 'POST', path: '/mcp', rpc_method: 'tools/call', policy_version: 'v1', status: 200 },
  ...{ bytes_in: 0, bytes_out: 0, latency_ms: 1, decision_id: ids() },
})

/** One producer, and the ids of what it has told ingest of, in order. */
const producerIn = (namespace: Team, pod: number) => {
  const producer = `${namespace}/payments/pod-${pod}`
  const chain = createChain({ producer, source: 'gateway', clock: Date.now, ids })
  const next = (): Envelope => chain.request(callIn(namespace) as Parameters<typeof chain.request>[0])
  return { namespace, next, sent: [] as string[] }
}
type Producer = ReturnType<typeof producerIn>
const idOf = ({ payload }: Envelope): string => (JSON.parse(payload) as { _audit: { id: string } })._audit.id

describe.runIf(process.env['KAFKA_BROKERS'])('who watches a log on a real broker', () => {
  const parts = new AsyncDisposableStack()
  let broker: RunningEngine
  let kafka: ReturnType<typeof createKafkaClient>
  let pipeline: Awaited<ReturnType<typeof startPipeline>>
  let origin: string
  let producers: readonly Producer[]

  beforeAll(async () => {
    broker = await engine.start(console.error)
    parts.defer(() => broker.stop())
    kafka = createKafkaClient({
      clientId: 'live-test',
      brokers: (broker.env['KAFKA_BROKERS'] ?? '').split(','),
    })
    const topic = 'mcp.events'
    const topics = [topic, `${topic}.dead`].map((name) => ({ topic: name, partitions: 4, replicas: 1 }))
    await createKafkaTopics(kafka, topics)
    const [events, dead] = [
      await createKafkaLog({ kafka, topic }),
      await createKafkaLog({ kafka, topic: `${topic}.dead` }),
    ]
    const directory = await mkdtemp(join(tmpdir(), 'live-kafka-'))
    parts.defer(() => rm(directory, { recursive: true, force: true }))
    pipeline = await startPipeline({ directory, apiKey, topic, logs: { events, dead } })
    parts.defer(() => pipeline.close())
    const api = createApi({
      authenticate: authenticateCallers,
      logger: createLogger({ service: 'live-test', level: 'silent' }),
      version: '0.0.0',
      store: pipeline.store,
      log: pipeline.log,
    })
    origin = await api.app.listen({ host: '127.0.0.1', port: 0 })
    parts.defer(() => api.close())
    producers = teams.flatMap((team) => [1, 2, 3, 4].map((pod) => producerIn(team, pod)))
  }, 90_000)
  afterAll(() => parts.disposeAsync(), 60_000)

  const post = async (events: readonly Envelope[]): Promise<number> => {
    const lines = events.map((event) => encodeEnvelope(event).toString()).join('\n')
    const headers = { 'x-api-key': apiKey, 'content-type': 'application/x-ndjson' }
    const response = await fetch(pipeline.ingestUrl, { method: 'POST', headers, body: lines })
    await response.body?.cancel()
    return response.status
  }
  /** Some of each producer, in one request; again, as gateways do, until it is acknowledged. */
  const tell = async (count: number): Promise<void> => {
    const events = Array.from({ length: count }, () =>
      producers.map((one) => ({ one, event: one.next() })),
    ).flat()
    while ((await post(events.map(({ event }) => event))) !== 202);
    for (const { one, event } of events) one.sent.push(idOf(event))
  }
  const toldIn = (team?: Team) => producers.filter((one) => team === undefined || one.namespace === team)
  const stored = async (): Promise<void> => {
    const count = () => toldIn().reduce((sum, { sent }) => sum + sent.length, 0)
    await expect
      .poll(async () => {
        const [row] = await pipeline.store.ask<{ n: number }>('SELECT toUInt32(count()) AS n FROM events')
        return row?.n
      }, inTime)
      .toBe(count())
  }

  const clientFor = (key: string): Client =>
    createClient({ baseUrl: `${origin}/api`, headers: () => ({ 'x-api-key': key }) })
  type Streamed = StreamedEvent<never>
  /** All that a viewer is told, until they leave; one whose stream ends comes back with the last id, as browsers do. */
  const watch = async (key: string, query: { backfill?: number } = {}) => {
    const leaving = new AbortController()
    const { signal } = leaving
    const told: Streamed[] = []
    const live = Promise.withResolvers<void>()
    const lastEventId = () => told.findLast(({ id }) => id !== undefined)?.id
    const followOnce = async (): Promise<void> => {
      const options = { signal, lastEventId: lastEventId() }
      const stream = clientFor(key).analytics.live({ query } as never, options)
      for await (const one of stream as AsyncIterable<Streamed>) {
        told.push(one)
        if (one.name === ('live' as never)) live.resolve()
      }
    }
    const following = (async () => {
      await followOnce().catch(live.reject)
      while (!signal.aborted) await followOnce().catch(() => {})
    })()
    const leave = async (): Promise<void> => {
      leaving.abort()
      await following
    }
    onTestFinished(leave)
    await live.promise.catch(async (error: unknown) => {
      await leave()
      throw error
    })
    const seen = () =>
      told.flatMap(({ name, data }) => (name === ('event' as never) ? [(data as { id: string }).id] : []))
    const names = () => told.map(({ name }) => name as string)
    return { seen, names, leave }
  }
  /** What was told of a producer, as a viewer was told it. */
  const perProducer = (seen: readonly string[], team?: Team) =>
    toldIn(team).map(({ sent }) => {
      const own = new Set(sent)
      return seen.filter((id) => own.has(id))
    })

  test('is told once, in the order of each chain, joined to what is stored, and of their own alone', async () => {
    await tell(5)
    await stored()
    await tell(5)
    const before = producers.map(({ sent }) => sent.length)
    const [admin, red, blue] = await Promise.all([
      watch('admin', { backfill: 1000 }),
      watch('owner', { backfill: 1000 }),
      watch('otherOwner', { backfill: 1000 }),
    ])
    for (let round = 0; round < 20; round += 1) await tell(3)

    for (const [viewer, team] of [
      [admin, undefined],
      [red, 'mcp-team-red'],
      [blue, 'mcp-team-blue'],
    ] as const) {
      const expected = toldIn(team).flatMap(({ sent }) => sent)
      await expect.poll(() => viewer.seen().length, inTime).toBe(expected.length)
      expect(viewer.seen().toSorted()).toEqual(expected.toSorted())
      // What was under way when they came is told when the store has it, after what happens meanwhile.
      const early = new Set(producers.flatMap(({ sent }, at) => sent.slice(0, before[at])))
      for (const isEarly of [true, false]) {
        const of = (list: readonly string[]) => list.filter((id) => early.has(id) === isEarly)
        expect(perProducer(of(viewer.seen()), team)).toEqual(toldIn(team).map(({ sent }) => of(sent)))
      }
      expect(viewer.names()).not.toContain('dropped')
    }
  })

  test('has one consumer for all, which commits nothing, and leaves no group behind', async () => {
    const admin = kafka.admin()
    await admin.connect()
    onTestFinished(() => admin.disconnect())
    const groups = async () =>
      (await admin.listGroups()).groups
        .map(({ groupId }) => groupId)
        .filter((groupId) => groupId.startsWith('mcp-sentinel-tail-'))
    await expect.poll(groups, inTime).toEqual([])
    const viewers = await Promise.all(['admin', 'owner', 'member'].map((key) => watch(key)))
    const [groupId = '', ...more] = await groups()
    expect(more).toEqual([])
    const { seen } = viewers[0] as { seen: () => string[] }
    await tell(2)
    await expect.poll(() => seen().length, inTime).toBe(2 * producers.length)
    const committed = await admin.fetchOffsets({ groupId, topics: ['mcp.events'] })
    expect(committed.flatMap(({ partitions }) => partitions.map(({ offset }) => offset))).toEqual(
      Array.from({ length: 4 }, () => '-1'),
    )
    for (const viewer of viewers) {
      expect(await groups()).toEqual([groupId])
      await viewer.leave()
    }
    await expect.poll(groups, inTime).toEqual([])
  })

  /** What happens from now on, and that a viewer was told all of it: once, where their stream never ended. */
  const fromNow = () => {
    const already = new Set(toldIn().flatMap(({ sent }) => sent))
    const expected = () => toldIn().map(({ sent }) => sent.filter((id) => !already.has(id)))
    return async ({ seen, names }: Awaited<ReturnType<typeof watch>>): Promise<void> => {
      const distinct = () => [...new Set(seen())]
      await expect.poll(() => distinct().length, inTime).toBe(expected().flat().length)
      expect(distinct().toSorted()).toEqual(expected().flat().toSorted())
      if (names().includes('ended')) return
      expect(seen()).toEqual(distinct())
      expect(perProducer(seen())).toEqual(expected())
    }
  }

  test('misses nothing when a broker crashes and comes back', async () => {
    await stored()
    const isToldAll = fromNow()
    const viewer = await watch('admin')
    await tell(3)
    await isToldAll(viewer)
    await broker.kill()
    const telling = tell(2)
    await broker.restart()
    await telling
    for (let round = 0; round < 5; round += 1) await tell(3)
    await isToldAll(viewer)
  }, 120_000)

  test('is told when a broker hangs, and misses nothing when they come back; nobody hangs with it', async () => {
    await stored()
    const isToldAll = fromNow()
    const viewer = await watch('admin')
    await tell(3)
    await isToldAll(viewer)
    await broker.freeze()
    const telling = tell(2)
    await expect.poll(viewer.names, inTime).toContain('ended')
    const began = performance.now()
    await expect(watch('owner')).rejects.toMatchObject({ status: 503, code: 'analytics_unavailable' })
    expect(performance.now() - began).toBeLessThan(12_000)
    await broker.thaw()
    await telling
    for (let round = 0; round < 5; round += 1) await tell(3)
    await isToldAll(viewer)
  }, 120_000)
})
