import { rm } from 'node:fs/promises'
import { failure, refusal } from './disk-errors.ts'
import { type OpenFile, segmentName, writeWhole } from './files.ts'
import { fileHeadBytes } from './frame.ts'
import { createSegment, type Recovered } from './recover.ts'

/** The file that is being written. Its errors say whether it can go on: `segment_failed` says that it cannot. */
export interface TailFile {
  /** How much fits before the next file begins. */
  readonly roomBytes: () => number
  /** A file is begun for the sake of room; an empty one has as much as there ever is. */
  readonly isEmpty: () => boolean
  /** All of the bytes are in the file afterwards, or none of them. */
  readonly write: (bytes: Uint8Array) => Promise<void>
  readonly sync: () => Promise<void>
  /** Only when everything before is synced. */
  readonly rotate: (firstOffset: number) => Promise<void>
  readonly close: () => Promise<void>
}

export interface TailFileOptions {
  readonly directory: string
  readonly segmentBytesMax: number
  readonly open: OpenFile
}

export const createTailFile = (recovered: Recovered, options: TailFileOptions): TailFile => {
  const { directory, segmentBytesMax, open } = options
  let { file, position } = recovered
  let isFull = false

  const truncate = async (cause: unknown): Promise<void> => {
    try {
      // What was written half would stand between good frames when more is written after it.
      await file.truncate(position)
    } catch {
      throw failure('a write was cut short and cannot be undone', cause)
    }
  }

  return {
    roomBytes: () => (isFull ? 0 : segmentBytesMax - position),
    isEmpty: () => position === fileHeadBytes,
    write: async (bytes) => {
      try {
        await writeWhole(file, bytes, position)
      } catch (cause) {
        await truncate(cause)
        throw refusal(cause)
      }
      position += bytes.length
    },
    sync: async () => {
      try {
        await file.datasync()
      } catch (cause) {
        // The kernel reports lost pages once and calls them clean from then on: a second sync would succeed over
        // data that is not there (https://lwn.net/Articles/752063/). So there is no second one.
        throw failure('a sync failed', cause)
      }
    },
    rotate: async (firstOffset) => {
      const name = segmentName(directory, firstOffset)
      const before = file
      // For good, even when this fails: the name of the next file is given, and what is written from now on is in it.
      isFull = true
      try {
        ;({ file, position } = await createSegment(name, directory, open))
        isFull = false
      } catch (cause) {
        await rm(name.path, { force: true }).catch(() => {
          throw failure('a file that could not be begun cannot be removed', cause)
        })
        throw refusal(cause)
      }
      await before.close().catch((cause: unknown) => {
        throw failure('a file could not be closed', cause)
      })
    },
    close: () => file.close(),
  }
}
