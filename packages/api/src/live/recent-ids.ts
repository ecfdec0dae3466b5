export interface RecentIds {
  /** True the first time it is asked for an id, and again once so many others were that it is forgotten. */
  readonly isNew: (id: string) => boolean
  readonly clear: () => void
}

/** Knows at least the last `max` of them, and at most twice as many. */
export const createRecentIds = (max: number): RecentIds => {
  let recent = new Set<string>()
  let older = recent
  return {
    isNew: (id) => {
      if (recent.has(id) || older.has(id)) return false
      if (recent.size >= max) {
        older = recent
        recent = new Set()
      }
      recent.add(id)
      return true
    },
    clear: () => {
      recent = new Set()
      older = recent
    },
  }
}
