import assert from 'node:assert/strict'
import { setImmediate } from 'node:timers/promises'
import { EventError } from '../errors.ts'
import { encodeFrame, type SegmentEntry, type SizedEntry, sizeEntry } from './frame.ts'
import { createHeaderEncoder, type encodeHeaders } from './headers.ts'
import type { TailFile } from './tail-file.ts'

/** Offsets from `first` up to, and without, `next`. */
interface OffsetRange {
  readonly first: number
  readonly next: number
}

interface AppendOptions {
  /**
   * `true` (default): answered when it is on the disk. `false`: answered when it is in the file, so that it survives
   * the process but not the machine; it is on the disk with the next sync.
   */
  readonly durable?: boolean
}

export interface GroupCommit {
  /**
   * Entries keep the order of the calls, and those of one call stay in one file. After a crash a call that was not
   * answered may be there wholly, in part (its first entries), or not at all.
   */
  readonly append: (entries: readonly SegmentEntry[], options?: AppendOptions) => Promise<OffsetRange>
  /** The offset after the last one in the files. */
  readonly written: () => number
  /** The offset after the last one on the disk. */
  readonly durable: () => number
  /** Answers all that was taken, takes no more. Rejects when what was written did not reach the disk. */
  readonly close: () => Promise<void>
}

export interface GroupCommitOptions {
  readonly tail: TailFile
  readonly nextOffset: number
  readonly waitingBytesMax: number
  readonly syncIntervalMs: number
}

interface Call {
  readonly entries: readonly SizedEntry[]
  readonly bytes: number
  readonly isDurable: boolean
  readonly resolve: (offsets: OffsetRange) => void
  readonly reject: (error: EventError) => void
}

interface Written {
  readonly call: Call
  readonly offsets: OffsetRange
}

/** Bytes written by one call. More would make the first wait for the last, less would cost more calls. */
const groupBytesMax = 256 * 1024

/**
 * One loop writes what waits; another syncs what was written, and its next round starts when the last returns. So
 * whatever is written during a sync shares the next one, and neither waits for the other.
 */
export const createGroupCommit = (options: GroupCommitOptions): GroupCommit => {
  const { tail, waitingBytesMax, syncIntervalMs } = options
  const waiting: Call[] = []
  let unsynced: Written[] = []
  /** Of all calls that are not answered yet. */
  let waitingBytes = 0
  let written = options.nextOffset
  let durable = options.nextOffset
  let writing: Promise<void> | undefined
  let syncing: Promise<void> | undefined
  let closing: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined
  let isDue = false
  let failed: EventError | undefined
  let scratch = Buffer.allocUnsafe(groupBytesMax)

  const answer = ({ call, offsets }: Written): void => {
    waitingBytes -= call.bytes
    call.resolve(offsets)
  }
  const refuse = (call: Call, error: EventError): void => {
    waitingBytes -= call.bytes
    call.reject(error)
  }
  /** What still waits to be written is refused by the loop that writes. */
  const fail = (error: EventError): void => {
    failed = error
    for (const { call } of unsynced) refuse(call, error)
    unsynced = []
  }

  const takeGroup = () => {
    const most = Math.min(groupBytesMax, tail.roomBytes())
    let bytes = 0
    let count = 0
    for (const call of waiting) {
      if (count > 0 && bytes + call.bytes > most) break
      bytes += call.bytes
      count++
    }
    return { calls: waiting.splice(0, count), bytes }
  }

  const encodeGroup = (calls: readonly Call[], bytes: number): Buffer => {
    if (scratch.length < bytes) scratch = Buffer.allocUnsafe(bytes)
    let at = 0
    let offset = written
    for (const { entries } of calls)
      for (const entry of entries) at = encodeFrame(entry, offset++, scratch, at)
    return scratch.subarray(0, at)
  }

  const rotate = async (): Promise<void> => {
    // Recovery looks at the last file only: whatever is before it has to be on the disk by now.
    while (durable < written && failed === undefined) await sync()
    if (failed === undefined) await tail.rotate(written)
  }

  const writeGroup = async (calls: readonly Call[], bytes: number): Promise<void> => {
    if (bytes > tail.roomBytes() && !tail.isEmpty()) await rotate()
    if (failed === undefined) await tail.write(encodeGroup(calls, bytes))
    // Also when it failed meanwhile: whoever is told of an offset would take it for one that stays.
    if (failed !== undefined) throw failed
    for (const call of calls) settle(call)
    if (unsynced.length > 0) void sync()
    else timer ??= setTimeout(syncDue, syncIntervalMs).unref()
  }

  const settle = (call: Call): void => {
    const offsets = { first: written, next: written + call.entries.length }
    written = offsets.next
    if (call.isDurable) unsynced.push({ call, offsets })
    else answer({ call, offsets })
  }

  const writeAll = async (): Promise<void> => {
    // Calls that come in the same turn of the event loop go together.
    await setImmediate()
    while (waiting.length > 0) {
      const { calls, bytes } = takeGroup()
      try {
        await writeGroup(calls, bytes)
      } catch (error) {
        for (const call of calls) refuse(call, error as EventError)
        if ((error as EventError).code === 'segment_failed') fail(error as EventError)
      }
    }
    writing = undefined
  }

  const syncAll = async (): Promise<void> => {
    do {
      clearTimeout(timer)
      timer = undefined
      isDue = false
      const group = unsynced
      const upTo = written
      unsynced = []
      try {
        await tail.sync()
      } catch (error) {
        unsynced = [...group, ...unsynced]
        fail(error as EventError)
        break
      }
      durable = upTo
      for (const one of group) answer(one)
    } while ((unsynced.length > 0 || isDue) && failed === undefined)
    syncing = undefined
  }
  const sync = (): Promise<void> => {
    syncing ??= syncAll()
    return syncing
  }
  const syncDue = (): void => {
    // A sync that runs already may have begun before the write that this one is for.
    isDue = true
    void sync()
  }

  const drain = async (): Promise<void> => {
    await writing
    while (durable < written && failed === undefined) await sync()
    await syncing
    clearTimeout(timer)
    await tail.close()
    if (failed !== undefined) throw failed
  }

  return {
    append: (entries, { durable: isDurable = true } = {}) =>
      new Promise<OffsetRange>((resolve, reject) => {
        if (failed !== undefined) throw failed
        if (closing !== undefined) throw new EventError('segment_closed', 'The segment writer is closed')
        const encode = createHeaderEncoder()
        const sized = entries.map((entry) => sizeOf(entry, encode))
        const bytes = sized.reduce((sum, { frameBytes }) => sum + frameBytes, 0)
        if (bytes > waitingBytesMax)
          throw new EventError('too_large', `${bytes} bytes at once can never wait`)
        if (waitingBytes + bytes > waitingBytesMax)
          throw new EventError('overloaded', `${waitingBytes} bytes wait to be written`, { retryable: true })
        waitingBytes += bytes
        waiting.push({ entries: sized, bytes, isDurable, resolve, reject })
        writing ??= writeAll()
      }),
    written: () => written,
    durable: () => durable,
    close: () => {
      closing ??= drain()
      return closing
    },
  }
}

const sizeOf = (entry: SegmentEntry, encode: typeof encodeHeaders): SizedEntry => {
  assert(Number.isSafeInteger(entry.receivedAtMs) && entry.receivedAtMs >= 0, 'receivedAtMs is no time')
  const sized = sizeEntry(entry, encode)
  if (sized === undefined) throw new EventError('too_large', 'An entry is larger than a frame may be')
  return sized
}
