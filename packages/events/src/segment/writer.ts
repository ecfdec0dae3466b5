import { unavailableUnless } from './disk-errors.ts'
import { makeDirectory, type OpenFile, openFile } from './files.ts'
import { fileHeadBytes, frameBytesMax } from './frame.ts'
import { createGroupCommit, type GroupCommit } from './group-commit.ts'
import { lockDirectory } from './lock.ts'
import { recover, type TornTail } from './recover.ts'
import { createTailFile } from './tail-file.ts'

export interface SegmentWriterOptions {
  readonly directory: string
  /** A file that would grow beyond is followed by a new one. A single call may take more, in a file of its own. */
  readonly segmentBytesMax?: number
  /** Of calls that are not answered yet; above it `append` rejects with `overloaded`. */
  readonly waitingBytesMax?: number
  /** How long what is not durable may wait to be. */
  readonly syncIntervalMs?: number
  readonly open?: OpenFile
}

export interface SegmentWriter extends GroupCommit {
  /** What opening cut off the end of the last file. */
  readonly cut: TornTail | undefined
}

/**
 * Opens a directory of segment files as its only writer, or begins one. Rejects with `segment_locked` while another
 * writes there, and with `segment_corrupt` when the last file is damaged anywhere but at its end.
 */
export const createSegmentWriter = async (options: SegmentWriterOptions): Promise<SegmentWriter> => {
  const {
    directory,
    segmentBytesMax = 64 * 1024 * 1024,
    waitingBytesMax = 4 * frameBytesMax,
    syncIntervalMs = 200,
    open = openFile,
  } = options
  if (segmentBytesMax <= fileHeadBytes) throw new RangeError('segmentBytesMax leaves no room for a frame')

  const lock = await unavailableUnless(async () => {
    await makeDirectory(directory, open)
    return lockDirectory(directory)
  }, directory)
  try {
    const recovered = await unavailableUnless(() => recover(directory, open), directory)
    const tail = createTailFile(recovered, { directory, segmentBytesMax, open })
    const { nextOffset, cut } = recovered
    const commit = createGroupCommit({ tail, nextOffset, waitingBytesMax, syncIntervalMs })
    let closing: Promise<void> | undefined
    const close = (): Promise<void> => {
      closing ??= commit.close().finally(lock.release)
      return closing
    }
    return { ...commit, cut, close }
  } catch (error) {
    await lock.release()
    throw error
  }
}
