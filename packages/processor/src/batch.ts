export interface BatchLimits {
  readonly rowsMax: number
  readonly bytesMax: number
  /** How long the first one waits for others. */
  readonly ageMsMax: number
}

/** What waits to be flushed. It is taken when it is full, or when its oldest part has waited long enough. */
export interface Batch<T> {
  readonly isFull: () => boolean
  /** How often it became full, and how often it was full no more. */
  readonly transitions: () => number
  /** Resolves when there is room, or it is closed: who waits here instead of at `put` holds nothing meanwhile. */
  readonly room: () => Promise<void>
  /**
   * Adds when there is room, and makes what is added only then. However many wait, the limits are passed by one addition
   * at most.
   */
  readonly put: (bytes: number, make: () => readonly T[]) => Promise<void>
  /** Resolves to undefined when it is closed and empty. */
  readonly take: () => Promise<readonly T[] | undefined>
  /** The one that waits longest. */
  readonly oldest: () => T | undefined
  /** What is in it can be taken at once; more is not expected. */
  readonly close: () => void
}

export const createBatch = <T>({ rowsMax, bytesMax, ageMsMax }: BatchLimits): Batch<T> => {
  let items: T[] = []
  let bytes = 0
  let isClosed = false
  let timer: NodeJS.Timeout | undefined
  let isDue = false
  let transitions = 0
  let ready = Promise.withResolvers<void>()
  let emptied = Promise.withResolvers<void>()

  const isFull = (): boolean => items.length >= rowsMax || bytes >= bytesMax
  const due = (): void => {
    isDue = true
    ready.resolve()
  }

  return {
    isFull,
    transitions: () => transitions,
    room: async () => {
      while (isFull() && !isClosed) await emptied.promise
    },
    put: async (moreBytes, make) => {
      while (isFull() && !isClosed) await emptied.promise
      for (const item of make()) items.push(item)
      bytes += moreBytes
      if (isFull()) {
        transitions++
        ready.resolve()
      } else timer ??= setTimeout(due, ageMsMax)
    },
    take: async () => {
      while (!isFull() && !isDue && !isClosed) await ready.promise
      clearTimeout(timer)
      timer = undefined
      isDue = false
      ready = Promise.withResolvers<void>()
      if (items.length === 0 && isClosed) return undefined
      if (isFull()) transitions++
      const taken = items
      items = []
      bytes = 0
      emptied.resolve()
      emptied = Promise.withResolvers<void>()
      return taken
    },
    oldest: () => items[0],
    close: () => {
      isClosed = true
      ready.resolve()
      emptied.resolve()
    },
  }
}
