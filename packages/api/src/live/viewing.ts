import { filterColumns } from '@mcp-sentinel/events/clickhouse'
import { toldEvent } from '../told-event.ts'
import { createAlarm, createTimer } from './alarm.ts'
import type { Feed } from './feed.ts'
import { type Arrived, createJoining, type JoiningOptions } from './joining.ts'
import type { LiveEvent } from './live-event.ts'
import { encodePosition } from './position.ts'
import { createRing } from './ring.ts'
import { scopeOf, seenOf, sees } from './seeing.ts'
import type { LiveFilter, Told, Viewer } from './viewer.ts'

export interface ViewingOptions extends Pick<JoiningOptions, 'store' | 'topic'> {
  readonly feed: Feed
  readonly ringMax: number
  readonly recheckMs: number
  readonly joinAfterMs: readonly number[]
}

export interface Viewing {
  readonly told: () => AsyncGenerator<Told>
  readonly close: () => Promise<void>
}

/** What one viewer sees: first of the store, then of the tail, until they are gone or may see nothing any more. */
export const openViewing = async (viewer: Viewer, options: ViewingOptions): Promise<Viewing> => {
  const { filter, since, backfill: newest, signal } = viewer
  const { feed, store, topic, ringMax, recheckMs, joinAfterMs } = options
  let { seeing } = viewer
  const filterNow = () => ({ ...filter, scope: scopeOf(seeing) })
  const joining = createJoining({ store, topic, since, newest, filter: filterNow() })
  const ring = createRing<LiveEvent>(ringMax)
  const alarm = createAlarm(signal)
  const [recheck, join] = [createTimer(alarm), createTimer(alarm)]

  /** How often the store was asked on in vain. */
  let joins = 0
  const joinFrom = (step: number): void => {
    joins = step
    join.set(joinAfterMs[step] ?? 0)
  }

  let isLost = false
  const leave = await feed.listen({
    heard: (events) => {
      for (const live of events) {
        if (joining.heard(live.place)) joinFrom(0)
        if (sees(seeing, live.columns.namespace) && matches(filter, live)) ring.push(live)
      }
      alarm.ring()
    },
    lost: () => {
      isLost = true
      alarm.ring()
    },
  })
  const close = async (): Promise<void> => {
    recheck.stop()
    join.stop()
    await leave()
  }
  const begun = await joining.begin().catch(async (error: unknown) => {
    await close()
    throw error
  })

  const position = (): string => encodePosition(joining.position())
  /** Up to the position that is reached with the last of them. */
  function* arrived({ events, more }: Arrived): Generator<Told> {
    if (more > 0) yield { name: 'dropped', data: { count: more } }
    for (const [at, event] of events.entries())
      yield {
        name: 'event',
        data: seenOf(seeing, toldEvent(event)),
        ...(at < events.length - 1 ? {} : { id: position() }),
      }
  }
  function* next(): Generator<Told> {
    const taken = ring.shift()
    if (taken === undefined) return
    const { event, columns, place } = taken.value
    if (taken.dropped > 0) yield { name: 'dropped', data: { count: taken.dropped } }
    joining.passed(place)
    // What waited since before it was asked again what may be seen.
    if (sees(seeing, columns.namespace) && joining.isNew(event.id, place))
      yield { name: 'event', data: seenOf(seeing, toldEvent(event)), id: position() }
  }

  /** Why nothing more may be told, if so. */
  const asked = async (): Promise<'unauthorized' | 'unavailable' | undefined> => {
    const anew = await viewer.recheck().catch(() => 'unavailable' as const)
    if (anew === 'unauthorized' || anew === 'unavailable') return anew
    seeing = anew
    recheck.set(recheckMs)
    return undefined
  }
  async function* joined(): AsyncGenerator<Told> {
    // A store that is away is asked again, like one that is late.
    const found = await joining.next(filterNow()).catch(() => undefined)
    if (found !== undefined) yield* arrived(found)
    const isLate = joins + 1 >= joinAfterMs.length
    if (!joining.isDone(isLate)) joinFrom(isLate ? joins : joins + 1)
  }
  async function* told(): AsyncGenerator<Told> {
    yield* arrived(begun)
    yield { name: 'live', data: { backfilled: begun.events.length }, id: position() }
    recheck.set(recheckMs)
    joinFrom(0)
    while (!signal.aborted) {
      const reason = recheck.isOut() ? await asked() : undefined
      if (reason !== undefined) return yield { name: 'ended', data: { reason } }
      if (join.isOut()) yield* joined()
      if (!ring.isEmpty()) yield* next()
      // Whoever comes back with the last id that they were told misses nothing.
      else if (isLost) return yield { name: 'ended', data: { reason: 'unavailable' } }
      else await alarm.wait()
    }
  }

  return { told, close }
}

const matches = (filter: LiveFilter, { columns }: LiveEvent): boolean =>
  filterColumns.every((column) => filter[column] === undefined || filter[column] === columns[column])
