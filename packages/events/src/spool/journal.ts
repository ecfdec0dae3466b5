import type { Chain } from '../chain.ts'
import { encodeEnvelope, eventBytesMax } from '../codec.ts'
import type { Envelope } from '../envelope.ts'
import { EventError } from '../errors.ts'
import { isDiskFull } from '../segment/disk-errors.ts'
import { frameBytesMin, type SegmentEntry } from '../segment/frame.ts'
import type { FrameHeaders } from '../segment/headers.ts'
import type { SyncWriter } from '../segment/sync-writer.ts'
import type { Losses, LossReason } from './losses.ts'
import type { Report } from './report.ts'
import type { Purpose, Room } from './room.ts'

/** A chain that is written down: it advances only for events that are in the file. */
export interface Journal {
  /** Writes the first record of the chain; where it finds no room, the first event that does brings it along. */
  readonly start: () => void
  /**
   * Writes an event, and before it whatever the chain has to say first: that it begins, that events are missing. Returns
   * why the event is not kept; the chain is then as if it had never been made.
   */
  readonly keep: (make: () => Envelope, purpose: Purpose, headers?: FrameHeaders) => LossReason | undefined
  /** The event is gone for good, and a gap will say so. */
  readonly lose: (reason: LossReason) => void
  /** Says what is missing, where there is room to. */
  readonly tellLosses: () => void
  /** Events of all kinds that are in the file. */
  readonly kept: () => number
}

export interface JournalOptions {
  readonly chain: Chain
  readonly writer: SyncWriter
  /** As `writer.append`, for what is owed. */
  readonly appendOwed: (entry: SegmentEntry) => number
  readonly room: Room
  readonly losses: Losses
  readonly clock: () => number
  readonly report: Report
}

/** While there is no room for events, gap records come this often at most: they take from a small reserve. */
const gapIntervalMs = 1000

/** Room for the first record of a chain and a gap for each reason, with the longest names there may be. */
const preludeBytesMax = 16 * 1024

export const createJournal = (options: JournalOptions): Journal => {
  const { chain, writer, appendOwed, room, losses, clock, report } = options
  let isStarted = false
  let lastGapMs = Number.NEGATIVE_INFINITY
  let kept = 0

  const put = (
    make: () => Envelope,
    purpose: Purpose,
    headers: FrameHeaders | undefined,
  ): LossReason | undefined => {
    const value = encodeEnvelope(make())
    const reason = refusalOf(value, purpose) ?? append(value, purpose, headers)
    if (reason === undefined) kept++
    else chain.revert()
    return reason
  }

  const refusalOf = (value: Buffer, purpose: Purpose): LossReason | undefined => {
    if (value.length > eventBytesMax) return 'too_large'
    return room.has(frameBytesMin + value.length, purpose) ? undefined : 'spool_full'
  }

  const append = (
    value: Buffer,
    purpose: Purpose,
    headers: FrameHeaders | undefined,
  ): LossReason | undefined => {
    try {
      const entry = { receivedAtMs: clock(), value }
      if (purpose !== 'owed') writer.append(entry)
      else appendOwed(headers === undefined ? entry : { ...entry, headers })
      return undefined
    } catch (error) {
      if (error instanceof EventError) return reasonOf(error)
      chain.revert()
      throw error
    }
  }

  /** How large the event will be, about: it is made again in its place. */
  const sizeOf = (make: () => Envelope): number => {
    const bytes = encodeEnvelope(make()).length
    chain.revert()
    return bytes
  }

  const start = (purpose: Purpose): LossReason | undefined => {
    if (isStarted) return undefined
    const reason = put(chain.start, purpose, undefined)
    isStarted = reason === undefined
    return reason
  }

  const tellGaps = (): LossReason | undefined => {
    for (const gap of losses.gaps()) {
      const reason = put(() => chain.gap(gap), 'own', undefined)
      if (reason !== undefined) return reason
      losses.told(gap)
      lastGapMs = clock()
    }
    return undefined
  }

  // By its distance, since the clock may go back.
  const mayTellGaps = (): boolean => losses.isPending() && Math.abs(clock() - lastGapMs) >= gapIntervalMs

  const prelude = (make: () => Envelope, purpose: Purpose): LossReason | undefined => {
    if (purpose === 'owed') {
      const reason = start('owed')
      // It has room of its own, and does not wait for the gap to have some.
      if (reason === undefined && mayTellGaps()) tellGaps()
      return reason
    }
    if (purpose === 'event' && !room.has(sizeOf(make) + frameBytesMin + preludeBytesMax, purpose))
      return 'spool_full'
    return start('own') ?? tellGaps()
  }

  return {
    start: () => void start('own'),
    keep: (make, purpose, headers) => {
      const isReady = isStarted && !losses.isPending()
      return (isReady ? undefined : prelude(make, purpose)) ?? put(make, purpose, headers)
    },
    lose: (reason) => {
      if (losses.count(reason)) report({ kind: 'loss', reason })
      // The disk would take nothing, but the spool's own bound leaves room for this.
      if (reason === 'spool_full' && mayTellGaps() && start('own') === undefined) tellGaps()
    },
    tellLosses: () => {
      if (writer.failed() === undefined && losses.isPending() && start('own') === undefined) tellGaps()
    },
    kept: () => kept,
  }
}

const reasonOf = (error: EventError): LossReason => {
  if (error.code === 'too_large') return 'too_large'
  if (error.code === 'segment_closed') return 'closed'
  return isDiskFull(error) ? 'disk_full' : 'write_failed'
}
