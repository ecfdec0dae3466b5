import { mix } from './mix.ts'

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
    for (let slot = mix(mix(mix(0, a), b), c) & mask; ; slot = (slot + 1) & mask) {
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
