export interface Ring<T> {
  readonly push: (value: T) => void
  readonly isEmpty: () => boolean
  /** The oldest, and how many before it were dropped because nobody took them in time; undefined when there is none. */
  readonly shift: () => { readonly value: T; readonly dropped: number } | undefined
}

export const createRing = <T>(max: number): Ring<T> => {
  const slots: (T | undefined)[] = new Array(max)
  let first = 0
  let size = 0
  let dropped = 0

  return {
    push: (value) => {
      slots[(first + size) % max] = value
      if (size < max) {
        size++
        return
      }
      first = (first + 1) % max
      dropped++
    },
    isEmpty: () => size === 0,
    shift: () => {
      if (size === 0) return undefined
      const shifted = { value: slots[first] as T, dropped }
      // Else it would be held until it is written over.
      slots[first] = undefined
      first = (first + 1) % max
      size--
      dropped = 0
      return shifted
    },
  }
}
