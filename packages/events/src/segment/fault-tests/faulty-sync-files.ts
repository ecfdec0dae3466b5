import { type SyncFiles, syncFiles } from '../sync-files.ts'

/** What happens before an operation goes to the disk: it may throw in its place; a sync may wait. */
interface SyncFaults {
  open?: (path: string, flags: string) => void
  /** May say how many of the bytes are written. */
  write?: (bytes: number) => number
  datasync?: () => Promise<void> | void
  datasyncNow?: () => void
  syncNow?: () => void
  truncate?: () => void
  close?: () => void
  remove?: () => void
}

export interface FaultySyncFiles {
  readonly files: SyncFiles
  readonly faults: SyncFaults
  /** All that was asked of the disk, in order. */
  readonly calls: string[]
}

/** Real files, whose operations are written down and can be made to fail. */
export const createFaultySyncFiles = (): FaultySyncFiles => {
  const faults: SyncFaults = {}
  const calls: string[] = []
  const files: SyncFiles = {
    open: (path, flags) => {
      faults.open?.(path, flags)
      const file = syncFiles.open(path, flags)
      return {
        write: (bytes, length, offset, position) => {
          calls.push('write')
          const some = faults.write?.(length - offset)
          return file.write(bytes, some === undefined ? length : offset + some, offset, position)
        },
        truncate: (length) => {
          calls.push('truncate')
          faults.truncate?.()
          file.truncate(length)
        },
        datasync: async () => {
          calls.push('datasync')
          await faults.datasync?.()
          await file.datasync()
        },
        datasyncNow: () => {
          calls.push('datasyncNow')
          faults.datasyncNow?.()
          file.datasyncNow()
        },
        syncNow: () => {
          calls.push('syncNow')
          faults.syncNow?.()
          file.syncNow()
        },
        close: () => {
          calls.push('close')
          faults.close?.()
          file.close()
        },
      }
    },
    remove: (path) => {
      faults.remove?.()
      syncFiles.remove(path)
    },
  }
  return { files, faults, calls }
}
