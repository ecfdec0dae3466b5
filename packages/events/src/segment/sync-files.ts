import {
  closeSync,
  fdatasync,
  fdatasyncSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { promisify } from 'node:util'

/** What is used of a file by who writes while everything else waits. Tests hand in files that fail. */
export interface SyncFile {
  write(bytes: Uint8Array, length: number, offset: number, position: number): number
  truncate(length: number): void
  /** Of a file's content, on another thread. */
  datasync(): Promise<void>
  /** Of a file's content, while everything waits. */
  datasyncNow(): void
  /** Of a directory's entries, while everything waits. */
  syncNow(): void
  close(): void
}

export interface SyncFiles {
  readonly open: (path: string, flags: string) => SyncFile
  readonly remove: (path: string) => void
}

const datasync = promisify(fdatasync)

/** For the eyes of the writer's account only: events say who did what. */
export const syncFiles: SyncFiles = {
  open: (path, flags) => {
    const descriptor = openSync(path, flags, 0o600)
    return {
      write: (bytes, length, offset, position) =>
        writeSync(descriptor, bytes, offset, length - offset, position),
      truncate: (length) => ftruncateSync(descriptor, length),
      datasync: () => datasync(descriptor),
      datasyncNow: () => fdatasyncSync(descriptor),
      syncNow: () => fsyncSync(descriptor),
      close: () => closeSync(descriptor),
    }
  },
  remove: (path) => rmSync(path, { force: true }),
}

/** The first `length` bytes; a call may write less than it was given, on a disk that is nearly full above all. */
export const writeWholeNow = (file: SyncFile, bytes: Uint8Array, length: number, position: number): void => {
  for (let done = 0; done < length; ) done += file.write(bytes, length, done, position + done)
}
