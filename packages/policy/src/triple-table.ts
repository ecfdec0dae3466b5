/** A hash table from three small integers to one, open addressed in one flat array: a look-up touches one place. */
export interface TripleTable {
  readonly get: (a: number, b: number, c: number) => number | undefined
  readonly set: (a: number, b: number, c: number, value: number) => void
}

const CELLS = 4

/** Room for `most` entries; at most half of it is ever used, so that probing stays short. */
export const createTripleTable = (most: number): TripleTable => {
  const slots = 2 ** Math.ceil(Math.log2(most * 2 + 2))
  const cells = new Int32Array(slots * CELLS)
  const mask = slots - 1

  /** Where the triple is, or the free place where it would be. A place is free while its value cell is 0. */
  const placeOf = (a: number, b: number, c: number): number => {
    let hash = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b) ^ Math.imul(c, 0xc2b2ae35)
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
    for (let slot = (hash ^ (hash >>> 13)) & mask; ; slot = (slot + 1) & mask) {
      const at = slot * CELLS
      if (cells[at + 3] === 0 || (cells[at] === a && cells[at + 1] === b && cells[at + 2] === c)) return at
    }
  }

  return {
    get: (a, b, c) => {
      const value = cells[placeOf(a, b, c) + 3] as number
      return value === 0 ? undefined : value - 1
    },
    set: (a, b, c, value) => cells.set([a, b, c, value + 1], placeOf(a, b, c)),
  }
}
