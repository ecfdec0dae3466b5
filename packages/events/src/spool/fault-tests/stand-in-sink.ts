import type { Delivery, EventSink } from '../../sink.ts'
import { eventOf, type ReadEvent } from './requests.ts'

export interface StandInSink extends EventSink {
  close: () => Promise<void>
  /** What happens in the place of taking a batch. Called with what takes it. */
  instead: ((take: () => Delivery, events: readonly Uint8Array[]) => Delivery | Promise<Delivery>) | undefined
  /** What was taken, batch by batch. */
  readonly batches: (readonly ReadEvent[])[]
  /** Each event once, in the order that they came first. */
  readonly events: () => readonly ReadEvent[]
  readonly isClosed: () => boolean
}

/** Takes all that it is given, unless a test says otherwise. Refuses two writes at once. */
export const createStandInSink = (): StandInSink => {
  const batches: (readonly ReadEvent[])[] = []
  let isBusy = false
  let isClosed = false
  const sink: StandInSink = {
    instead: undefined,
    batches,
    events: () => [...new Map(batches.flat().map((event) => [event.payload, event])).values()],
    isClosed: () => isClosed,
    write: async (events) => {
      if (isBusy) throw new Error('two writes at once')
      isBusy = true
      const take = (): Delivery => {
        batches.push(events.map(eventOf))
        return { rejected: [] }
      }
      try {
        return await (sink.instead?.(take, events) ?? take())
      } finally {
        isBusy = false
      }
    },
    close: async () => {
      isClosed = true
    },
  }
  return sink
}
