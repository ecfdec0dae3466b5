import { EventError } from '../errors.ts'
import type { LogEntry } from '../log.ts'
import { eventErrorOf } from './kafka-errors.ts'
import { bytesOf } from './kafka-records.ts'

export interface AppendLimits {
  readonly entryBytesMax: number
  readonly batchBytesMax: number
  /** What may wait for its turn; more is refused. */
  readonly pendingBytesMax: number
}

/** A producer that sends one batch at a time, made anew after each failure. */
export interface Sender {
  readonly send: (entries: readonly LogEntry[]) => Promise<void>
  readonly close: () => Promise<void>
}

export interface Appender {
  readonly append: (entries: readonly LogEntry[]) => Promise<void>
  readonly close: () => Promise<void>
}

interface Job {
  readonly entries: readonly LogEntry[]
  readonly bytes: number
  readonly done: PromiseWithResolvers<void>
}

/**
 * One batch is under way at a time, and what arrives meanwhile goes together in the next.
 * kafkajs numbers batches for the broker's detection of duplicates, and after a failure gives the same numbers to what
 * is sent next. With two batches under way, or the same producer used on, other records could pass for duplicates of
 * those that failed: acknowledged, and not in the log.
 */
export const createAppender = (makeSender: () => Promise<Sender>, limits: AppendLimits): Appender => {
  const { entryBytesMax, batchBytesMax, pendingBytesMax } = limits
  const queue: Job[] = []
  let pendingBytes = 0
  let sender: Sender | undefined
  let sending: Promise<void> | undefined
  let isClosed = false

  const send = async (entries: readonly LogEntry[]): Promise<void> => {
    try {
      sender ??= await makeSender()
      for (const batch of batchesOf(entries, batchBytesMax)) await sender.send(batch)
    } catch (error) {
      const failed = sender
      sender = undefined
      void failed?.close()
      throw eventErrorOf(error, 'append')
    }
  }

  const sendAll = async (): Promise<void> => {
    while (queue.length > 0) {
      const jobs = takeUpTo(queue, batchBytesMax)
      const sent = send(jobs.flatMap(({ entries }) => entries))
      await sent.catch(() => {})
      for (const { bytes, done } of jobs) {
        pendingBytes -= bytes
        done.resolve(sent)
      }
    }
    sending = undefined
  }

  return {
    append: async (entries) => {
      if (isClosed) throw new EventError('log_closed', 'append: the log is closed')
      if (entries.length === 0) return
      const sizes = entries.map(bytesOf)
      const largest = Math.max(...sizes)
      if (largest > entryBytesMax)
        throw new EventError('too_large', `an entry has ${largest} bytes; ${entryBytesMax} is the most`)
      const bytes = sizes.reduce((sum, size) => sum + size, 0)
      if (pendingBytes > 0 && pendingBytes + bytes > pendingBytesMax)
        throw new EventError('overloaded', `${pendingBytes} bytes wait for the brokers`, { retryable: true })
      pendingBytes += bytes
      const done = Promise.withResolvers<void>()
      queue.push({ entries, bytes, done })
      sending ??= sendAll()
      await done.promise
    },
    close: async () => {
      isClosed = true
      await sending
      await sender?.close()
    },
  }
}

const takeUpTo = (queue: Job[], bytesMax: number): Job[] => {
  let count = 1
  let bytes = queue[0]?.bytes ?? 0
  for (; count < queue.length; count += 1) {
    bytes += queue[count]?.bytes ?? 0
    if (bytes > bytesMax) break
  }
  return queue.splice(0, count)
}

/** A broker refuses a batch beyond its topic's limit, and all entries may go to one partition. */
const batchesOf = (entries: readonly LogEntry[], bytesMax: number): LogEntry[][] => {
  const batches: LogEntry[][] = []
  let room = 0
  for (const entry of entries) {
    const size = bytesOf(entry)
    if (size > room || batches.length === 0) {
      batches.push([])
      room = bytesMax
    }
    batches.at(-1)?.push(entry)
    room -= size
  }
  return batches
}
