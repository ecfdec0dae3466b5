/**
 * Names as rules write them: exact, or (in v2) ending in one `*`. Nothing else is a pattern, so the most specific
 * match is simply the exact name, else the longest prefix.
 */

/** In v1 documents a `*` is a character like any other. */
const isPattern = (name: string, patterns: boolean): boolean => patterns && name.endsWith('*')

/** Does this one name, exact or pattern, cover `target`? */
export const covers = (name: string, target: string, patterns: boolean): boolean =>
  isPattern(name, patterns) ? target.startsWith(name.slice(0, -1)) : target === name

interface Numbered {
  readonly name: string
  readonly nameId: number
}

/** Numbered names to be found by what they cover. Plain data, since a document may hold 100,000 of these. */
export interface NameBook<T extends Numbered> {
  readonly exact: readonly T[]
  /** By number, where there are too many to compare one by one. */
  readonly byId: ReadonlyMap<number, T> | undefined
  /** Longest first. */
  readonly patterns: readonly T[]
}

const comparedOneByOneMax = 8
const NONE: readonly never[] = []

export const compileNames = <T extends Numbered>(entries: readonly T[], patterns: boolean): NameBook<T> => {
  const exact = entries.filter(({ name }) => !isPattern(name, patterns))
  const starred = entries.filter(({ name }) => isPattern(name, patterns))
  return {
    exact,
    byId:
      exact.length > comparedOneByOneMax ? new Map(exact.map((entry) => [entry.nameId, entry])) : undefined,
    patterns: starred.length === 0 ? NONE : starred.sort((a, b) => b.name.length - a.name.length),
  }
}

/** The entries whose names cover a target, given as text and by its number; the most specific first. */
export const covering = <T extends Numbered>(
  book: NameBook<T>,
  target: string,
  targetId: number,
): readonly T[] => {
  const { exact, byId, patterns } = book
  const own = byId ? byId.get(targetId) : exact.find(({ nameId }) => nameId === targetId)
  const wider = patterns.length === 0 ? NONE : patterns.filter(({ name }) => covers(name, target, true))
  return own ? [own, ...wider] : wider
}
