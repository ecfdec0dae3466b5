import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient, type StreamedEvent } from '@mcp-sentinel/contract/client'
import { type EventLog, encodeEnvelope } from '@mcp-sentinel/events'
import { createSegmentLog } from '@mcp-sentinel/events/adapters/segment-log'
import { createLogger } from '@mcp-sentinel/service'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { createApi } from '../api.ts'
import { clientOf, clientWithKey } from '../contract-tests/asking.ts'
import { authenticateCallers } from '../contract-tests/callers.ts'
import { openTestStore, type TestStore, toolCall } from '../contract-tests/event-stores.ts'

describe('analytics.live', () => {
  let events: TestStore
  let folder: string
  let log: EventLog
  beforeAll(async () => {
    events = await openTestStore()
    folder = await mkdtemp(join(tmpdir(), 'live-'))
    log = await createSegmentLog({ directory: folder })
  }, 60_000)
  afterAll(async () => {
    await log.close()
    await events.close()
    await rm(folder, { recursive: true })
  })

  const apiOver = (engines: object) =>
    createApi({
      authenticate: authenticateCallers,
      logger: createLogger({ service: 'api-test', level: 'silent' }),
      version: '1.2.3',
      ...engines,
    })
  const listening = async () => {
    const api = apiOver({ store: events.store, log })
    onTestFinished(api.close)
    const origin = await api.app.listen({ host: '127.0.0.1', port: 0 })
    return (key: string) =>
      createClient({ baseUrl: `${origin}/api/v1`, headers: () => ({ 'x-api-key': key }) }).analytics
  }
  const append = (told: object) => {
    const { payload } = toolCall(Date.now(), told as never)
    return log.append([
      {
        key: 'one',
        value: encodeEnvelope({
          timestamp: new Date().toISOString(),
          source: 'gateway',
          event_type: 'mcp.request',
          payload: JSON.stringify(payload),
        }),
        headers: {},
        receivedAtMs: Date.now(),
      },
    ])
  }
  type Streamed = AsyncIterator<StreamedEvent<never>>
  const next = async (stream: Streamed) => (await stream.next()).value as StreamedEvent<never>

  it('streams to each what they may see, from where they were', async () => {
    await events.fill([toolCall(Date.now(), { tool_name: 'before' })])
    const clients = await listening()
    const admin = clients('admin')
      .live({ query: { backfill: 10 } })
      [Symbol.asyncIterator]() as Streamed
    const owner = clients('otherOwner').live()[Symbol.asyncIterator]() as Streamed
    expect(await next(admin)).toMatchObject({ name: 'event', data: { tool_name: 'before' } })
    expect(await next(admin)).toMatchObject({ name: 'live', data: { backfilled: 1 } })
    expect(await next(owner)).toMatchObject({ name: 'live', id: expect.stringMatching(/^0:\d+$/) })
    await append({ namespace: 'mcp-team-red' })
    await append({ namespace: 'mcp-team-blue' })
    expect(await next(admin)).toMatchObject({ name: 'event', data: { namespace: 'mcp-team-red' } })
    expect(await next(owner)).toMatchObject({ name: 'event', data: { namespace: 'mcp-team-blue' } })
    const back = clients('admin').live({}, { lastEventId: '-' })[Symbol.asyncIterator]() as Streamed
    expect(await next(back)).toMatchObject({ name: 'event', data: { tool_name: 'before' } })
    await Promise.all([admin, owner, back].map((stream) => stream.return?.()))
  })

  it('begins anew for who comes with an id that is none of ours', async () => {
    const clients = await listening()
    const stream = clients('admin').live({}, { lastEventId: '0:x' })[Symbol.asyncIterator]() as Streamed
    expect(await next(stream)).toMatchObject({ name: 'live', data: { backfilled: 0 } })
    await stream.return?.()
  })

  it('ends when the API does', async () => {
    const api = apiOver({ store: events.store, log })
    const origin = await api.app.listen({ host: '127.0.0.1', port: 0 })
    const client = createClient({ baseUrl: `${origin}/api`, headers: () => ({ 'x-api-key': 'admin' }) })
    const stream = client.analytics.live()[Symbol.asyncIterator]()
    expect(await stream.next()).toMatchObject({ value: { name: 'live' } })
    await api.close()
    expect(await stream.next()).toEqual({ done: true, value: undefined })
  })

  const first = (stream: AsyncIterable<unknown>) => stream[Symbol.asyncIterator]().next()

  it.each([
    ['the log', { log: undefined }],
    ['the store', { store: undefined }],
  ])('says so where there is nothing to watch: without %s', async (_, missing) => {
    const { app } = apiOver({ store: events.store, log, ...missing })
    await expect(first(clientWithKey(app, 'admin').analytics.live())).rejects.toMatchObject({
      status: 503,
      code: 'analytics_unavailable',
    })
  })

  it('is for those who are logged in, and takes no more than it may give', async () => {
    const { app } = apiOver({ store: events.store, log })
    await expect(first(clientOf(app).analytics.live())).rejects.toMatchObject({ code: 'unauthorized' })
    const live = (backfill: number) =>
      first(clientWithKey(app, 'admin').analytics.live({ query: { backfill } }))
    for (const backfill of [-1, 1001]) {
      await expect(live(backfill)).rejects.toMatchObject({
        code: 'invalid_query_param',
        details: { issues: [{ pointer: 'backfill' }] },
      })
    }
  })

  it('says so while the engine of the store is stopped', async () => {
    await events.stop()
    const { app } = apiOver({ store: events.store, log })
    await expect(first(clientWithKey(app, 'admin').analytics.live())).rejects.toMatchObject({
      status: 503,
      code: 'analytics_unavailable',
    })
  })
})
