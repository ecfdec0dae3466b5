const charsMax = 200

/** What has no shape of its own, but changes how what is around it looks, or that two names are two. */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu
/** Between letters and signs that they belong to, as in Persian words and in some emoji. */
const isJoiner = (char: string, before: string, after: string) =>
  (char === '\u200c' || char === '\u200d') && /[^\0-\u007f]$/.test(before) && /^[^\0-\u007f]/.test(after)

/**
 * A name as whoever wrote it cannot hide anything in it: control characters, marks that turn the direction of writing
 * and such are told by their numbers, and it ends after `max` characters.
 */
export const shownText = (text: string, max = charsMax): string => {
  const kept = text.length > max ? `${text.slice(0, max)}…` : text
  return kept.replace(unseen, (char, at: number) => {
    if (isJoiner(char, kept.slice(Math.max(0, at - 1), at), kept.slice(at + 1, at + 2))) return char
    const number = char.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')
    return `‹U+${number}›`
  })
}
