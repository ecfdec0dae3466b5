import type { ChainStart } from '../build.ts'
import { EventError } from '../errors.ts'
import { unavailableUnless } from '../segment/disk-errors.ts'
import { makeDirectory, openFile } from '../segment/files.ts'
import { type DirectoryLock, lockDirectory } from '../segment/lock.ts'
import { recover } from '../segment/recover.ts'
import { createSyncTail, type SyncTail, type SyncTailOptions } from '../segment/sync-tail.ts'
import { readPosition } from './position.ts'
import type { Report } from './report.ts'
import { type Scanned, scan } from './scan.ts'
import { setAside } from './set-aside.ts'

export interface OpenedDirectory {
  readonly lock: DirectoryLock
  readonly tail: SyncTail
  readonly nextOffset: number
  readonly scanned: Scanned
  readonly reason: ChainStart['reason']
}

export interface OpenDirectoryOptions extends SyncTailOptions {
  readonly clock: () => number
  readonly report: Report
}

/** Makes a directory this process's own and reads what the one before left, unless that is damaged: then it begins anew. */
export const openDirectory = (options: OpenDirectoryOptions): Promise<OpenedDirectory> =>
  unavailableUnless(async () => {
    const { directory, clock, report } = options
    await makeDirectory(directory, openFile)
    const lock = await lockDirectory(directory)
    try {
      const { recovered, scanned, reason } = await readOrSetAside(directory, clock, report)
      const tail = await createSyncTail(recovered, options)
      return { lock, tail, nextOffset: recovered.nextOffset, scanned, reason }
    } catch (error) {
      await lock.release()
      throw error
    }
  }, options.directory)

const readOrSetAside = async (directory: string, clock: () => number, report: Report) => {
  try {
    const opened = await read(directory)
    const { cut } = opened.recovered
    if (cut !== undefined) report({ kind: 'torn-tail', cut })
    return { ...opened, reason: opened.scanned.isEnded ? ('start' as const) : ('recovered' as const) }
  } catch (error) {
    if (!isDamage(error)) throw error
    report({ kind: 'unreadable', files: await setAside(directory, clock()), error })
    return { ...(await read(directory)), reason: 'unreadable' as const }
  }
}

const isDamage = (error: unknown): error is EventError =>
  error instanceof EventError && ['segment_corrupt', 'segment_version_unknown'].includes(error.code)

const read = async (directory: string) => {
  const recovered = await recover(directory, openFile)
  try {
    const scanned = await scan(directory, recovered.nextOffset, await readPosition(directory))
    return { recovered, scanned }
  } catch (error) {
    await recovered.file.close()
    throw error
  }
}
