/** What is wrong with a resource, and where. */
export interface ResourceIssue {
  /** JSON Pointer into the resource; empty for the resource itself. */
  readonly pointer: string
  /** One sentence: what was found, what was expected, what was probably meant. */
  readonly message: string
}

/** More issues than a person reads; the last one then says how many were left out. */
export const issuesMax = 100

export const bounded = (issues: readonly ResourceIssue[]): readonly ResourceIssue[] =>
  issues.length <= issuesMax
    ? issues
    : [
        ...issues.slice(0, issuesMax),
        { pointer: '', message: `${issues.length - issuesMax} more issues are not listed` },
      ]

export const pointerOf = (path: readonly PropertyKey[]): string =>
  path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')

/** A value in a message: short, quoted, and never more than a line. */
export const shown = (value: unknown): string => {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}…` : value)
  if (Array.isArray(value)) return 'a list'
  if (value === undefined) return 'nothing'
  if (value === null || typeof value !== 'object') return String(value)
  return 'an object'
}

export const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
