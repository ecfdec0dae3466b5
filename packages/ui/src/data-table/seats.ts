/**
 * Gives each key one of as few numbers as there are keys at once: who is still there keeps theirs, who comes takes one
 * that was left. Elements by these numbers are changed where others would be taken away and made.
 */
export const createSeats = () => {
  let taken: ReadonlyMap<string, number> = new Map()
  return (keys: readonly string[]): readonly number[] => {
    const stay = new Map<string, number>()
    for (const key of keys) {
      const seat = taken.get(key)
      if (seat !== undefined) stay.set(key, seat)
    }
    const inUse = new Set(stay.values())
    let next = 0
    const free = () => {
      while (inUse.has(next)) next += 1
      next += 1
      return next - 1
    }
    const now = new Map<string, number>()
    const seats = keys.map((key) => {
      // A key that is there twice is not to have one seat for both.
      const seat = now.has(key) ? free() : (stay.get(key) ?? free())
      now.set(key, seat)
      return seat
    })
    taken = now
    return seats
  }
}
