import { setTimeout as wait } from 'node:timers/promises'
import type { EventSink } from '@mcp-sentinel/events'

export interface Pace {
  /** Between the beginnings of two writes. */
  readonly intervalMs: number
  /** So many do not wait: there is a backlog. */
  readonly eventsAtOnce: number
}

/**
 * Lets few events wait a moment, so that more go with the next ones. Calls that are recorded durably bring an event or two
 * each time the disk has synced, and a request for each of those would cost more than the calls themselves.
 */
export const pacedSink = (sink: EventSink, { intervalMs, eventsAtOnce }: Pace): EventSink => {
  const closing = new AbortController()
  let began = Number.NEGATIVE_INFINITY
  return {
    write: async (events) => {
      const early = began + intervalMs - performance.now()
      if (early > 0 && events.length < eventsAtOnce) await wait(early, undefined, { signal: closing.signal })
      began = performance.now()
      return sink.write(events)
    },
    close: () => {
      closing.abort()
      return sink.close()
    },
  }
}
