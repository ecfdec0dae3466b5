/** What somebody else changed of one member of a draft. */
export interface Change<D> {
  readonly key: keyof D & string
  readonly was: unknown
  readonly is: unknown
}

/** A draft on a newer state: what was typed stays, all else is as it is now. */
export interface Rebased<D> {
  readonly draft: D
  /** Of others, except where the same was typed. Where something else was typed, the draft has that. */
  readonly changes: readonly Change<D>[]
}

export const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

export const rebase = <D extends object>(before: D, typed: D, newer: D): Rebased<D> => {
  const keys = Object.keys(newer) as (keyof D & string)[]
  const isTyped = (key: keyof D & string) => !isSame(before[key], typed[key])
  return {
    draft: Object.fromEntries(keys.map((key) => [key, isTyped(key) ? typed[key] : newer[key]])) as D,
    changes: keys
      .filter((key) => !isSame(before[key], newer[key]) && !(isTyped(key) && isSame(typed[key], newer[key])))
      .map((key) => ({ key, was: before[key], is: newer[key] })),
  }
}
