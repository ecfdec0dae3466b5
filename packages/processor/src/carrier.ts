import { EventError, type EventLog, type LogConsumer, type LogRecord } from '@mcp-sentinel/events'
import { createRows, type EventWriter } from '@mcp-sentinel/events/clickhouse'
import { pause, pauseMsAfter } from './backoff.ts'
import { type BatchLimits, createBatch } from './batch.ts'
import { createChains } from './chains.ts'
import { createDecode } from './decode.ts'
import { createFlush, type FlushOptions, type Pending } from './flush.ts'
import { follow } from './follow.ts'
import { createHolding } from './holding.ts'
import { observeAll, type ProcessorObserver } from './observer.ts'

export interface CarrierOptions {
  readonly log: EventLog
  /** Where records go that cannot be stored. */
  readonly deadLetters: Pick<EventLog, 'append'>
  readonly writer: EventWriter
  readonly topic: string
  readonly group: string
  readonly limits?: Partial<BatchLimits> | undefined
  /** Epoch milliseconds. */
  readonly clock?: (() => number) | undefined
  readonly observers?: readonly ProcessorObserver[] | undefined
  /** Stands around each insert, for spans. */
  readonly aroundInsert?: FlushOptions['around']
}

export interface Carrier {
  /** When the oldest record that was read and is not stored was received; undefined when there is none. */
  readonly oldestPendingMs: () => number | undefined
  /** When we read it. */
  readonly oldestReadMs: () => number | undefined
  /** Is nothing read because what was read has to be stored first? */
  readonly isIntakePaused: () => boolean
  /** How often that has changed. */
  readonly intakeTransitions: () => number
  /** Records of the log that are not committed. */
  readonly lag: () => Promise<number>
  /** Reads no more, stores what was read, and lets go. What is not stored by then is read again by whoever is next. */
  readonly close: (deadlineMs?: number) => Promise<void>
}

const limitsDefault: BatchLimits = { rowsMax: 10_000, bytesMax: 8 * 1024 ** 2, ageMsMax: 250 }
/** Whoever is fenced off may not know yet that the partition is another's: time for its log to say so. */
const fencedPauseMs = 5_000

/** Carries events from the log into the store, each exactly once. Begins at once, and never ends by itself. */
export const createCarrier = async (options: CarrierOptions): Promise<Carrier> => {
  const { log, deadLetters, writer, topic, group, limits, aroundInsert } = options
  const { clock = Date.now } = options
  const tell = observeAll(options.observers ?? [])
  const rows = createRows(topic)
  const decodeRecord = createDecode({ topic, rows })
  const chains = createChains(writer)
  const flush = createFlush({ topic, writer, chains, deadLetters, around: aroundInsert })
  const batch = createBatch<Pending>({ ...limitsDefault, ...limits })
  let consumer = await log.consume(group)
  const stopping = new AbortController()
  const givingUp = new AbortController()
  let flushing: readonly Pending[] = []

  const following = new Set<Promise<void>>()

  const followClaims = async (): Promise<void> => {
    for (;;) {
      const claim = await consumer.nextClaim()
      if (claim === undefined) return
      tell.claimed(claim.partition, claim.epoch)
      const holding = createHolding(claim, writer)
      // What another stored since we last had the partition is not in what we remember.
      chains.forget()
      const take = (records: readonly LogRecord[]): Promise<void> => {
        tell.read(records)
        const readMs = clock()
        const decode = (record: LogRecord): Pending => ({
          holding,
          readMs,
          record: decodeRecord(record, readMs),
        })
        const bytes = records.reduce((sum, { value }) => sum + value.length, 0)
        return batch.put(bytes, () => records.map(decode))
      }
      const followed = follow({
        claim,
        stopping: stopping.signal,
        room: batch.room,
        take,
        readFailed: tell.readFailed,
      })
      following.add(followed)
      void followed.finally(() => following.delete(followed))
    }
  }

  /** A member that the brokers gave up on is none any more: another takes its place. */
  const followAll = async (): Promise<void> => {
    for (let failures = 1; !stopping.signal.aborted; failures++) {
      try {
        await followClaims()
        break
      } catch (error) {
        const ms = pauseMsAfter(failures)
        tell.readFailed(error, ms)
        await consumer.close().catch(() => {})
        await pause(ms, stopping.signal)
        if (!stopping.signal.aborted) consumer = await joinAgain()
      }
    }
    await Promise.all(following)
  }

  const joinAgain = async (): Promise<LogConsumer> => {
    for (let failures = 1; ; failures++) {
      try {
        return await log.consume(group)
      } catch (error) {
        if (stopping.signal.aborted) return consumer
        const ms = pauseMsAfter(failures)
        tell.readFailed(error, ms)
        await pause(ms, stopping.signal)
      }
    }
  }

  /** What of a batch is still ours to store. */
  const held = (pending: readonly Pending[]): readonly Pending[] =>
    pending.filter(({ holding }) => !holding.claim.lost.aborted)

  const flushUntilStored = async (taken: readonly Pending[]): Promise<void> => {
    flushing = taken
    for (let failures = 1; flushing.length > 0 && !givingUp.signal.aborted; failures++) {
      const began = performance.now()
      try {
        const flushed = await flush(flushing)
        tell.flushed(flushed, performance.now() - began)
        break
      } catch (error) {
        // Nobody knows what became of it, so the next try begins with finding out.
        for (const { holding } of flushing) holding.doubt()
        chains.forget()
        const isFenced = error instanceof EventError && error.code === 'store_fenced'
        const ms = isFenced ? fencedPauseMs : pauseMsAfter(failures)
        tell.flushFailed(error, ms)
        await pause(ms, givingUp.signal)
        flushing = held(flushing)
      }
    }
    flushing = []
  }

  const flushAll = async (): Promise<void> => {
    for (let taken = await batch.take(); taken !== undefined; taken = await batch.take()) {
      await flushUntilStored(held(taken))
      for (const { record } of taken) if (record.kind === 'event') rows.release(record.row)
    }
  }

  const oldest = (): Pending | undefined => flushing[0] ?? batch.oldest()
  const followed = followAll()
  const flushed = flushAll()
  let closing: Promise<void> | undefined

  const close = async (deadlineMs: number): Promise<void> => {
    const deadline = setTimeout(() => givingUp.abort(), deadlineMs)
    stopping.abort()
    batch.close()
    await flushed
    clearTimeout(deadline)
    // Only now: a consumer that is closed can commit no more.
    const member = consumer
    await member.close()
    await followed
    // One that had just joined in place of another.
    if (consumer !== member) await consumer.close()
  }

  return {
    oldestPendingMs: () => oldest()?.record.record.receivedAtMs,
    oldestReadMs: () => oldest()?.readMs,
    isIntakePaused: batch.isFull,
    intakeTransitions: batch.transitions,
    lag: () => consumer.lag(),
    close: (deadlineMs = 10_000) => {
      closing ??= close(deadlineMs)
      return closing
    },
  }
}
