/** What a look at the text of an event tells that its parsed value does not. */
export interface ScannedEvent {
  /** Members of the event as written; more than its value has means that one is given twice. */
  readonly members: number
  /** The same for the payload, where that is an object. */
  readonly payloadMembers: number
  /** Where the payload stands; undefined where nobody calls it by its plain name. */
  readonly payload: { readonly start: number; readonly end: number } | undefined
}

const QUOTE = 34
const COMMA = 44
const COLON = 58
const BACKSLASH = 92
/** `[` and `{` differ in one bit, and so do `]` and `}`. */
const OPEN = 123
const CLOSE = 125
const BRACKET_BIT = 32

/** One pass over a text that `JSON.parse` has accepted as an object; strings are jumped over. */
export const scanEvent = (text: string): ScannedEvent => {
  let depth = 0
  let members = 0
  let payloadMembers = 0
  let lastString = 0
  let start = -1
  let end = -1
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) {
      lastString = at
      at = endOfString(text, at)
    } else if (code === COLON && depth === 1) {
      members++
      if (text.startsWith('"payload"', lastString)) start = at + 1
    } else if (code === COLON && depth === 2 && isOpen(start, end)) payloadMembers++
    else depth += turn(code)
    // Behind the value comes the next member, or the end of the event.
    const isBehindValue = depth === 0 || (depth === 1 && code === COMMA)
    if (isBehindValue && isOpen(start, end)) end = at
  }
  return { members, payloadMembers, payload: start < 0 ? undefined : { start, end } }
}

/** One deeper for an opening bracket, one up for a closing one. */
const turn = (code: number): number =>
  (code | BRACKET_BIT) === OPEN ? 1 : (code | BRACKET_BIT) === CLOSE ? -1 : 0

/** Has the payload begun and not ended? */
const isOpen = (start: number, end: number): boolean => start >= 0 && end < 0

/** The closing quote of the string that opens here. */
const endOfString = (text: string, open: number): number => {
  for (let quote = text.indexOf('"', open + 1); ; quote = text.indexOf('"', quote + 1)) {
    let backslashes = 0
    while (text.charCodeAt(quote - 1 - backslashes) === BACKSLASH) backslashes++
    if (backslashes % 2 === 0) return quote
  }
}
