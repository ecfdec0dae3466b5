const charsMax = 200

const escapeOf = (char: string) =>
  Array.from(
    { length: char.length },
    (_, at) => `\\u${char.charCodeAt(at).toString(16).padStart(4, '0')}`,
  ).join('')

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

/** The same JSON, in which nothing is that cannot be seen. */
export const shownJson = (value: unknown): string =>
  JSON.stringify(value, null, 2).replace(unseen, (char) => (char === '\n' ? char : escapeOf(char)))

const writtenFromRight =
  /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u

/** A name within a sentence: written from whichever end, it turns nothing around it. */
export const namedText = (text: string, max?: number): string => {
  const shown = shownText(text, max)
  return writtenFromRight.test(shown) ? `\u2068${shown}\u2069` : shown
}
