import { EventError, type EventLog, type Tail } from '@mcp-sentinel/events'
import { inTime } from '../in-time.ts'
import { type LiveEvent, liveEventOf } from './live-event.ts'
import { createRecentIds } from './recent-ids.ts'

interface Listener {
  readonly heard: (events: readonly LiveEvent[]) => void
  /** Nothing will be heard any more. */
  readonly lost: () => void
}

export interface Feed {
  /** Resolves when the listener hears what is appended, to what ends that. */
  readonly listen: (listener: Listener) => Promise<() => Promise<void>>
  /** Whether the last who wanted to listen could not, or hears nothing any more. */
  readonly isAway: () => boolean
}

export interface FeedOptions {
  readonly log: EventLog
  /** A tail that is not open by then is nobody's who waits for it. */
  readonly openDeadlineMs: number
}

/** A tail of the log, and who hears what it tells. */
interface Following {
  readonly listeners: Set<Listener>
  readonly tail: Promise<Tail>
}

/** What was sent twice, since its sender did not hear that it was taken, comes within seconds. */
const recentIdsMax = 10_000

/** One tail of the log for all who listen, and none while nobody does. Each event is read once. */
export const createFeed = ({ log, openDeadlineMs }: FeedOptions): Feed => {
  let current: Following | undefined
  let isAway = false
  const recent = createRecentIds(recentIdsMax)
  const isFirst = ({ event: { id } }: LiveEvent): boolean => id === '' || recent.isNew(id)

  const end = async (following: Following): Promise<void> => {
    if (current === following) current = undefined
    await following.tail.then(
      ({ close }) => close(),
      () => {},
    )
  }

  const follow = (): Following => {
    const listeners = new Set<Listener>()
    const tail = log.tail(
      (records) => {
        // What one tells that is being closed would be taken for the beginning of the next.
        if (current !== following) return
        const events = records.flatMap((record) => liveEventOf(record) ?? []).filter(isFirst)
        for (const { heard } of listeners) heard(events)
      },
      () => {
        isAway = true
        void end(following)
        for (const { lost } of listeners) lost()
      },
    )
    const following = { listeners, tail }
    tail.catch(() => end(following))
    return following
  }

  return {
    listen: async (listener) => {
      current ??= follow()
      const following = current
      following.listeners.add(listener)
      const leave = async (): Promise<void> => {
        following.listeners.delete(listener)
        // One that was lost is closed by itself: nobody waits for brokers that are away.
        if (following.listeners.size === 0 && current === following) await end(following)
      }
      try {
        if ((await inTime(following.tail, openDeadlineMs)) === undefined) throw late(openDeadlineMs)
        isAway = false
      } catch (error) {
        isAway = true
        void leave()
        throw error
      }
      return leave
    },
    isAway: () => isAway,
  }
}

const late = (afterMs: number): EventError =>
  new EventError('log_unavailable', `the log did not answer within ${afterMs} ms`, { retryable: true })
