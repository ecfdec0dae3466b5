import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { EventError } from '../errors.ts'
import {
  listSegments,
  type OpenFile,
  openFile,
  readFully,
  type SegmentFile,
  type SegmentName,
  syncDirectory,
} from './files.ts'
import { decodeFrame, type Frame, fileHeadBytes, frameBytesAt } from './frame.ts'
import { createOffsetIndex, type OffsetIndex } from './offset-index.ts'
import { corruption } from './recover.ts'

interface ReadOptions {
  /**
   * The offset to stop before: a writer's `durable()`, or its `written()` for what may yet be lost with the machine.
   * Before it every frame is whole, so that whatever cannot be read there is damage, never a write in progress.
   */
  readonly limit: number
  /** Of frames; one is returned even when it alone has more. */
  readonly batchBytesMax?: number
  readonly batchFramesMax?: number
}

interface ReadBatch {
  /** Views of one buffer: who keeps one value keeps the batch. */
  readonly frames: readonly Frame[]
  /** Where to read on. */
  readonly next: number
}

export interface SegmentReader {
  /** Empty when there is nothing before the limit. One call at a time. */
  readonly read: (from: number, options: ReadOptions) => Promise<ReadBatch>
  /** Deletes the files that hold only offsets before this one, never the last; returns how many. */
  readonly deleteBefore: (offset: number) => Promise<number>
  readonly firstOffset: () => Promise<number>
  readonly close: () => Promise<void>
}

export interface SegmentReaderOptions {
  readonly directory: string
  readonly open?: OpenFile
}

interface Opened {
  readonly firstOffset: number
  readonly path: string
  readonly file: SegmentFile
}

/** Reads a directory of segment files, while its writer writes if need be. Needs no lock. */
export const createSegmentReader = ({ directory, open = openFile }: SegmentReaderOptions): SegmentReader => {
  /** By the first offset of the file. */
  const indexes = new Map<number, OffsetIndex>()
  let opened: Opened | undefined
  let readOn: number | undefined
  let isReading = false

  const close = async (): Promise<void> => {
    const { file } = opened ?? {}
    opened = undefined
    await file?.close()
  }

  /** Opens the file that an offset is in, which is the last one that begins at or before it. */
  const openAt = async (offset: number): Promise<Opened> => {
    await close()
    // Between listing and opening a file may be deleted; what is then asked for is gone, and the next listing says so.
    for (;;) {
      const names = await listSegments(directory)
      const name = names.findLast(({ firstOffset }) => firstOffset <= offset)
      if (name === undefined) throw deleted(offset, names[0]?.firstOffset)
      try {
        opened = { ...name, file: await open(name.path, 'r') }
        return opened
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
      }
    }
  }

  const indexOf = ({ firstOffset }: Opened): OffsetIndex => {
    const index = indexes.get(firstOffset) ?? createOffsetIndex(firstOffset, fileHeadBytes)
    indexes.set(firstOffset, index)
    return index
  }

  /** From the nearest place that is known, on to the offset. Undefined when the file ends before it. */
  const readFile = async (current: Opened, from: number, wanted: Required<ReadOptions>) => {
    const index = indexOf(current)
    let { offset, position } = index.before(from)
    let readBytes = Math.max(wanted.batchBytesMax, readBytesMin)
    for (;;) {
      const bytes = await readFully(current.file, Buffer.allocUnsafe(readBytes), position)
      const { frames, end, next, fault } = decodeBatch(bytes, offset, from, wanted)
      offset = next
      position += end
      index.add(offset, position)
      if (frames.length > 0) return frames
      if (fault !== undefined) throw corruption(current.path, position, fault)
      if (bytes.length === 0) return undefined
      if (end > 0) continue
      // A frame that alone has more than was read.
      if (bytes.length < readBytes) throw corruption(current.path, position, 'a frame without its end')
      readBytes = frameBytesAt(bytes, 0)
    }
  }

  const readAny = async (from: number, wanted: Required<ReadOptions>): Promise<ReadBatch> => {
    if (from >= wanted.limit) return { frames: [], next: from }
    const current = opened !== undefined && from === readOn ? opened : await openAt(from)
    let frames = await readFile(current, from, wanted)
    if (frames === undefined) {
      // There is more, so it is in another file by now, which starts with just this offset.
      const following = await openAt(from)
      if (following.path !== current.path) frames = await readFile(following, from, wanted)
    }
    if (frames === undefined)
      throw corruption(current.path, fileHeadBytes, `no offset ${from} in it, nor after it`)
    readOn = from + frames.length
    return { frames, next: readOn }
  }

  return {
    read: async (from, { limit, batchBytesMax = 1024 * 1024, batchFramesMax = 10_000 }) => {
      assert(!isReading, 'a segment reader reads one batch at a time')
      isReading = true
      try {
        return await readAny(from, { limit, batchBytesMax, batchFramesMax })
      } catch (cause) {
        await close().catch(() => {})
        throw readFailure(cause)
      } finally {
        isReading = false
      }
    },
    deleteBefore: async (offset) => {
      try {
        const names = await listSegments(directory)
        // Oldest first, so that whatever stops this leaves no gap.
        const gone = names
          .slice(0, -1)
          .filter((_, at) => (names[at + 1] as SegmentName).firstOffset <= offset)
        for (const { path, firstOffset } of gone) {
          await rm(path)
          indexes.delete(firstOffset)
        }
        if (gone.length > 0) await syncDirectory(directory, open)
        return gone.length
      } catch (cause) {
        throw readFailure(cause)
      }
    },
    firstOffset: async () => {
      const [first] = await listSegments(directory).catch((cause: unknown) => {
        throw readFailure(cause)
      })
      return first?.firstOffset ?? 0
    },
    close,
  }
}

const readBytesMin = 64 * 1024

/** The frames from `from` on that are whole in these bytes, which start with the frame of `offset`. */
const decodeBatch = (bytes: Buffer, offset: number, from: number, wanted: Required<ReadOptions>) => {
  const { limit, batchBytesMax, batchFramesMax } = wanted
  const frames: Frame[] = []
  let next = offset
  let end = 0
  let batchBytes = 0
  let fault: string | undefined
  while (next < limit && frames.length < batchFramesMax) {
    const frame = decodeFrame(bytes, end)
    if (frame === 'incomplete') break
    if ('corrupt' in frame) fault = frame.corrupt
    else if (frame.offset !== next) fault = `offset ${frame.offset} where ${next} should be`
    if (fault !== undefined || 'corrupt' in frame) break
    if (next >= from) {
      batchBytes += frame.end - end
      if (frames.length > 0 && batchBytes > batchBytesMax) break
      frames.push(frame)
    }
    end = frame.end
    next++
  }
  return { frames, end, next, fault }
}

const deleted = (offset: number, first: number | undefined): EventError =>
  new EventError('offset_deleted', `Offset ${offset} is deleted; the first is ${first ?? 'none'}`, {
    details: first === undefined ? { offset } : { offset, first },
  })

const readFailure = (cause: unknown): unknown => {
  const { code } = cause as NodeJS.ErrnoException
  if (cause instanceof EventError || code === undefined) return cause
  return new EventError('segment_read_failed', `A segment file cannot be read: ${code}`, { cause })
}
