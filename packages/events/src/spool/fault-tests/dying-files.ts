import { type SyncFiles, syncFiles } from '../../segment/sync-files.ts'

/**
 * Real files of a process that is killed at its n-th call to the disk: that one may happen by half, and none that comes
 * after happens at all.
 */
export const createDyingFiles = (callsToLive: number) => {
  let calls = 0
  const live = (): boolean => calls++ < callsToLive
  const mustLive = (): void => {
    if (!live()) throw Object.assign(new Error('killed'), { code: 'EIO' })
  }
  const files: SyncFiles = {
    open: (path, flags) => {
      mustLive()
      const file = syncFiles.open(path, flags)
      return {
        write: (bytes, length, offset, position) => {
          if (live()) return file.write(bytes, length, offset, position)
          if (calls === callsToLive + 1)
            file.write(bytes, offset + ((length - offset) >> 1), offset, position)
          throw Object.assign(new Error('killed'), { code: 'EIO' })
        },
        truncate: (length) => {
          mustLive()
          file.truncate(length)
        },
        datasync: async () => {
          mustLive()
          await file.datasync()
        },
        datasyncNow: () => {
          mustLive()
          file.datasyncNow()
        },
        syncNow: () => {
          mustLive()
          file.syncNow()
        },
        close: () => file.close(),
      }
    },
    remove: (path) => {
      mustLive()
      syncFiles.remove(path)
    },
  }
  return { files, calls: () => calls, isDead: () => calls > callsToLive }
}
