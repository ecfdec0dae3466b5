import { readGroup, writeGroup } from '../adapters/group-file.ts'
import { EventError } from '../errors.ts'

/** Where shipping stands, written down now and then: what was shipped since is shipped again after a crash. */
export interface Position {
  readonly moved: (shipped: number) => void
  /** Writes down where it stands now. */
  readonly save: () => Promise<void>
  readonly close: () => Promise<void>
}

const group = 'shipper'
const saveIntervalMs = 1000

export const readPosition = async (directory: string): Promise<number | undefined> => {
  try {
    return (await readGroup(directory, group))?.committed
  } catch (error) {
    // Garbled is as good as lost: all is shipped again.
    if (error instanceof EventError) return undefined
    throw error
  }
}

export const createPosition = (directory: string, shipped: number): Position => {
  let at = shipped
  let saved = shipped
  let timer: NodeJS.Timeout | undefined
  let saving: Promise<void> = Promise.resolve()

  const write = async (): Promise<void> => {
    if (saved === at) return
    const next = at
    await writeGroup(directory, group, { epoch: 1, committed: next })
    saved = next
  }
  const save = (): Promise<void> => {
    clearTimeout(timer)
    timer = undefined
    // One after the other: they go by way of one file.
    saving = saving.then(write).catch(() => {
      // A disk without room; what is not noted is shipped again.
    })
    return saving
  }

  return {
    moved: (next) => {
      at = next
      timer ??= setTimeout(save, saveIntervalMs).unref()
    },
    save,
    close: save,
  }
}
