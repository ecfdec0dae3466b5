import { EventError } from '../errors.ts'
import type { LogRecord, ReadLimits } from '../log.ts'
import { createNotice } from './notice.ts'

export interface FeedOptions {
  readonly bufferBytesMax: number
  /** The first offset that the partition still has, and the one to start with. */
  readonly first: number
  readonly start: number
  readonly lost: AbortSignal
  readonly seek: (offset: number) => void
  readonly pause: () => void
  readonly resume: () => void
}

/** What is fetched of one partition and not read yet: kafkajs pushes, a claim pulls, and too much pauses the fetching. */
export interface Feed {
  readonly push: (records: readonly LogRecord[]) => void
  readonly read: (from: number, limits: ReadLimits) => Promise<readonly LogRecord[]>
}

export const createFeed = (options: FeedOptions): Feed => {
  const { bufferBytesMax, first, start, lost, seek, pause, resume } = options
  const arrived = createNotice()
  let buffer: LogRecord[] = []
  let bytes = 0
  /** What lies before it was given or passed over; going back means fetching anew. */
  let kept = start
  /** The next to come. Nothing is known to be there from here on. */
  let streamed = start
  let isPaused = false

  const flow = (): void => {
    if (isPaused && bytes <= bufferBytesMax / 2) {
      isPaused = false
      resume()
    }
  }

  /** Seeks only to what was there: beyond the end kafkajs would commit the beginning of the partition for the group. */
  const goTo = (from: number): void => {
    if (from < first)
      throw new EventError('offset_deleted', `offset ${from} is gone; ${first} is the first`, {
        details: { first },
      })
    if (from < kept) {
      seek(from)
      buffer = []
      bytes = 0
      kept = from
      streamed = from
    }
    kept = Math.max(kept, Math.min(from, streamed))
    let passed = 0
    for (const record of buffer) {
      if (record.offset >= from) break
      passed += 1
      bytes -= record.value.length
    }
    buffer.splice(0, passed)
    flow()
  }

  const take = ({ recordsMax, bytesMax }: ReadLimits): LogRecord[] => {
    let count = 0
    let taken = 0
    for (const { value } of buffer) {
      if (count > 0 && (count >= recordsMax || taken + value.length > bytesMax)) break
      count += 1
      taken += value.length
    }
    const records = buffer.splice(0, count)
    bytes -= taken
    kept = (records.at(-1)?.offset ?? kept - 1) + 1
    flow()
    return records
  }

  return {
    push: (records) => {
      for (const record of records) {
        if (record.offset < streamed) continue
        streamed = record.offset + 1
        buffer.push(record)
        bytes += record.value.length
      }
      if (bytes > bufferBytesMax && !isPaused) {
        isPaused = true
        pause()
      }
      arrived.give()
    },
    read: async (from, limits) => {
      for (;;) {
        if (lost.aborted) throw new EventError('claim_lost', 'the partition is another member’s by now')
        const next = arrived.wait()
        goTo(from)
        const records = take(limits)
        if (records.length > 0 || limits.signal?.aborted) return records
        await firstOf(next, lost, limits.signal)
      }
    },
  }
}

/** A long-lived signal would gather a listener with every wait, so they go with it. */
const firstOf = (next: Promise<void>, ...signals: (AbortSignal | undefined)[]): Promise<void> => {
  const woken = Promise.withResolvers<void>()
  const wake = (): void => woken.resolve()
  for (const signal of signals) signal?.addEventListener('abort', wake)
  void next.then(wake)
  return woken.promise.finally(() => {
    for (const signal of signals) signal?.removeEventListener('abort', wake)
  })
}
