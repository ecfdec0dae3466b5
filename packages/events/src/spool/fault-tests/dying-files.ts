import { existsSync, statSync, truncateSync } from 'node:fs'
import { type SyncFiles, syncFiles } from '../../segment/sync-files.ts'

const killed = (): Error => Object.assign(new Error('killed'), { code: 'EIO' })

/**
 * Real files of a process that is killed at its n-th call to the disk: that one may happen by half, and none that comes
 * after happens at all. Nor does a call that a test has made after `kill`.
 */
export const createDyingFiles = (callsToLive: number) => {
  let calls = 0
  let isKilled = false
  /** How much of each file is on the disk, and would be left if the machine died, too. */
  const synced = new Map<string, number>()
  const live = (): boolean => calls++ < callsToLive && !isKilled
  const mustLive = (): void => {
    if (!live()) throw killed()
  }

  const files: SyncFiles = {
    open: (path, flags) => {
      mustLive()
      const file = syncFiles.open(path, flags)
      // What recovery leaves in a file, it has synced.
      if (flags !== 'r') synced.set(path, statSync(path).size)
      return {
        write: (bytes, length, offset, position) => {
          if (live()) return file.write(bytes, length, offset, position)
          if (calls === callsToLive + 1)
            file.write(bytes, offset + ((length - offset) >> 1), offset, position)
          throw killed()
        },
        truncate: (length) => {
          mustLive()
          file.truncate(length)
        },
        datasync: async () => {
          mustLive()
          const { size } = statSync(path)
          await file.datasync()
          synced.set(path, Math.max(size, synced.get(path) ?? 0))
        },
        datasyncNow: () => {
          mustLive()
          file.datasyncNow()
          synced.set(path, statSync(path).size)
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

  return {
    files,
    isDead: () => calls > callsToLive || isKilled,
    kill: () => {
      isKilled = true
    },
    /** Takes away what never reached the disk. */
    cutPower: () => {
      for (const [path, size] of synced) if (existsSync(path)) truncateSync(path, size)
    },
  }
}
