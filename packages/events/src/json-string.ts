/** Is this JSON text that of a string? */
export const isJsonString = (text: string | undefined): text is string =>
  text !== undefined && text.charCodeAt(0) === QUOTE

/** The string that a JSON text stands for; undefined where it stands for something else. */
export const jsonStringOf = (text: string | undefined): string | undefined => {
  if (!isJsonString(text)) return undefined
  return text.includes('\\') ? JSON.parse(text) : text.slice(1, -1)
}

const QUOTE = 34
