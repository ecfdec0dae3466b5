import { writeSync } from 'node:fs'
import { mkdir, open, readdir } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'

/** What is used of a file handle. Tests hand in files that fail, since disks seldom do so when asked. */
export interface SegmentFile {
  write(
    bytes: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ bytesWritten: number }>
  read(into: Uint8Array, offset: number, length: number, position: number): Promise<{ bytesRead: number }>
  truncate(length: number): Promise<void>
  stat(): Promise<{ size: number }>
  /** Of a file's content. */
  datasync(): Promise<void>
  /** Of a directory's entries. */
  sync(): Promise<void>
  close(): Promise<void>
}

export type OpenFile = (path: string, flags: string) => Promise<SegmentFile>

/** So few bytes are in the page cache sooner than a thread is awake that could bring them there. */
const writtenAtOnceBytesMax = 64 * 1024

/** For the eyes of the writer's account only: events say who did what. */
export const openFile: OpenFile = async (path, flags) => {
  const file = await open(path, flags, 0o600)
  return {
    write: async (bytes, offset, length, position) =>
      length > writtenAtOnceBytesMax
        ? file.write(bytes, offset, length, position)
        : { bytesWritten: writeSync(file.fd, bytes, offset, length, position) },
    read: (into, offset, length, position) => file.read(into, offset, length, position),
    truncate: (length) => file.truncate(length),
    stat: () => file.stat(),
    datasync: () => file.datasync(),
    sync: () => file.sync(),
    close: () => file.close(),
  }
}

/** A call may write less than it was given, on a disk that is nearly full above all. */
export const writeWhole = async (file: SegmentFile, bytes: Uint8Array, position: number): Promise<void> => {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done)
    done += bytesWritten
  }
}

/** Fills the buffer from a place in the file; shorter where the file ends. */
export const readFully = async (file: SegmentFile, into: Buffer, position: number): Promise<Buffer> => {
  let done = 0
  while (done < into.length) {
    const { bytesRead } = await file.read(into, done, into.length - done, position + done)
    if (bytesRead === 0) break
    done += bytesRead
  }
  return into.subarray(0, done)
}

/** A new name is on the disk only when its directory is. */
export const syncDirectory = async (directory: string, open: OpenFile): Promise<void> => {
  const handle = await open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

export const makeDirectory = async (directory: string, open: OpenFile): Promise<void> => {
  const made = await mkdir(directory, { recursive: true })
  if (made === undefined) return
  const above = dirname(resolve(made))
  for (let at = resolve(directory); at !== above; at = dirname(at)) await syncDirectory(dirname(at), open)
}

/** A file holds the offsets from its name up to the name of the next one. */
export interface SegmentName {
  readonly firstOffset: number
  readonly path: string
}

const namePattern = /^(\d{20})\.segment$/

export const segmentName = (directory: string, firstOffset: number): SegmentName => ({
  firstOffset,
  path: join(directory, `${String(firstOffset).padStart(20, '0')}.segment`),
})

/** The files of a directory, oldest first. What has another name is not ours and left alone. */
export const listSegments = async (directory: string): Promise<readonly SegmentName[]> => {
  const offsets = (await readdir(directory)).flatMap((name) => namePattern.exec(name)?.[1] ?? [])
  return offsets.sort().map((offset) => segmentName(directory, Number(offset)))
}
