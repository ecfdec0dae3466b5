import { failure, refusal } from './disk-errors.ts'
import { segmentName } from './files.ts'
import { fileHead, fileHeadBytes } from './frame.ts'
import type { Recovered } from './recover.ts'
import { type SyncFile, type SyncFiles, writeWholeNow } from './sync-files.ts'

/** A segment file and how much is in it. */
export interface FileSize {
  readonly firstOffset: number
  readonly bytes: number
}

/** As `TailFile`, for who cannot wait: each call but `sync` is done when it returns. */
export interface SyncTail {
  readonly roomBytes: () => number
  readonly isEmpty: () => boolean
  readonly size: () => FileSize
  /** The first `length` of these bytes are in the file afterwards, or none of them. */
  readonly write: (bytes: Uint8Array, length: number) => void
  /** What was written before the call. One call at a time. */
  readonly sync: () => Promise<void>
  /** Puts what is left on the disk and begins the next file. */
  readonly rotate: (firstOffset: number) => void
  /** Not during a sync. */
  readonly close: () => void
}

export interface SyncTailOptions {
  readonly directory: string
  readonly segmentBytesMax: number
  readonly files: SyncFiles
}

/** Opens anew, for synchronous writing, the file that recovery left open. */
export const createSyncTail = async (recovered: Recovered, options: SyncTailOptions): Promise<SyncTail> => {
  const { directory, segmentBytesMax, files } = options
  await recovered.file.close()
  let { position } = recovered
  let { firstOffset } = recovered.name
  let file = files.open(recovered.name.path, 'r+')
  let isFull = false
  let isSynced = false
  let syncing: SyncFile | undefined

  const truncate = (cause: unknown): void => {
    try {
      // What was written half would stand between good frames when more is written after it.
      file.truncate(position)
    } catch {
      throw failure('a write was cut short and cannot be undone', cause)
    }
  }
  const close = (one: SyncFile): void => {
    try {
      one.close()
    } catch (cause) {
      throw failure('a file could not be closed', cause)
    }
  }

  return {
    roomBytes: () => (isFull ? 0 : segmentBytesMax - position),
    isEmpty: () => position === fileHeadBytes,
    size: () => ({ firstOffset, bytes: position }),
    write: (bytes, length) => {
      try {
        writeWholeNow(file, bytes, length, position)
      } catch (cause) {
        truncate(cause)
        throw refusal(cause)
      }
      position += length
      isSynced = false
    },
    sync: async () => {
      const synced = file
      syncing = synced
      try {
        await synced.datasync()
      } catch (cause) {
        // There is no second one: see `createTailFile`.
        throw failure('a sync failed', cause)
      } finally {
        syncing = undefined
        if (synced !== file) close(synced)
      }
    },
    rotate: (nextOffset) => {
      try {
        // Recovery looks at the last file only: whatever is before it has to be on the disk by now. Everything waits
        // meanwhile, for as long as the disk takes for what was written since the last sync, some milliseconds of
        // events; writing on into the old file in its stead would leave no bound to its size, and into the new one
        // would let a crash keep later events without earlier ones. On a full disk this is tried with each event, but
        // then nothing was written since.
        if (!isSynced) file.datasyncNow()
        isSynced = true
      } catch (cause) {
        throw failure('a sync failed', cause)
      }
      const before = file
      // For good, even when this fails: the name of the next file is given, and what is written from now on is in it.
      isFull = true
      file = beginFile(segmentName(directory, nextOffset).path, directory, files)
      firstOffset = nextOffset
      position = fileHeadBytes
      isFull = false
      isSynced = false
      // The number of a closed file may be given to another at once, and a sync on its way would go there.
      if (syncing !== before) close(before)
    },
    close: () => close(file),
  }
}

/** A new file, on the disk with its head and its name before any frame is. */
const beginFile = (path: string, directory: string, files: SyncFiles): SyncFile => {
  let file: SyncFile | undefined
  try {
    file = files.open(path, 'w+')
    writeWholeNow(file, fileHead, fileHeadBytes, 0)
    file.datasyncNow()
    const folder = files.open(directory, 'r')
    try {
      folder.syncNow()
    } finally {
      folder.close()
    }
    return file
  } catch (cause) {
    try {
      file?.close()
      files.remove(path)
    } catch {
      throw failure('a file that could not be begun cannot be removed', cause)
    }
    throw refusal(cause)
  }
}
