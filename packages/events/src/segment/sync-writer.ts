import assert from 'node:assert/strict'
import { nextTick } from 'node:process'
import { EventError } from '../errors.ts'
import { encodeFrame, type SegmentEntry, sizeEntry } from './frame.ts'
import type { FileSize, SyncTail } from './sync-tail.ts'

/** Writes frames one by one, each in the file when the call returns: it survives kill -9, and with a sync the machine. */
export interface SyncWriter {
  /**
   * Returns the offset. Throws `segment_write_failed` when nothing of the frame stayed, `segment_failed` when nobody can
   * say so, and from then on.
   */
  readonly append: (entry: SegmentEntry) => number
  /** Resolves when all that was appended before the call is on the disk. */
  readonly sync: () => Promise<void>
  /** The offset after the last one in the files. */
  readonly written: () => number
  /** The offset after the last one on the disk. */
  readonly durable: () => number
  /** Of all frames that were appended since it was opened. */
  readonly appendedBytes: () => number
  /** The file that is written now. */
  readonly tail: () => FileSize
  /** Why it takes nothing any more, if so. */
  readonly failed: () => EventError | undefined
  /** Syncs what was appended, and takes no more. Rejects when that did not reach the disk. */
  readonly close: () => Promise<void>
}

export interface SyncWriterOptions {
  readonly tail: SyncTail
  readonly nextOffset: number
  /** How long what was appended may wait to be on the disk. */
  readonly syncIntervalMs: number
  /** A file is full, and has this many bytes for good. */
  readonly onRotated?: (file: FileSize) => void
  readonly onDurable?: () => void
  readonly onFailed?: (error: EventError) => void
}

interface Waiter {
  readonly resolve: () => void
  readonly reject: (error: EventError) => void
}

const scratchBytesMin = 64 * 1024

/** Syncs go one after the other on another thread; whoever comes during one shares the next. */
export const createSyncWriter = (options: SyncWriterOptions): SyncWriter => {
  const { tail, syncIntervalMs, onRotated, onDurable, onFailed } = options
  let written = options.nextOffset
  let durable = options.nextOffset
  /** Up to here a full file was synced. */
  let rotated = options.nextOffset
  let waiting: Waiter[] = []
  let timer: NodeJS.Timeout | undefined
  let isDue = false
  let syncing: Promise<void> | undefined
  let closing: Promise<void> | undefined
  let failed: EventError | undefined
  let appendedBytes = 0
  let scratch = Buffer.allocUnsafe(scratchBytesMin)

  const fail = (error: EventError): void => {
    failed ??= error
    const refused = waiting
    waiting = []
    for (const { reject } of refused) reject(failed)
    if (failed === error) onFailed?.(error)
  }

  const syncAll = async (): Promise<void> => {
    // Whoever calls in the same turn shares the first sync, too: all those above all whom the last one has answered. Not
    // `setImmediate`, which would let the disk wait for whatever else the event loop has to do.
    await new Promise<void>((resolve) => nextTick(resolve))
    while ((waiting.length > 0 || isDue) && failed === undefined) await syncOnce()
    syncing = undefined
  }

  const syncOnce = async (): Promise<void> => {
    clearTimeout(timer)
    timer = undefined
    isDue = false
    const group = waiting
    const upTo = written
    waiting = []
    try {
      await tail.sync()
      // The kernel tells of lost pages once. When a rotation was told meanwhile, this sync was not, and proves nothing.
      if (failed !== undefined) throw failed
    } catch (error) {
      waiting = [...group, ...waiting]
      fail(error as EventError)
      return
    }
    // Nor did a rotation prove anything while this sync, which might be the one that is told, was on its way.
    durable = Math.max(durable, upTo, rotated)
    for (const { resolve } of group) resolve()
    onDurable?.()
  }

  const startSync = (): void => {
    syncing ??= syncAll()
  }
  const syncDue = (): void => {
    isDue = true
    startSync()
  }

  const rotate = (): void => {
    const full = tail.size()
    tail.rotate(written)
    rotated = written
    onRotated?.(full)
    if (syncing !== undefined) return
    durable = written
    onDurable?.()
  }

  const write = (entry: SegmentEntry): void => {
    const sized = sizeEntry(entry)
    if (sized === undefined) throw new EventError('too_large', 'An entry is larger than a frame may be')
    if (sized.frameBytes > tail.roomBytes() && !tail.isEmpty()) rotate()
    if (scratch.length < sized.frameBytes) scratch = Buffer.allocUnsafe(sized.frameBytes)
    tail.write(scratch, encodeFrame(sized, written, scratch, 0))
    appendedBytes += sized.frameBytes
  }

  const finish = async (): Promise<void> => {
    await syncing
    if (durable < written && failed === undefined) {
      syncDue()
      await syncing
    }
    clearTimeout(timer)
    tail.close()
    if (failed !== undefined) throw failed
  }

  return {
    append: (entry) => {
      if (failed !== undefined) throw failed
      if (closing !== undefined) throw new EventError('segment_closed', 'The segment writer is closed')
      assert(Number.isSafeInteger(entry.receivedAtMs) && entry.receivedAtMs >= 0, 'receivedAtMs is no time')
      try {
        write(entry)
      } catch (error) {
        if (error instanceof EventError && error.code === 'segment_failed') fail(error)
        throw error
      }
      timer ??= setTimeout(syncDue, syncIntervalMs).unref()
      return written++
    },
    sync: () =>
      new Promise((resolve, reject) => {
        if (failed !== undefined) throw failed
        if (durable === written) return resolve()
        waiting.push({ resolve, reject })
        startSync()
      }),
    written: () => written,
    durable: () => durable,
    appendedBytes: () => appendedBytes,
    tail: tail.size,
    failed: () => failed,
    close: () => {
      closing ??= finish()
      return closing
    },
  }
}
