import type { EventLog, Tail } from '@mcp-sentinel/events'
import { type LiveEvent, liveEventOf } from './live-event.ts'

type Listener = (events: readonly LiveEvent[]) => void

export interface Feed {
  /** Resolves when the listener hears what is appended, to what ends that. */
  readonly listen: (listener: Listener) => Promise<() => Promise<void>>
}

/** What was sent twice, since its sender did not hear that it was taken, comes within seconds. */
const recentIdsMax = 10_000

/** One tail of the log for all who listen, and none while nobody does. Each event is read once. */
export const createFeed = (log: EventLog): Feed => {
  const listeners = new Set<Listener>()
  let tail: Promise<Tail> | undefined
  /** What opens and what closes the tail, one after the other. */
  let turn: Promise<unknown> = Promise.resolve()

  let recent = new Set<string>()
  let older = recent
  const isFirst = ({ event: { id } }: LiveEvent): boolean => {
    if (id === '') return true
    if (recent.has(id) || older.has(id)) return false
    if (recent.size >= recentIdsMax) {
      older = recent
      recent = new Set()
    }
    recent.add(id)
    return true
  }

  const open = (): Promise<Tail> =>
    log.tail((records) => {
      const events = records.flatMap((record) => liveEventOf(record) ?? []).filter(isFirst)
      for (const listener of listeners) listener(events)
    })

  const inTurn = <T>(step: () => Promise<T>): Promise<T> => {
    const done = turn.then(step)
    turn = done.catch(() => {})
    return done
  }

  return {
    listen: async (listener) => {
      listeners.add(listener)
      const leave = () =>
        inTurn(async () => {
          listeners.delete(listener)
          if (listeners.size > 0 || tail === undefined) return
          const closing = tail
          tail = undefined
          await (await closing.catch(() => undefined))?.close()
        })
      try {
        await inTurn(async () => {
          tail ??= open()
          await tail
        })
      } catch (error) {
        tail = undefined
        listeners.delete(listener)
        throw error
      }
      return leave
    },
  }
}
