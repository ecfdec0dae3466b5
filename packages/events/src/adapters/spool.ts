import { type CheckpointKey, createChain } from '../chain.ts'
import type { EventType, RequestRecord, TraceContext } from '../envelope.ts'
import type { EventError } from '../errors.ts'
import { createIds } from '../ids.ts'
import { createSegmentReader } from '../segment/reader.ts'
import { type SyncFiles, syncFiles } from '../segment/sync-files.ts'
import { createSyncWriter } from '../segment/sync-writer.ts'
import type { EventSink } from '../sink.ts'
import type { Backoff } from '../spool/backoff.ts'
import { appendWith, createBallast } from '../spool/ballast.ts'
import { createCheckpoints, noCheckpoints } from '../spool/checkpoints.ts'
import { endHeaders } from '../spool/frames.ts'
import { createIntents, type Intent, unavailable } from '../spool/intents.ts'
import { createJournal } from '../spool/journal.ts'
import { createLosses, type LossReason, lossReasons } from '../spool/losses.ts'
import { openDirectory } from '../spool/open-directory.ts'
import { createPosition } from '../spool/position.ts'
import { createRejectedFile } from '../spool/rejected-file.ts'
import type { SpoolReport } from '../spool/report.ts'
import { createRetention } from '../spool/retention.ts'
import { closeReserveBytes, createRoom, ownReserveBytes } from '../spool/room.ts'
import { createShipper } from '../spool/shipper.ts'
import { createNotice } from './notice.ts'

export type { Backoff, Intent, LossReason, SpoolReport }
export { closeReserveBytes, lossReasons, ownReserveBytes }

export interface SpoolOptions {
  readonly directory: string
  /** `<namespace>/<server>/<instance>`. */
  readonly producer: string
  readonly source: string
  /** Where the events go; it is closed with the spool. Without one they stay here, and are refused when there is no room. */
  readonly sink?: EventSink | undefined
  readonly checkpointKey?: CheckpointKey | undefined
  /** Of all segment files, with the room that is kept for what is owed. */
  readonly bytesMax?: number | undefined
  /** A file is deleted whole, so a spool should have many. */
  readonly segmentBytesMax?: number | undefined
  /** Of `rejected.ndjson`. */
  readonly rejectedBytesMax?: number | undefined
  /** How long an event may be in the file and not on the disk. */
  readonly syncIntervalMs?: number | undefined
  /** How long a call waits for the disk before it is refused. */
  readonly intentTimeoutMs?: number | undefined
  /**
   * Set: `begin` waits for the sink, too, and this long for it. An `mcp.request.open` tells the sink of the call before it
   * goes on, so that a lost machine does not lose it. Unset: the disk is enough.
   */
  readonly ackTimeoutMs?: number | undefined
  /** How often a batch is shipped at most, unless much is left or somebody waits for it. */
  readonly shipIntervalMs?: number | undefined
  /** How long between attempts to ship what was not taken. */
  readonly backoff?: Backoff | undefined
  readonly report?: ((report: SpoolReport) => void) | undefined
  readonly clock?: (() => number) | undefined
  readonly ids?: (() => string) | undefined
  /** The disk. Tests hand in one that fails. */
  readonly files?: SyncFiles | undefined
}

export interface SpoolStats {
  /** Events of all kinds that were written since the start, and those that were lost. */
  readonly kept: number
  readonly lost: number
  readonly openIntents: number
  /** Closed calls whose event the disk has not taken yet. */
  readonly owed: number
  /** Of the segment files, and what of the bound is kept free besides. */
  readonly bytes: number
  readonly reservedBytes: number
  /** About what is still to be shipped. */
  readonly pendingBytes: number
  /** Offsets up to which frames are in the files, on the disk, and shipped. */
  readonly written: number
  readonly durable: number
  readonly shipped: number
  /** Why nothing is shipped at present. */
  readonly blocked: EventError | undefined
  /** Why nothing is written any more. */
  readonly failed: EventError | undefined
}

/** Where a gateway writes down what it decides, before and while it is carried to where it is kept. */
export interface Spool {
  /**
   * Writes an event, as well as may be: in the file when this returns `true`, so that it survives the process, and on the
   * disk soon after. One that finds no room is counted, and told as a gap.
   */
  readonly record: (
    record: RequestRecord,
    trace?: TraceContext,
    type?: Extract<EventType, 'mcp.request' | 'mcp.request.open'>,
  ) => boolean
  /**
   * On the disk when it resolves, and with `ackTimeoutMs` at the sink; rejects with `audit_unavailable`. Then the call must
   * not go on.
   */
  readonly begin: (record: RequestRecord, trace?: TraceContext) => Promise<Intent>
  readonly stats: () => SpoolStats
  /** Ships all that was written before the call, at once even after failures; false when it takes longer than this. */
  readonly drain: (timeoutMs: number) => Promise<boolean>
  /** Writes down what is owed. Ships no more; what is left waits for the next start. */
  readonly close: () => Promise<void>
}

/** Opens a directory as its only owner; rejects with `segment_locked` while it has another. */
export const createSpool = async (options: SpoolOptions): Promise<Spool> => {
  const { directory, producer, source, sink, checkpointKey, report = () => {}, clock = Date.now } = options
  const { bytesMax = 256 * 1024 ** 2, segmentBytesMax = Math.floor(bytesMax / 16) } = options
  const { rejectedBytesMax = 16 * 1024 ** 2, syncIntervalMs = 50, intentTimeoutMs = 2000 } = options
  const { shipIntervalMs = 200, backoff = { minMs: 200, maxMs: 30_000 } } = options
  const { ids = createIds(clock), files = syncFiles } = options
  if (bytesMax < bytesLeast) throw new RangeError(`a spool has at least ${bytesLeast} bytes`)
  if (segmentBytesMax > bytesMax / 4)
    throw new RangeError('a spool of less than four files could not delete any')
  const { ackTimeoutMs } = options
  if (ackTimeoutMs !== undefined && sink === undefined)
    throw new TypeError('ackTimeoutMs without a sink: nobody could acknowledge anything')

  const opening = { directory, segmentBytesMax, files, clock, report }
  const { lock, tail, nextOffset, scanned, reason } = await openDirectory(opening)
  const news = createNotice()
  const writer = createSyncWriter({
    tail,
    nextOffset,
    syncIntervalMs,
    onRotated: (file) => room.rotated(file),
    onDurable: news.give,
    onFailed: (error) => report({ kind: 'failed', error }),
  })
  const room = createRoom({ bytesMax, full: scanned.files.slice(0, -1), tail: writer.tail })
  const ballast = await createBallast(directory, ownReserveBytes, files)
  const appendOwed = appendWith(writer, ballast)
  const losses = createLosses(clock)
  const chain = createChain({ producer, source, clock, ids, previous: scanned.previous, reason })
  const journal = createJournal({ chain, writer, appendOwed, room, losses, clock, report })
  const checkpoints =
    checkpointKey === undefined
      ? noCheckpoints
      : createCheckpoints(() => journal.keep(() => chain.checkpoint(checkpointKey), 'own') === undefined)
  const { request } = chain
  const intents = createIntents({
    writer,
    appendOwed,
    journal,
    room,
    clock,
    request,
    intentTimeoutMs,
    acknowledgement:
      ackTimeoutMs === undefined
        ? undefined
        : { timeoutMs: ackTimeoutMs, taken: async (offset) => shipper?.taken(offset) ?? false },
    onKept: checkpoints.count,
  })
  const reader = createSegmentReader({ directory })
  const retain = createRetention({ reader, writer, room, intents })
  const position = createPosition(directory, scanned.shipped)
  const bytes = (): number => scanned.pendingBytes + writer.appendedBytes()

  journal.start()
  if (scanned.open.length > 0) report({ kind: 'unknown', calls: scanned.open.length })
  for (const intent of scanned.open) intents.closeUnknown(intent)
  const shipper =
    sink &&
    createShipper({
      reader,
      sink,
      from: { next: scanned.shipped, lastEvent: scanned.lastShippedEvent },
      durable: writer.durable,
      news,
      bytes,
      backoff,
      intervalMs: shipIntervalMs,
      keepRejected: createRejectedFile({ directory, bytesMax: rejectedBytesMax, clock }),
      onShipped: async (shipped, hasRejected) => {
        position.moved(shipped.next)
        if (hasRejected) await position.save()
        // What cannot be deleted now may be after the next batch; meanwhile there is less room, as `stats` says.
        await retain(shipped).catch(() => {})
        ballast.refill()
        journal.tellLosses()
      },
      report,
    })

  const finish = async (): Promise<void> => {
    await shipper?.stop()
    intents.close()
    journal.tellLosses()
    checkpoints.close()
    try {
      writer.append({ receivedAtMs: clock(), headers: endHeaders, value: nothing })
    } catch {
      // Then the next start says that it recovered.
    }
    try {
      await position.close()
      await reader.close()
      await sink?.close()
    } finally {
      await writer.close().finally(lock.release)
    }
  }
  let closing: Promise<void> | undefined

  return {
    record: (record, trace, type) => {
      const lost =
        closing === undefined ? journal.keep(() => request(record, trace, type), 'event') : 'closed'
      if (lost === undefined) checkpoints.count()
      else journal.lose(lost)
      return lost === undefined
    },
    begin: async (record, trace) => {
      if (closing !== undefined) throw unavailable('the spool is closed')
      return intents.begin(record, trace)
    },
    stats: () => ({
      kept: journal.kept(),
      lost: losses.total(),
      openIntents: intents.open(),
      owed: intents.owed(),
      bytes: room.used(),
      reservedBytes: room.reserved() + ownReserveBytes,
      pendingBytes: shipper?.pendingBytes() ?? bytes(),
      written: writer.written(),
      durable: writer.durable(),
      shipped: shipper?.shipped() ?? scanned.shipped,
      blocked: shipper?.blocked(),
      failed: writer.failed(),
    }),
    drain: async (timeoutMs) => {
      const target = writer.written()
      if (shipper === undefined) return scanned.shipped >= target
      const { promise, resolve } = Promise.withResolvers<boolean>()
      const timer = setTimeout(resolve, timeoutMs, false)
      const reached = writer.sync().then(() => shipper.reach(target))
      reached.then(resolve, () => resolve(false))
      return promise.finally(() => clearTimeout(timer))
    },
    close: () => {
      closing ??= finish()
      return closing
    },
  }
}

const nothing = new Uint8Array(0)
/** Less would leave no room for events beside the reserves. */
const bytesLeast = 1024 ** 2
