import { endsBare, patternCharsMax, patternStatesMax, readLinearRegex } from '../linear-regex.ts'

/** Why a pattern cannot be used, in a sentence; undefined when it can. */
export const regexFault = (pattern: string): string | undefined => {
  const at = readLinearRegex(pattern)
  if (typeof at !== 'number') return undefined
  if (pattern.length > patternCharsMax) return `the pattern is longer than ${patternCharsMax} characters`
  if (at === 0) return 'the pattern must say how it starts: begin it with ^, or with .* for anything'
  const isAnchored = endsBare(pattern, '$')
  if (!isAnchored && !endsBare(pattern, '.*')) {
    return 'the pattern must say how it ends: end it with $, or with .* for anything'
  }
  if (at >= pattern.length - (isAnchored ? 1 : 0)) {
    return `the pattern is not finished, or needs more than ${patternStatesMax} states`
  }
  const rest = pattern.slice(at, at + 12)
  return `the pattern cannot be read from character ${at + 1} on (${rest}): supported are characters, . [...] \\d \\w \\s, ( ) (?: ) | * + ? {m,n}, and ^ $ at the ends`
}
