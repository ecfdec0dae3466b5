import assert from 'node:assert/strict'
import { eventBytesMax } from '../codec.ts'
import type { Envelope, EventType, RequestRecord, TraceContext } from '../envelope.ts'
import { EventError } from '../errors.ts'
import { frameBytesMin, type SegmentEntry } from '../segment/frame.ts'
import type { FrameHeaders } from '../segment/headers.ts'
import type { SyncWriter } from '../segment/sync-writer.ts'
import { encodeIntent, headersOf, type IntentValue, unknownEnd } from './frames.ts'
import type { Journal } from './journal.ts'
import type { LossReason } from './losses.ts'
import { createOwed } from './owed.ts'
import { closeReserveBytes, type Room } from './room.ts'
import type { ScannedIntent } from './scan.ts'

/** A call that may go on: whatever happens now, there will be one event of it. */
export interface Intent {
  /** How the call ended. The first time counts. */
  readonly close: (record: RequestRecord) => void
}

export interface Intents {
  readonly begin: (record: RequestRecord, trace?: TraceContext) => Promise<Intent>
  /** Writes the event of a call that a process before left open. */
  readonly closeUnknown: (intent: ScannedIntent) => void
  readonly open: () => number
  /** Events that the disk has not taken yet. */
  readonly owed: () => number
  /** The first offset that an open intent is at. */
  readonly oldestOffset: () => number
  /** Writes again, at the end, the open intents before an offset, or as many as find room. */
  readonly carry: (before: number) => void
  readonly close: () => void
}

export interface IntentsOptions {
  readonly writer: SyncWriter
  /** As `writer.append`, for what is owed. */
  readonly appendOwed: (entry: SegmentEntry) => number
  readonly journal: Journal
  readonly room: Room
  readonly clock: () => number
  readonly request: (
    record: RequestRecord,
    trace?: TraceContext,
    type?: Extract<EventType, 'mcp.request' | 'mcp.request.open'>,
  ) => Envelope
  readonly intentTimeoutMs: number
  /** Set: a call waits for the sink, too, which is given an event of it before it goes on. */
  readonly acknowledgement: Acknowledgement | undefined
  readonly onKept: () => void
}

interface Acknowledgement {
  readonly timeoutMs: number
  /** Whether the sink took the event at an offset, when it was given it. */
  readonly taken: (offset: number) => Promise<boolean>
}

interface Open {
  readonly headers: FrameHeaders
  readonly value: Buffer
  readonly reservedBytes: number
  offset: number
}

/** An intent becomes an event, which is somewhat larger and has at most `eventBytesMax`. */
const intentBytesMax = eventBytesMax / 2

/** What the headers of an intent take besides its id. */
const headerBytes = 19

export const createIntents = (options: IntentsOptions): Intents => {
  const { writer, appendOwed, journal, room, clock, request, intentTimeoutMs, onKept } = options
  const { acknowledgement } = options
  const owed = createOwed()
  /** By decision; in the order of their offsets, since whatever is written again is put in again. */
  const open = new Map<string, Open>()
  let isClosed = false

  const settle = (id: string): void => {
    room.release(open.get(id)?.reservedBytes ?? 0)
    open.delete(id)
  }

  /** Keeps room for the frame to be carried on once, and for the event. */
  const reserve = (frameBytes: number, valueBytes: number): number =>
    frameBytes + valueBytes + closeReserveBytes

  const write = (id: string, intent: IntentValue): void => {
    const failed = writer.failed()
    if (failed !== undefined) throw unavailable('its disk failed', failed)
    const entry = { receivedAtMs: clock(), headers: headersOf('intent', id), value: encodeIntent(intent) }
    if (entry.value.length > intentBytesMax) throw unavailable('the record is too large', undefined, false)
    const frameBytes = frameBytesMin + headerBytes + Buffer.byteLength(id) + entry.value.length
    const reservedBytes = reserve(frameBytes, entry.value.length)
    if (!room.has(frameBytes + reservedBytes, 'event')) throw unavailable('the spool is full')
    const offset = appendIntent(entry)
    room.reserve(reservedBytes)
    open.set(id, { ...entry, reservedBytes, offset })
  }

  const appendIntent = (entry: SegmentEntry): number => {
    try {
      return writer.append(entry)
    } catch (cause) {
      if (cause instanceof EventError) throw unavailable('its disk took nothing', cause)
      throw cause
    }
  }

  /** Its call does not go on, so no event is owed. A crash that comes first makes it an `unknown` one. */
  const withdraw = (id: string): void => {
    const entry = { receivedAtMs: clock(), headers: headersOf('withdrawn', id), value: Buffer.alloc(0) }
    owed.pay(() => {
      if (writer.failed() !== undefined) return true
      try {
        appendOwed(entry)
      } catch {
        return false
      }
      settle(id)
      return true
    })
  }

  const closeAs = (
    id: string,
    record: RequestRecord,
    trace: TraceContext | undefined,
    lesser = record,
  ): void => {
    const headers = headersOf('close', id)
    const keep = (one: RequestRecord): LossReason | undefined =>
      journal.keep(() => request(one, trace), 'owed', headers)
    owed.pay(() => {
      // It stays open on the disk, and the next start makes its event.
      if (writer.failed() !== undefined) return true
      const lost = keep(record)
      if (lost !== undefined && (lost !== 'too_large' || keep(lesser) !== undefined)) return false
      settle(id)
      onKept()
      return true
    })
  }

  /** Tells the sink of a call that is to go on, where one is waited for; gives the way to wait. */
  const announce = (record: RequestRecord, trace?: TraceContext): (() => Promise<void>) => {
    if (acknowledgement === undefined) return async () => {}
    const lost = journal.keep(() => request(record, trace, 'mcp.request.open'), 'event')
    if (lost !== undefined) throw unavailable(`the event of its beginning is not kept (${lost})`)
    onKept()
    const { timeoutMs, taken } = acknowledgement
    const answer = taken(writer.written() - 1)
    return () => acknowledged(timeoutMs, answer)
  }

  return {
    begin: async (record, trace) => {
      const id = record.decision_id
      assert(!open.has(id), 'a decision has one intent')
      write(id, { record, trace })
      try {
        const wait = announce(record, trace)
        await within(intentTimeoutMs, writer.sync())
        await wait()
      } catch (cause) {
        withdraw(id)
        throw cause
      }
      let isEnded = false
      return {
        close: (ended) => {
          assert(ended.decision_id === id, 'the record of another decision')
          if (isEnded || isClosed) return
          isEnded = true
          closeAs(id, ended, trace, lesserOf(ended, record))
        },
      }
    },
    closeUnknown: ({ id, frameBytes, value, offset, intent }) => {
      const reservedBytes = reserve(frameBytes, value.length)
      room.reserve(reservedBytes)
      open.set(id, { headers: headersOf('intent', id), value, reservedBytes, offset })
      closeAs(id, unknownEnd(intent.record), intent.trace)
    },
    open: () => open.size,
    owed: owed.count,
    oldestOffset: () => open.values().next().value?.offset ?? Number.POSITIVE_INFINITY,
    carry: (before) => {
      for (const [id, intent] of open) {
        if (intent.offset >= before) return
        try {
          intent.offset = appendOwed({
            receivedAtMs: clock(),
            headers: intent.headers,
            value: intent.value,
          })
        } catch (error) {
          if (error instanceof EventError) return
          throw error
        }
        open.delete(id)
        open.set(id, intent)
      }
    },
    close: () => {
      owed.close()
      isClosed = true
    },
  }
}

/** Where an end is too large to be told: what counts of it, with what was known before, which is known to fit. */
const lesserOf = (ended: RequestRecord, begun: RequestRecord): RequestRecord => {
  const { bytes_in, bytes_out, latency_ms, outcome, status } = ended
  return { ...begun, bytes_in, bytes_out, latency_ms, outcome, status }
}

export const unavailable = (
  why: string,
  cause?: EventError,
  retryable = cause?.retryable ?? true,
): EventError =>
  new EventError('audit_unavailable', `The call cannot be written down: ${why}`, { cause, retryable })

const within = (timeoutMs: number, synced: Promise<void>): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(unavailable('its disk is slow')), timeoutMs)
    synced.then(
      () => {
        clearTimeout(timer)
        resolve()
      },
      (cause: EventError) => {
        clearTimeout(timer)
        reject(unavailable('its disk failed', cause))
      },
    )
  })

/** What comes too late does not count: the call was refused by then, and its event says so. */
const acknowledged = async (timeoutMs: number, taken: Promise<boolean>): Promise<void> => {
  const { promise, resolve } = Promise.withResolvers<'late'>()
  const timer = setTimeout(resolve, timeoutMs, 'late')
  const answer = await Promise.race([taken, promise])
  clearTimeout(timer)
  if (answer === 'late') throw unavailable(`its sink did not take it within ${timeoutMs} ms`)
  if (!answer) throw unavailable('its sink did not take it')
}
