/** The events of a batch, each as the bytes that its producer wrote; or what keeps them from being told apart. */
export type Split =
  | { readonly ok: true; readonly events: readonly Uint8Array[] }
  | { readonly ok: false; readonly fault: 'invalid_json' | 'too_many' }

const TAB = 9
const NEWLINE = 10
const RETURN = 13
const SPACE = 32
const QUOTE = 34
const COMMA = 44
const BACKSLASH = 92
const OPEN_ARRAY = 91
const CLOSE_ARRAY = 93
/** `[` and `{` differ in one bit, and so do `]` and `}`. */
const OPEN = 123
const CLOSE = 125
const BRACKET_BIT = 32

const isSpace = (byte: number | undefined): boolean =>
  byte === SPACE || byte === NEWLINE || byte === RETURN || byte === TAB

const skipSpace = (bytes: Uint8Array, from: number, end = bytes.length): number => {
  let at = from
  while (at < end && isSpace(bytes[at])) at++
  return at
}

export const isArray = (bytes: Uint8Array): boolean => bytes[skipSpace(bytes, 0)] === OPEN_ARRAY

/**
 * Finds where the elements of a JSON array begin and end, in one pass and without parsing them: what stands between
 * two commas of the array is JSON or is not, and whoever decodes it finds out.
 */
export const splitArray = (bytes: Buffer, eventsMax: number): Split => {
  const events: Uint8Array[] = []
  let at = skipSpace(bytes, skipSpace(bytes, 0) + 1)
  if (bytes[at] === CLOSE_ARRAY) return ended(bytes, at + 1, events)
  for (;;) {
    const end = endOfElement(bytes, at)
    if (end === at || end >= bytes.length) return invalid
    if (events.length === eventsMax) return { ok: false, fault: 'too_many' }
    events.push(bytes.subarray(at, end))
    if (bytes[end] === CLOSE_ARRAY) return ended(bytes, end + 1, events)
    if (bytes[end] !== COMMA) return invalid
    at = skipSpace(bytes, end + 1)
  }
}

const invalid: Split = { ok: false, fault: 'invalid_json' }

const ended = (bytes: Uint8Array, at: number, events: readonly Uint8Array[]): Split =>
  skipSpace(bytes, at) === bytes.length ? { ok: true, events } : invalid

/** The comma behind the element that begins here, or the bracket that closes the array; the end where there is none. */
const endOfElement = (bytes: Buffer, from: number): number => {
  let depth = 0
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at] as number
    if (byte === QUOTE) at = endOfString(bytes, at)
    else if ((byte | BRACKET_BIT) === OPEN) depth++
    else if ((byte | BRACKET_BIT) === CLOSE && --depth < 0) return at
    else if (byte === COMMA && depth === 0) return at
  }
  return bytes.length
}

/** The closing quote of the string that opens here; the end where there is none. Most strings are too short to search. */
const endOfString = (bytes: Buffer, open: number): number => {
  for (let at = open + 1; at < bytes.length; at++) {
    const byte = bytes[at]
    if (byte === QUOTE) return at
    if (byte === BACKSLASH) at++
  }
  return bytes.length
}

/** One event a line; a line of white space is none. */
export const splitLines = (bytes: Buffer, eventsMax: number): Split => {
  const events: Uint8Array[] = []
  for (let at = 0; at < bytes.length; ) {
    const newline = bytes.indexOf(NEWLINE, at)
    const end = newline < 0 ? bytes.length : newline
    if (skipSpace(bytes, at, end) < end) {
      if (events.length === eventsMax) return { ok: false, fault: 'too_many' }
      events.push(bytes.subarray(at, end))
    }
    at = end + 1
  }
  return { ok: true, events }
}
