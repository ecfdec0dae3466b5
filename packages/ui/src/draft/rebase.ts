/** A draft on a newer state: what was typed stays, all else is as it is now. */
export interface Rebased<D> {
  readonly draft: D
  /** What was changed on both sides, and is not the same: the draft has what was typed. */
  readonly clashes: readonly (keyof D & string)[]
}

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

export const rebase = <D extends object>(before: D, typed: D, newer: D): Rebased<D> => {
  const keys = Object.keys(newer) as (keyof D & string)[]
  const isTyped = (key: keyof D & string) => !isSame(before[key], typed[key])
  return {
    draft: Object.fromEntries(keys.map((key) => [key, isTyped(key) ? typed[key] : newer[key]])) as D,
    clashes: keys.filter(
      (key) => isTyped(key) && !isSame(before[key], newer[key]) && !isSame(typed[key], newer[key]),
    ),
  }
}
