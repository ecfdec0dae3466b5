import type { ClickHouse } from '@mcp-sentinel/events/clickhouse'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { callers } from './contract-tests/callers.ts'
import { openTestStore, type TestStore } from './contract-tests/event-stores.ts'
import { callAt, type SpokenLog, spokenLog } from './contract-tests/spoken-log.ts'
import { decodePosition } from './live/position.ts'
import { seeingOf } from './live/seeing.ts'
import type { Told, Viewer } from './live/viewer.ts'
import { createLiveTail, type LiveTailOptions } from './live-tail.ts'

describe('where a tail is joined to a store', () => {
  let events: TestStore
  let spoken: SpokenLog
  let leaving: AbortController
  beforeAll(async () => {
    events = await openTestStore()
  }, 60_000)
  afterAll(() => events.close())
  beforeEach(async () => {
    await events.empty()
    spoken = spokenLog()
    leaving = new AbortController()
  })
  afterEach(() => leaving.abort())

  const watch = async (viewer: Partial<Viewer> = {}, options: Partial<LiveTailOptions> = {}) => {
    const tail = createLiveTail({
      log: spoken.log,
      store: events.store,
      topic: 'mcp.events',
      joinAfterMs: soon,
      ...options,
    })
    const told = await tail.watch({
      who: 'somebody',
      seeing: 'all',
      recheck: async () => 'all',
      filter: {},
      backfill: 0,
      since: undefined,
      signal: leaving.signal,
      ...viewer,
    })
    return told[Symbol.asyncIterator]()
  }
  /** Asked again so soon that no test waits for it. */
  const soon = Array.from({ length: 500 }, () => 10)
  type Watching = AsyncIterator<Told>
  const next = async (told: Watching): Promise<Told> => (await told.next()).value as Told
  const numberOf = ({ data }: Told): number =>
    (data as { readonly payload?: { readonly n?: number } }).payload?.n ?? -1
  const numbers = async (told: Watching, count: number): Promise<readonly number[]> => {
    const seen: number[] = []
    while (seen.length < count) seen.push(numberOf(await next(told)))
    return seen
  }
  /** So often was the store asked how far it is. */
  const counting = (): { readonly store: ClickHouse; readonly asked: (times: number) => Promise<void> } => {
    let asked = 0
    let wake = (): void => {}
    return {
      store: {
        ...events.store,
        ask: async (sql, asking) => {
          const rows = await events.store.ask<never>(sql, asking)
          if (sql.includes('max(log_offset)')) asked++
          wake()
          return rows
        },
      },
      asked: async (times) => {
        while (asked < times)
          await new Promise<void>((resolve) => {
            wake = resolve
          })
      },
    }
  }

  it('what is heard before the store was asked, and is in it by then, is told once', async () => {
    await events.fill([callAt(0, 0)])
    const both = callAt(0, 1)
    let isFirst = true
    const store: ClickHouse = {
      ...events.store,
      ask: async (sql, asking) => {
        if (isFirst) {
          isFirst = false
          spoken.say(both)
          await events.fill([both])
        }
        return events.store.ask(sql, asking)
      },
    }
    const told = await watch({ backfill: 10 }, { store })
    expect(await numbers(told, 3)).toEqual([0, 1, -1])
    spoken.say(callAt(0, 2))
    expect(await numbers(told, 1)).toEqual([2])
  })

  it('a store that is later than anybody waited for is asked on, and nothing is left out', async () => {
    const late = [callAt(0, 1), callAt(0, 2)]
    await events.fill([callAt(0, 0)])
    const { store, asked } = counting()
    const told = await watch({}, { store, joinAfterMs: [1, 1] })
    expect(await next(told)).toMatchObject({ name: 'live', id: '0:0' })
    spoken.say(callAt(0, 3))
    const heard = await next(told)
    expect([numberOf(heard), 'id' in heard && heard.id]).toEqual([3, '0:0'])
    const pending = next(told)
    await asked(6)
    await events.fill(late)
    expect([numberOf(await pending), ...(await numbers(told, 1))]).toEqual([1, 2])
  })

  it('of a log that was quiet for as long, what came before the tail is told when something is heard again', async () => {
    await events.fill([callAt(0, 0), callAt(1, 0)])
    const { store, asked } = counting()
    const told = await watch({}, { store, joinAfterMs: [1, 1] })
    await next(told)
    const quiet = next(told)
    await asked(3)
    // Underway since before the tail, in a partition of which nothing was heard.
    spoken.say(callAt(1, 1))
    expect(numberOf(await quiet)).toBe(101)
    spoken.say(callAt(0, 3))
    const heard = await next(told)
    expect(numberOf(heard)).toBe(3)
    // Whoever breaks off now gets the missing ones when they come back.
    expect(decodePosition('id' in heard ? (heard.id ?? '') : '')).toEqual(
      new Map([
        [0, 0],
        [1, 1],
      ]),
    )
    await events.fill([callAt(0, 1), callAt(0, 2), callAt(1, 1)])
    expect(await numbers(told, 2)).toEqual([1, 2])
  })

  it('what is heard later than the store has it is told', async () => {
    const late = callAt(0, 1)
    await events.fill([callAt(0, 0), late])
    const { store, asked } = counting()
    const told = await watch({}, { store, joinAfterMs: [1] })
    expect(await next(told)).toMatchObject({ name: 'live', id: '0:1' })
    const pending = next(told)
    await asked(2)
    spoken.say(late)
    expect(numberOf(await pending)).toBe(1)
    spoken.say(callAt(0, 2))
    expect(await numbers(told, 1)).toEqual([2])
  })

  it('what was heard is not counted among what the store has too much of', async () => {
    await events.fill([callAt(0, 0)])
    const told = await watch({}, { ringMax: 2_000 })
    await next(told)
    const [missed, ...heard] = Array.from({ length: 1_200 }, (_, at) => callAt(0, at + 1))
    spoken.say(...heard)
    expect(await numbers(told, heard.length)).toEqual(heard.map((_, at) => at + 2))
    await events.fill([...(missed ? [missed] : []), ...heard])
    expect(await next(told)).toMatchObject({ name: 'event', data: { payload: { n: 1 } } })
  })

  it('what the store brings late is told as far as the viewer may see it by then', async () => {
    const seeings = [seeingOf(callers.member), seeingOf(callers.otherOwner)]
    const recheck: Viewer['recheck'] = async () => seeings.shift() ?? seeingOf(callers.otherOwner)
    const told = await watch({ seeing: seeingOf(callers.owner), recheck }, { recheckMs: 1 })
    await next(told)
    const pending = next(told)
    while (seeings.length > 0) await new Promise((resolve) => setImmediate(resolve))
    await events.fill([callAt(0, 0), callAt(0, 1, { namespace: 'mcp-team-blue' })])
    expect(numberOf(await pending)).toBe(1)
  })

  it('who is no owner any more, but still a member, is told that something happened from then on', async () => {
    let isOwner = true
    let rechecked = 0
    const recheck: Viewer['recheck'] = async () => {
      rechecked++
      return seeingOf(isOwner ? callers.owner : callers.member)
    }
    const told = await watch({ seeing: seeingOf(callers.owner), recheck }, { recheckMs: 1 })
    await next(told)
    spoken.say(callAt(0, 0))
    expect((await next(told)).data).toMatchObject({ human_id: 'anna', payload: { n: 0 } })
    isOwner = false
    const pending = next(told)
    const before = rechecked
    while (rechecked < before + 2) await new Promise((resolve) => setImmediate(resolve))
    spoken.say(callAt(0, 1))
    const { data } = await pending
    expect(data).toMatchObject({ namespace: 'mcp-team-red', decision: 'allow' })
    expect(data).not.toHaveProperty('payload')
    expect(data).not.toHaveProperty('human_id')
  })

  it('what a full ring dropped is counted once, and what follows is whole', async () => {
    const told = await watch({}, { ringMax: 2 })
    await next(told)
    spoken.say(...[0, 1, 2, 3].map((offset) => callAt(0, offset)))
    expect(await next(told)).toEqual({ name: 'dropped', data: { count: 2 } })
    expect(await numbers(told, 2)).toEqual([2, 3])
    spoken.say(callAt(0, 4))
    expect(await numbers(told, 1)).toEqual([4])
  })
})
