import {
  arrivals,
  type ClickHouse,
  type EventFilter,
  type LogEnds,
  type LogPlace,
  newestEvents,
  type StoredEvent,
  storedEnds,
} from '@mcp-sentinel/events/clickhouse'
import { createRecentIds } from './recent-ids.ts'

export interface Arrived {
  readonly events: readonly StoredEvent[]
  /** Older ones that were too many to give. */
  readonly more: number
}

export interface Joining {
  /** What a viewer begins with: what came since they last saw something, or the newest so many. */
  readonly begin: () => Promise<Arrived>
  /** What the store has by now and the viewer has not seen. */
  readonly next: (filter: EventFilter) => Promise<Arrived>
  /** Whether an event that was heard is to be told: not what the store has told, whenever the tail tells of it. */
  readonly isNew: (id: string, place: LogPlace) => boolean
  /**
   * Told of every event that is appended from now on, whoever may see it. True where the store was taken to have all that
   * came before, because nothing was heard for so long, and has not: then it is to be asked on.
   */
  readonly heard: (place: LogPlace) => boolean
  /** Told of those that the viewer is told of. */
  readonly passed: (place: LogPlace) => void
  /** Whether the store has all that was appended before the tail began. */
  readonly isDone: (isLate: boolean) => boolean
  /** Up to where the viewer was told everything. */
  readonly position: () => LogEnds
}

export interface JoiningOptions {
  readonly store: ClickHouse
  readonly topic: string
  readonly filter: EventFilter
  readonly newest: number
  readonly since: LogEnds | undefined
}

/** Events that come of the store at a time; more are told by their number. */
const arrivedMax = 1_000
/** Of a store that is behind by more events some are told twice. */
const seenIdsMax = 10_000

/**
 * Joins a tail, which tells what is appended from now on, to the store, which has what was appended a moment ago only in
 * a moment: it is asked again until it has come to where the tail began.
 */
export const createJoining = (options: JoiningOptions): Joining => {
  const { store, topic, filter, newest, since } = options
  /** Up to where the store was asked, and from where on it told all of that; before that, only the newest. */
  let asked: LogEnds = new Map()
  let toldAfter: LogEnds = new Map()
  let newestIds = new Set<string>()
  /** Of each partition the first that was heard, and the last that the viewer was told of. */
  const firstHeard = new Map<number, number>()
  const lastPassed = new Map<number, number>()
  let isJoined = false
  const seen = createRecentIds(seenIdsMax)

  const isFirst = (id: string): boolean => id === '' || seen.isNew(id)
  const isStored = (id: string, { partition, offset }: LogPlace): boolean =>
    offset <= (asked.get(partition) ?? -1) && (offset > (toldAfter.get(partition) ?? -1) || newestIds.has(id))
  /** What was told since is not asked for again, but for the partition of which nothing was heard until now. */
  const askOn = (partition: number): void => {
    isJoined = false
    const told = [...lastPassed].filter(([other]) => other !== partition)
    asked = new Map([...asked, ...told.filter(([other, offset]) => offset > (asked.get(other) ?? -1))])
  }
  const fresh = (events: readonly StoredEvent[]) => events.filter(({ id }) => isFirst(id))
  const between = async (from: LogEnds, until: LogEnds, of: EventFilter): Promise<Arrived> => {
    const found = await arrivals(store, { topic, since: from, until, filter: of, limit: arrivedMax })
    return { events: fresh(found.events), more: found.more }
  }

  return {
    begin: async () => {
      asked = await storedEnds(store, topic)
      if (since !== undefined) return between(since, asked, filter)
      toldAfter = asked
      if (newest === 0) return { events: [], more: 0 }
      const { events } = await newestEvents(store, { filter, limit: newest })
      newestIds = new Set(events.map(({ id }) => id))
      return { events: fresh(events.toReversed()), more: 0 }
    },
    next: async (of) => {
      const from = asked
      const ends = await storedEnds(store, topic)
      // What is heard is not asked for as well: of many events it would be counted among those that are left out.
      const until = new Map(
        [...ends].map(([partition, end]): [number, number] => [
          partition,
          Math.max(
            from.get(partition) ?? -1,
            Math.min(end, (firstHeard.get(partition) ?? Number.POSITIVE_INFINITY) - 1),
          ),
        ]),
      )
      const arrived = await between(from, until, of)
      asked = until
      return arrived
    },
    isNew: (id, place) => !isStored(id, place) && (isJoined || isFirst(id)),
    heard: ({ partition, offset }) => {
      if (firstHeard.has(partition)) return false
      firstHeard.set(partition, offset)
      if (!isJoined || offset <= (asked.get(partition) ?? -1) + 1) return false
      askOn(partition)
      return true
    },
    passed: ({ partition, offset }) => void lastPassed.set(partition, offset),
    isDone: (isLate) => {
      const isThere = ([partition, first]: readonly [number, number]) =>
        (asked.get(partition) ?? -1) >= first - 1
      // A partition of which nothing is heard may still have something underway: that is waited for only so long.
      isJoined =
        [...firstHeard].every(isThere) &&
        (isLate || (asked.size > 0 && [...asked.keys()].every((partition) => firstHeard.has(partition))))
      if (isJoined) seen.clear()
      return isJoined
    },
    position: () => {
      if (!isJoined) return asked
      const ends = new Map(asked)
      for (const [partition, offset] of lastPassed)
        if (offset > (ends.get(partition) ?? -1)) ends.set(partition, offset)
      return ends
    },
  }
}
