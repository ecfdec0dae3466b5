import type { Notice } from '../adapters/notice.ts'
import { EventError } from '../errors.ts'
import type { Frame } from '../segment/frame.ts'
import type { SegmentReader } from '../segment/reader.ts'
import type { Delivery, EventSink } from '../sink.ts'
import { type Backoff, createWaits } from './backoff.ts'
import { isEvent } from './frames.ts'
import type { Rejected } from './rejected-file.ts'
import type { Report } from './report.ts'
import type { Shipped } from './retention.ts'

/** Reads what is durable and gives it to a sink, one batch at a time, for as long as it takes. */
export interface Shipper {
  readonly shipped: () => number
  /** Of what is in the files and not shipped. */
  readonly pendingBytes: () => number
  /** Why nothing goes at present. */
  readonly blocked: () => EventError | undefined
  /** Resolves when all before an offset is shipped; tries at once. False once it is stopped. */
  readonly reach: (offset: number) => Promise<boolean>
  /** Resolves when the sink was given the event at an offset: whether it took it. Asked before that is durable. */
  readonly taken: (offset: number) => Promise<boolean>
  /** Gives up what is on its way. */
  readonly stop: () => Promise<void>
}

export interface ShipperOptions {
  readonly reader: SegmentReader
  readonly sink: EventSink
  readonly from: Shipped
  readonly durable: () => number
  /** Given when `durable` has moved. */
  readonly news: Notice
  /** Of all frames from `from` on. */
  readonly bytes: () => number
  readonly backoff: Backoff
  /** At least between the beginnings of two batches, unless much is left or somebody waits for it. */
  readonly intervalMs: number
  readonly keepRejected: (events: readonly Rejected[]) => Promise<void>
  /** Called after each batch, before the next. */
  readonly onShipped: (shipped: Shipped, hasRejected: boolean) => Promise<void>
  readonly report: Report
}

const batchEventsMax = 1000
/** So many that are left do not wait for others. */
const manyEvents = 500
const batchBytesMax = 4 * 1024 * 1024
/** A batch has a buffer of its size, so few or small events should not ask for a large one. */
const batchBytesMin = 64 * 1024

interface Waiter {
  /** All before it. */
  readonly offset: number
  readonly resolve: (rejected: ReadonlySet<number>) => void
  readonly stop: () => void
}

const none: ReadonlySet<number> = new Set()

export const createShipper = (options: ShipperOptions): Shipper => {
  const { reader, sink, durable, news, intervalMs, keepRejected, onShipped, report } = options
  const waits = createWaits(options.backoff)
  let { next, lastEvent } = options.from
  let shippedBytes = 0
  let began = Number.NEGATIVE_INFINITY
  let isGathering = false
  let waiters: Waiter[] = []
  let blocked: EventError | undefined
  let isStopped = false
  let giveUp = (): void => {}
  const pendingBytes = (): number => options.bytes() - shippedBytes

  const succeeded = (): void => {
    if (blocked !== undefined) report({ kind: 'resumed' })
    blocked = undefined
    waits.succeeded()
  }
  const failed = async (cause: unknown): Promise<void> => {
    const error = errorOf(cause)
    // Once for each fault, however often it is met.
    if (blocked?.message !== error.message) report({ kind: 'blocked', error })
    blocked = error
    await waits.wait(Number(error.details['retryAfterMs'] ?? 0))
  }

  /** Does it until it succeeds, or the shipper is stopped. */
  const insist = async <T>(attempt: () => Promise<T>): Promise<T> => {
    for (;;) {
      try {
        const done = await attempt()
        succeeded()
        return done
      } catch (cause) {
        if (!isStopped) await failed(cause)
        if (isStopped) throw cause
      }
    }
  }

  /** A sink that does not settle would hold up whoever stops the shipper. */
  const deliver = (events: readonly Uint8Array[]): Promise<Delivery> => {
    const { promise, resolve, reject } = Promise.withResolvers<Delivery>()
    giveUp = () => reject(new EventError('sink_unavailable', 'Shipping was stopped'))
    // While the batch was read.
    if (isStopped) giveUp()
    else sink.write(events).then(resolve, reject)
    return promise
  }

  /** Gives the offsets of what was rejected. */
  const ship = async (frames: readonly Frame[]): Promise<ReadonlySet<number>> => {
    const events = frames.filter(isEvent)
    if (events.length === 0) return none
    const values = events.map(({ value }) => value)
    const { rejected } = await insist(() => deliver(values))
    if (rejected.length > 0) {
      const kept = rejected.map((one) => ({ ...one, event: values[one.index] as Uint8Array }))
      await insist(() => keepRejected(kept))
      report({ kind: 'rejected', codes: rejected.map(({ code }) => code) })
    }
    lastEvent = (events.at(-1) as Frame).offset
    return rejected.length === 0
      ? none
      : new Set(rejected.map(({ index }) => (events[index] as Frame).offset))
  }

  /** For as many frames as there are and a batch may have, each somewhat larger than they are on the average. */
  const bytesFor = (frames: number): number => {
    const bytes = pendingBytes() * Math.min(1, (1.25 * batchEventsMax) / Math.max(frames, 1))
    return Math.min(batchBytesMax, Math.max(batchBytesMin, Math.ceil(bytes)))
  }

  /**
   * Calls that are recorded durably bring an event or two each time the disk has synced, and a request for each of those
   * would cost more than the calls themselves.
   */
  const gather = async (): Promise<void> => {
    const earlyMs = began + intervalMs - performance.now()
    isGathering = earlyMs > 0 && durable() - next < manyEvents && waiters.length === 0
    if (isGathering) await waits.sleep(earlyMs)
    isGathering = false
  }

  const shipNext = async (): Promise<void> => {
    const more = news.wait()
    const limit = durable()
    const wanted = { limit, batchFramesMax: batchEventsMax, batchBytesMax: bytesFor(limit - next) }
    const batch = await insist(() => reader.read(next, wanted))
    if (batch.frames.length === 0) return more
    began = performance.now()
    const rejected = await ship(batch.frames)
    next = batch.next
    shippedBytes += batch.frames.reduce((sum, { bytes }) => sum + bytes, 0)
    await onShipped({ next, lastEvent }, rejected.size > 0)
    const reached = waiters.filter(({ offset }) => offset <= next)
    waiters = waiters.filter(({ offset }) => offset > next)
    for (const { resolve } of reached) resolve(rejected)
  }

  const wait = (offset: number, isGood: (rejected: ReadonlySet<number>) => boolean): Promise<boolean> => {
    const { promise, resolve } = Promise.withResolvers<boolean>()
    waiters.push({
      offset,
      resolve: (rejected) => resolve(isGood(rejected)),
      stop: () => resolve(false),
    })
    if (isGathering) waits.wake()
    return promise
  }

  const run = async (): Promise<void> => {
    while (!isStopped) {
      await shipNext().catch((error: unknown) => {
        if (!isStopped) throw error
      })
      if (!isStopped) await gather()
    }
  }
  const running = run()

  return {
    shipped: () => next,
    pendingBytes,
    blocked: () => blocked,
    reach: async (offset) => {
      if (next >= offset) return true
      if (isStopped) return false
      const reached = wait(offset, () => true)
      waits.wake()
      return reached
    },
    taken: async (offset) => !isStopped && wait(offset + 1, (rejected) => !rejected.has(offset)),
    stop: async () => {
      isStopped = true
      giveUp()
      waits.wake()
      news.give()
      await running
      for (const { stop } of waiters) stop()
    },
  }
}

const errorOf = (cause: unknown): EventError =>
  cause instanceof EventError
    ? cause
    : new EventError('sink_unavailable', 'Events could not be shipped', { cause, retryable: true })
