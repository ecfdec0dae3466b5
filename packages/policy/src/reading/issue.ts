import type { PolicyDocument } from '../model.ts'

/** What is wrong with a document, and where. */
export interface PolicyIssue {
  /** JSON Pointer into the document; empty for the document itself. */
  readonly pointer: string
  /** One sentence: what was found, what was expected, what was probably meant. */
  readonly message: string
}

export type ParsedPolicy =
  | { readonly ok: true; readonly document: PolicyDocument }
  | { readonly ok: false; readonly issues: readonly PolicyIssue[] }

/** More issues than a person reads; the last one then says how many were left out. */
export const issuesMax = 100

export const refuse = (issues: readonly PolicyIssue[]): ParsedPolicy => ({
  ok: false,
  issues:
    issues.length <= issuesMax
      ? issues
      : [
          ...issues.slice(0, issuesMax),
          { pointer: '', message: `${issues.length - issuesMax} more issues are not listed` },
        ],
})

export const pointerOf = (path: readonly PropertyKey[]): string =>
  path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')

/** A value in a message: short, quoted, and never more than a line. */
export const shown = (value: unknown): string => {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}…` : value)
  if (Array.isArray(value)) return 'a list'
  if (value === undefined) return 'nothing'
  if (typeof value === 'function' || typeof value === 'symbol') return `a ${typeof value}`
  if (value === null || typeof value !== 'object') return String(value)
  return 'an object'
}

/** The known word that a misspelt one is nearest to, if it is near enough to guess. */
export const meant = (word: string, known: readonly string[]): string | undefined => {
  const limit = word.length <= 4 ? 1 : 2
  let best: { readonly word: string; readonly distance: number } | undefined
  for (const candidate of known) {
    if (word.length > 64 || Math.abs(candidate.length - word.length) > limit) continue
    const distance = editDistance(word.toLowerCase(), candidate)
    if (distance <= limit && (best === undefined || distance < best.distance))
      best = { word: candidate, distance }
  }
  return best?.word
}

/** Insertions, deletions, replacements and swaps of neighbours. */
const editDistance = (a: string, b: string): number => {
  let [beforeLast, last] = [[] as number[], Array.from({ length: b.length + 1 }, (_, j) => j)]
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let cost = Math.min(
        (last[j] as number) + 1,
        (row[j - 1] as number) + 1,
        (last[j - 1] as number) + (same ? 0 : 1),
      )
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, (beforeLast[j - 2] as number) + 1)
      row.push(cost)
    }
    ;[beforeLast, last] = [last, row]
  }
  return last[b.length] as number
}
