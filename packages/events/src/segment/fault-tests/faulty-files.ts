import { type OpenFile, openFile } from '../files.ts'

/** What happens before an operation goes to the disk: it may wait, or throw in its place. */
interface Faults {
  open?: (path: string, flags: string) => Promise<void> | void
  /** May say how many of the bytes are written. */
  write?: (bytes: number) => Promise<number> | number
  datasync?: () => Promise<void> | void
  truncate?: () => Promise<void> | void
}

export interface FaultyFiles {
  readonly open: OpenFile
  readonly faults: Faults
  readonly counts: { datasync: number; write: number }
  /** All that was asked of the disk, in order. */
  readonly calls: string[]
}

/** Real files, whose operations are counted and can be made to fail. */
export const createFaultyFiles = (): FaultyFiles => {
  const faults: Faults = {}
  const counts = { datasync: 0, write: 0 }
  const calls: string[] = []
  const open: OpenFile = async (path, flags) => {
    await faults.open?.(path, flags)
    const file = await openFile(path, flags)
    return {
      read: (...bytes) => file.read(...bytes),
      stat: () => file.stat(),
      sync: () => {
        calls.push('sync')
        return file.sync()
      },
      close: () => file.close(),
      write: async (bytes, offset, length, position) => {
        counts.write++
        calls.push('write')
        const some = await faults.write?.(length)
        return file.write(bytes, offset, some ?? length, position)
      },
      datasync: async () => {
        counts.datasync++
        calls.push('datasync')
        await faults.datasync?.()
        return file.datasync()
      },
      truncate: async (length) => {
        calls.push('truncate')
        await faults.truncate?.()
        return file.truncate(length)
      },
    }
  }
  return { open, faults, counts, calls }
}

export const diskError = (code: string): Error => Object.assign(new Error(code), { code })

/** Lets whoever waits for `passed` go on when it is opened; `reached` resolves when somebody waits. */
export const createGate = () => {
  const passed = Promise.withResolvers<void>()
  const reached = Promise.withResolvers<void>()
  return {
    reached: reached.promise,
    wait: (): Promise<void> => {
      reached.resolve()
      return passed.promise
    },
    open: passed.resolve,
    fail: passed.reject,
  }
}
