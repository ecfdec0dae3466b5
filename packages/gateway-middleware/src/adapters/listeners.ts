export interface Listeners {
  readonly add: (listener: () => void) => () => void
  readonly call: () => void
}

/** One that throws is a bug and ends the process as such; it keeps nobody else from being told. */
export const createListeners = (): Listeners => {
  const listeners = new Set<{ readonly listener: () => void }>()
  return {
    add: (listener) => {
      const one = { listener }
      listeners.add(one)
      return () => void listeners.delete(one)
    },
    call: () => {
      for (const { listener } of [...listeners]) {
        try {
          listener()
        } catch (error) {
          queueMicrotask(() => {
            throw error
          })
        }
      }
    },
  }
}
