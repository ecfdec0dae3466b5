import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EventError, type EventLog, encodeEnvelope, logHeaders } from '@mcp-sentinel/events'
import { createSegmentLog } from '@mcp-sentinel/events/adapters/segment-log'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { callers } from './contract-tests/callers.ts'
import { openTestStore, type TestEvent, type TestStore, toolCall } from './contract-tests/event-stores.ts'
import { callAt, spokenLog } from './contract-tests/spoken-log.ts'
import { decodePosition } from './live/position.ts'
import { seeingOf } from './live/seeing.ts'
import type { Told, Viewer } from './live/viewer.ts'
import { createLiveTail, type LiveTailOptions } from './live-tail.ts'

describe('a live tail', () => {
  let events: TestStore
  let folder: string
  let log: EventLog
  let leaving: AbortController
  /** What was appended, in order, and how much of it is stored. */
  let appended: TestEvent[]
  let stored: number

  beforeAll(async () => {
    events = await openTestStore()
  }, 60_000)
  afterAll(() => events.close())
  beforeEach(async () => {
    await events.empty()
    folder = await mkdtemp(join(tmpdir(), 'live-log-'))
    log = await createSegmentLog({ directory: folder })
    leaving = new AbortController()
    appended = []
    stored = 0
  })
  afterEach(async () => {
    leaving.abort()
    await log.close()
    await rm(folder, { recursive: true })
  })

  const append = async (some: readonly TestEvent[]): Promise<void> => {
    const whole = some.map((event) => ({ ...event, id: event.id ?? crypto.randomUUID() }))
    appended.push(...whole)
    await log.append(
      whole.map(({ id, timestampMs, payload }) => ({
        key: 'one',
        value: encodeEnvelope({
          timestamp: new Date(timestampMs).toISOString(),
          source: 'gateway',
          event_type: 'mcp.request',
          payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
        }),
        headers: { [logHeaders.eventId]: id, [logHeaders.keyId]: 'key-1' },
        receivedAtMs: Date.now(),
      })),
    )
  }
  const store = async (upTo = appended.length): Promise<void> => {
    if (upTo > stored) await events.fill(appended.slice(stored, upTo))
    stored = Math.max(stored, upTo)
  }
  const some = (count: number, told: object = {}) =>
    Array.from({ length: count }, (_, at) => toolCall(Date.now(), { n: appended.length + at, ...told }))

  /** Asked again so soon that no test waits for it. */
  const soon = Array.from({ length: 500 }, () => 10)
  const liveTail = (more: Partial<LiveTailOptions> = {}) =>
    createLiveTail({ log, store: events.store, topic: 'mcp.events', joinAfterMs: soon, ...more })
  const viewer = (more: Partial<Viewer> = {}): Viewer => ({
    who: 'somebody',
    seeing: 'all',
    recheck: async () => 'all',
    filter: {},
    backfill: 0,
    since: undefined,
    signal: leaving.signal,
    ...more,
  })
  const numberOf = ({ data }: Told): number =>
    ((data as { readonly payload?: { readonly n?: number } }).payload?.n ?? -1) as number
  const next = async (told: AsyncIterator<Told>): Promise<Told> => (await told.next()).value as Told
  const take = async (told: AsyncIterable<Told>, count: number): Promise<Told[]> => {
    const iterator = told[Symbol.asyncIterator]()
    const taken: Told[] = []
    while (taken.length < count) taken.push(await next(iterator))
    return taken
  }

  it('tells what happens, as it happens, whole', async () => {
    const told = await liveTail().watch(viewer())
    const [event] = some(1)
    await append([event as TestEvent])
    expect(await take(told, 2)).toEqual([
      { name: 'live', data: { backfilled: 0 }, id: expect.any(String) },
      {
        name: 'event',
        id: expect.any(String),
        data: {
          id: appended[0]?.id,
          timestamp: new Date(event?.timestampMs ?? 0).toISOString(),
          received_at: expect.stringMatching(/Z$/),
          source: 'gateway',
          event_type: 'mcp.request',
          key_id: 'key-1',
          ...{ namespace: 'mcp-team-red', server: 'payments', tool_name: 'refund' },
          ...{ human_id: 'anna', agent_id: 'coder', session_id: 's-1', decision: 'allow', reason: 'allowed' },
          payload: event?.payload,
        },
      },
    ])
  })

  it('begins with the newest that are stored, the oldest of them first', async () => {
    await append(some(5))
    await store()
    const told = await take(await liveTail().watch(viewer({ backfill: 3 })), 4)
    expect(told.map(numberOf)).toEqual([2, 3, 4, -1])
    expect(told[3]).toMatchObject({ name: 'live', data: { backfilled: 3 } })
  })

  it('waits for the store where it is behind, and tells nothing twice', async () => {
    await append(some(5))
    await store(2)
    const told = (await liveTail().watch(viewer({ backfill: 10 })))[Symbol.asyncIterator]()
    for (const expected of [0, 1, -1]) expect(numberOf(await next(told))).toBe(expected)
    await append(some(1))
    expect(numberOf(await next(told))).toBe(5)
    await store(4)
    expect([numberOf(await next(told)), numberOf(await next(told))]).toEqual([2, 3])
    await store()
    expect(numberOf(await next(told))).toBe(4)
    await append(some(1))
    expect(numberOf(await next(told))).toBe(6)
  })

  it('tells once what waited for a slow viewer while the store came to have it', async () => {
    const tail = liveTail({ joinAfterMs: Array.from({ length: 500 }, () => 0) })
    await append(some(1))
    await store()
    const [slow, quick] = await Promise.all([tail.watch(viewer()), tail.watch(viewer())])
    const told = slow[Symbol.asyncIterator]()
    await append(some(4))
    // By then all of it waits for the other, too.
    await take(quick, 5)
    expect([(await next(told)).name, numberOf(await next(told))]).toEqual(['live', 1])
    await store()
    const seen = [await next(told), await next(told), await next(told)].map(numberOf)
    await append(some(1))
    expect([...seen, numberOf(await next(told))]).toEqual([2, 3, 4, 5])
  })

  /** Of a stream that is read until there is enough: what is known to be seen by its positions, and the last of those. */
  const readUntil = async (told: AsyncIterable<Told>, isEnough: (seen: number, one: Told) => boolean) => {
    const seen: number[] = []
    let held: number[] = []
    let since: Viewer['since']
    for await (const one of told) {
      if (one.name === 'event') held.push(numberOf(one))
      if ('id' in one && one.id !== undefined) {
        since = decodePosition(one.id)
        seen.push(...held)
        held = []
      }
      if (isEnough(seen.length, one)) break
    }
    return { seen, since }
  }
  const numbers = () => appended.map((_, at) => at)

  it('goes on for who comes back, with each once', async () => {
    const tail = liveTail()
    const seen: number[] = []
    let since: Viewer['since'] = new Map()
    for (const added of [5, 3, 1, 4]) {
      await append(some(added))
      await store()
      const read = await readUntil(await tail.watch(viewer({ since })), (count) => count >= added)
      seen.push(...read.seen)
      since = read.since
    }
    expect(seen).toEqual(numbers())
  })

  it('goes on for who comes back while the store is late: nothing is left out', async () => {
    const tail = liveTail()
    const seen = new Set<number>()
    let since: Viewer['since'] = new Map()
    for (let round = 0; round < 12; round++) {
      await append(some(3))
      await store(appended.length - (round % 4))
      const told = await tail.watch(viewer({ since }))
      const adding = append(some(2)).then(() => store(appended.length - (round % 3)))
      const read = await readUntil(told, (count) => count > round % 5)
      await adding
      for (const one of read.seen) seen.add(one)
      since = read.since
    }
    await store()
    const rest = await readUntil(await tail.watch(viewer({ since })), (_, { name }) => name === 'live')
    for (const one of rest.seen) seen.add(one)
    expect([...seen].toSorted((a, b) => a - b)).toEqual(numbers())
  })

  it('says how many came since, where they were too many', async () => {
    await append(some(1_010))
    await store()
    const told = await take(await liveTail().watch(viewer({ since: new Map([[0, 4]]) })), 1_002)
    expect(told[0]).toEqual({ name: 'dropped', data: { count: 5 } })
    expect(told.slice(1, 3).map(numberOf)).toEqual([10, 11])
    expect(told.at(-1)).toMatchObject({ name: 'live' })
  })

  it('tells who is too slow how many they missed', async () => {
    const told = (await liveTail({ ringMax: 3 }).watch(viewer()))[Symbol.asyncIterator]()
    const other = (await liveTail().watch(viewer()))[Symbol.asyncIterator]()
    await next(told)
    await append(some(10))
    await next(other)
    for (let at = 0; at < 10; at++) await next(other)
    expect(await next(told)).toEqual({ name: 'dropped', data: { count: 7 } })
    expect([await next(told), await next(told), await next(told)].map(numberOf)).toEqual([7, 8, 9])
  })

  it('tells once what was sent twice', async () => {
    const told = await liveTail().watch(viewer())
    const [event] = some(1)
    const twice = { ...(event as TestEvent), id: crypto.randomUUID() }
    await append([twice])
    await append([twice, ...some(1, { n: 9 })])
    expect((await take(told, 3)).map(numberOf)).toEqual([-1, 0, 9])
  })

  it('tells of what agrees with every filter', async () => {
    await append(some(1, { decision: 'deny', rpc_method: 'tools/list' }))
    await append(some(2, { decision: 'deny' }))
    await store()
    const filter = { decision: 'deny', rpc_method: 'tools/call' }
    const told = (await liveTail().watch(viewer({ filter, backfill: 10 })))[Symbol.asyncIterator]()
    await append([...some(2), ...some(1, { decision: 'deny', n: 77 })])
    const seen = [await next(told), await next(told), await next(told), await next(told)]
    expect(seen.map(numberOf)).toEqual([1, 2, -1, 77])
  })

  describe('keeps tenants apart', () => {
    const red = () => some(1, { namespace: 'mcp-team-red' })
    const blue = () => some(1, { namespace: 'mcp-team-blue' })

    it.each([
      ['owner', [0, 3, 6]],
      ['otherOwner', [1, 4, 7]],
      ['admin', [0, 1, 2, 3, 4, 5, 6, 7, 8]],
    ] as const)('before, while the store is late, and now: %s', async (name, expected) => {
      const one = async () => {
        for (const event of [red, blue, () => some(1, { namespace: '' })]) await append(event())
      }
      await one()
      await store()
      await one()
      const told = await liveTail().watch(viewer({ backfill: 10, seeing: seeingOf(callers[name]) }))
      await one()
      await store()
      const seen: number[] = []
      const iterator = told[Symbol.asyncIterator]()
      while (seen.length < expected.length) {
        const one = await next(iterator)
        if (one.name === 'event') seen.push(numberOf(one))
      }
      expect(seen.toSorted((a, b) => a - b)).toEqual(expected)
    })

    it('members are told that something happened, not who did it with what', async () => {
      const told = await liveTail().watch(viewer({ seeing: seeingOf(callers.member) }))
      await append(red())
      const [, event] = await take(told, 2)
      expect(event?.data).toEqual({
        timestamp: expect.any(String),
        received_at: expect.any(String),
        id: appended[0]?.id,
        source: 'gateway',
        event_type: 'mcp.request',
        ...{ namespace: 'mcp-team-red', server: 'payments', tool_name: 'refund' },
        ...{ decision: 'allow', reason: 'allowed' },
      })
    })

    it('who is removed from a team sees nothing of it any more, also of what waited', async () => {
      const seeings = [seeingOf(callers.owner), seeingOf(callers.otherOwner)]
      const tail = liveTail({ recheckMs: 1 })
      const recheck = async () => {
        const [now] = seeings.splice(0, 1)
        if (now !== undefined) return now
        return seeingOf(callers.otherOwner)
      }
      const told = (await tail.watch(viewer({ seeing: seeingOf(callers.owner), recheck })))[
        Symbol.asyncIterator
      ]()
      await next(told)
      const pending = next(told)
      while (seeings.length > 0) await new Promise((resolve) => setImmediate(resolve))
      await append([...red(), ...some(1, { namespace: 'mcp-team-blue', n: 1 })])
      expect(numberOf(await pending)).toBe(1)
    })

    it.each([
      ['unauthorized', async () => 'unauthorized' as const],
      ['unavailable', () => Promise.reject(new Error('the database is away'))],
    ])(
      'whose credential does not hold any more is told so, and nothing else: %s',
      async (reason, recheck) => {
        const told = (await liveTail({ recheckMs: 1 }).watch(viewer({ recheck })))[Symbol.asyncIterator]()
        await next(told)
        expect(await next(told)).toEqual({ name: 'ended', data: { reason } })
        expect(await told.next()).toEqual({ done: true, value: undefined })
      },
    )
  })

  it('is watched by so many at a time, and by so many of one person', async () => {
    const tail = liveTail({ viewersMax: 3, viewersOfOneMax: 2 })
    const left = new AbortController()
    const first = await tail.watch(viewer({ signal: left.signal }))
    await tail.watch(viewer())
    await expect(tail.watch(viewer())).rejects.toMatchObject({ code: 'overloaded', retryable: true })
    await tail.watch(viewer({ who: 'another' }))
    await expect(tail.watch(viewer({ who: 'a third' }))).rejects.toMatchObject({ code: 'overloaded' })
    left.abort()
    for await (const _ of first);
    await tail.watch(viewer({ who: 'a third' }))
  })

  describe('of a log in several partitions', () => {
    it('waits for each of them, and knows of each how far it was told', async () => {
      const { log: speaking, say } = spokenLog()
      const at = callAt
      const tail = liveTail({ log: speaking })
      await events.fill([at(0, 0), at(0, 1), at(1, 0), at(1, 1)])
      const late = at(1, 2)
      const since = new Map([
        [0, 0],
        [1, 1],
      ])
      const told = (await tail.watch(viewer({ since })))[Symbol.asyncIterator]()
      expect([numberOf(await next(told)), (await next(told)).name]).toEqual([1, 'live'])
      const now = [at(1, 3), at(0, 2)]
      for (const one of now) say(one)
      expect([numberOf(await next(told)), numberOf(await next(told))]).toEqual([103, 2])
      await events.fill([late])
      expect(numberOf(await next(told))).toBe(102)
      await events.fill(now)
      // Until the store has all of it, whoever breaks off is told of it again, sooner than never.
      let offset = 3
      let last: Told
      do {
        say(at(0, offset++))
        last = await next(told)
      } while (!('id' in last) || last.id === undefined || !last.id.includes('1:3'))
      expect(decodePosition(last.id)?.get(1)).toBe(3)
      expect(decodePosition(last.id)?.get(0)).toBe(offset - 1)
    })
  })

  describe('has one tail of the log', () => {
    const counted = () => {
      const counts = { opened: 0, closed: 0 }
      const counting: EventLog = {
        ...log,
        tail: async (onRecords) => {
          counts.opened++
          const tail = await log.tail(onRecords)
          return {
            close: async () => {
              counts.closed++
              await tail.close()
            },
          }
        },
      }
      return { counts, counting }
    }

    it('while somebody watches', async () => {
      const { counts, counting } = counted()
      const tail = liveTail({ log: counting })
      for (let round = 1; round <= 2; round++) {
        const leave = new AbortController()
        const watching = await Promise.all([1, 2, 3].map(() => tail.watch(viewer({ signal: leave.signal }))))
        expect(counts).toEqual({ opened: round, closed: round - 1 })
        const drained = watching.map(async (told) => {
          for await (const _ of told);
        })
        leave.abort()
        await Promise.all(drained)
        expect(counts).toEqual({ opened: round, closed: round })
      }
    })

    it('as long as the log is heard; then they are told what they have, and the end, and may come back', async () => {
      let lose = (): void => {}
      const losing: EventLog = {
        ...log,
        tail: async (onRecords, onLost) => {
          lose = () => onLost?.(new EventError('log_unavailable', 'silent', { retryable: true }))
          return log.tail(onRecords)
        },
      }
      const tail = liveTail({ log: losing })
      const told = (await tail.watch(viewer()))[Symbol.asyncIterator]()
      await append(some(1))
      expect([(await next(told)).name, numberOf(await next(told))]).toEqual(['live', 0])
      lose()
      expect(await next(told)).toEqual({ name: 'ended', data: { reason: 'unavailable' } })
      expect(await told.next()).toEqual({ done: true, value: undefined })
      const again = await tail.watch(viewer())
      await append(some(1))
      expect((await take(again, 2)).map(numberOf)).toEqual([-1, 1])
    })

    it('only where it opens in time; what opens later is closed', async () => {
      const late = Promise.withResolvers<void>()
      const { counts, counting } = counted()
      const hanging = {
        ...counting,
        tail: async (...how: Parameters<EventLog['tail']>) => {
          await late.promise
          return counting.tail(...how)
        },
      }
      const tail = liveTail({ log: hanging, openDeadlineMs: 20, viewersMax: 2 })
      const refused = { code: 'log_unavailable', retryable: true }
      await Promise.all([1, 2].map(() => expect(tail.watch(viewer())).rejects.toMatchObject(refused)))
      late.resolve()
      await vi.waitFor(() => expect(counts).toEqual({ opened: 1, closed: 1 }))
      await tail.watch(viewer())
      expect(counts).toEqual({ opened: 2, closed: 1 })
    })

    it('also when the store did not answer, or the log: the next may watch', async () => {
      const { counts, counting } = counted()
      const broken = { ...events.store, ask: () => Promise.reject(new Error('away')) }
      await expect(liveTail({ log: counting, store: broken }).watch(viewer())).rejects.toThrow('away')
      expect(counts).toEqual({ opened: 1, closed: 1 })
      let fails = true
      const failing: EventLog = {
        ...log,
        tail: (onRecords) => (fails ? Promise.reject(new Error('gone')) : log.tail(onRecords)),
      }
      const tail = liveTail({ log: failing, viewersMax: 1 })
      await expect(tail.watch(viewer())).rejects.toThrow('gone')
      fails = false
      const told = await tail.watch(viewer())
      await append(some(1))
      expect(await take(told, 2)).toHaveLength(2)
      await expect(tail.watch(viewer())).rejects.toMatchObject({ code: 'overloaded' })
    })
  })
})
