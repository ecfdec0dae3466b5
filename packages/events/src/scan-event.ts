/** Where the members of an object stand. For each, four places: of its name and behind it, of its value and behind it. */
export type Spans = readonly number[]
export const placesPerMember = 4

/** What an event is made of, by place. Of all that is nested deeper no more is known than that it is JSON. */
export interface ScannedEvent {
  readonly isObject: boolean
  /** None where the event is not an object. */
  readonly event: Spans
  /** None where the payload is not an object, or nothing is called so by its plain name. */
  readonly payload: Spans
}

const SPACE = 32
const QUOTE = 34
const PLUS = 43
const COMMA = 44
const MINUS = 45
const DOT = 46
const ZERO = 48
const COLON = 58
const OPEN_ARRAY = 91
const BACKSLASH = 92
const LOWER_E = 101
const LOWER_F = 102
const LOWER_N = 110
const LOWER_T = 116
const LOWER_U = 117
const OPEN_OBJECT = 123
const CLOSE_OBJECT = 125
/** From `[` to `]`, and from `{` to `}`. */
const TO_CLOSER = 2
const CASE_BIT = 32
/** No byte, and no place. */
const NONE = -1

const asBytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const tableOf = (holds: (byte: number) => boolean): Uint8Array =>
  Uint8Array.from({ length: 256 }, (_, byte) => (holds(byte) ? 1 : 0))

const payloadName = asBytes('"payload"')
const falseWord = asBytes('false')
const nullWord = asBytes('null')
const trueWord = asBytes('true')
const isSpace = tableOf((byte) => asBytes(' \n\r\t').includes(byte))
const isDigit = tableOf((byte) => asBytes('0123456789').includes(byte))
const isEscaped = tableOf((byte) => asBytes('"\\/bfnrt').includes(byte))
const isHex = tableOf((byte) => asBytes('0123456789abcdefABCDEF').includes(byte))

/**
 * One pass over UTF-8 that takes just what `JSON.parse` takes (RFC 8259, to any depth) and makes no more than a note of
 * where members stand: an object of them all would cost more than whatever else is done to an event. Undefined for
 * what is no JSON.
 */
export const scanEvent = (bytes: Uint8Array): ScannedEvent | undefined => {
  const event: number[] = []
  const payload: number[] = []
  const start = skipSpace(bytes, 0)
  const isObject = bytes[start] === OPEN_OBJECT
  const end = isObject ? endOfMembers(bytes, start, event, payload) : endOfValue(bytes, start)
  return end !== NONE && skipSpace(bytes, end) === bytes.length ? { isObject, event, payload } : undefined
}

/** The end of an object whose members are noted, and those of its payload where they are asked for. */
const endOfMembers = (bytes: Uint8Array, open: number, spans: number[], payload?: number[]): number => {
  let at = skipSpace(bytes, open + 1)
  if (bytes[at] === CLOSE_OBJECT) return at + 1
  for (;;) {
    const nameEnd = bytes[at] === QUOTE ? endOfString(bytes, at) : NONE
    const value = nameEnd === NONE ? NONE : valueBehindColon(bytes, nameEnd)
    if (value === NONE) return NONE
    const isPayload = payload !== undefined && bytes[value] === OPEN_OBJECT && holdsAt(bytes, at, payloadName)
    const end = isPayload ? endOfMembers(bytes, value, payload) : endOfValue(bytes, value)
    if (end === NONE) return NONE
    spans.push(at, nameEnd, value, end)
    at = skipSpace(bytes, end)
    if (bytes[at] === CLOSE_OBJECT) return at + 1
    if (bytes[at] !== COMMA) return NONE
    at = skipSpace(bytes, at + 1)
  }
}

const endOfValue = (bytes: Uint8Array, at: number): number =>
  isOpening(bytes[at]) ? endOfNested(bytes, at) : endOfScalar(bytes, at)

const isOpening = (byte: number | undefined): byte is number => byte === OPEN_OBJECT || byte === OPEN_ARRAY

/** Does not call itself: how deep a sender nests is the sender's choice. */
const endOfNested = (bytes: Uint8Array, open: number): number => {
  /** The brackets that close what stands around, the outermost first. */
  const closers: number[] = []
  let closer = NONE
  let at = open
  for (;;) {
    if (closer === CLOSE_OBJECT) at = valueBehindName(bytes, at)
    const first = bytes[at]
    if (isOpening(first)) {
      closers.push(closer)
      closer = first + TO_CLOSER
      at = skipSpace(bytes, at + 1)
      if (bytes[at] !== closer) continue
    } else at = skipSpace(bytes, endOfScalar(bytes, at))

    while (bytes[at] === closer) {
      closer = closers.pop() ?? NONE
      if (closer === NONE) return at + 1
      at = skipSpace(bytes, at + 1)
    }
    // Where a name or a value was none there is no byte, and so no comma.
    if (bytes[at] !== COMMA) return NONE
    at = skipSpace(bytes, at + 1)
  }
}

const skipSpace = (bytes: Uint8Array, from: number): number => {
  let at = from
  while (at < bytes.length && isSpace[bytes[at] as number] === 1) at++
  return at
}

/** Where the value of the member begins whose name begins here. */
const valueBehindName = (bytes: Uint8Array, at: number): number => {
  if (bytes[at] !== QUOTE) return NONE
  const end = endOfString(bytes, at)
  return end === NONE ? NONE : valueBehindColon(bytes, end)
}

const valueBehindColon = (bytes: Uint8Array, from: number): number => {
  const colon = skipSpace(bytes, from)
  return bytes[colon] === COLON ? skipSpace(bytes, colon + 1) : NONE
}

const endOfScalar = (bytes: Uint8Array, at: number): number => {
  switch (bytes[at]) {
    case QUOTE:
      return endOfString(bytes, at)
    case LOWER_T:
      return endOfWord(bytes, at, trueWord)
    case LOWER_F:
      return endOfWord(bytes, at, falseWord)
    case LOWER_N:
      return endOfWord(bytes, at, nullWord)
    default:
      return endOfNumber(bytes, at)
  }
}

const endOfString = (bytes: Uint8Array, open: number): number => {
  for (let at = open + 1; at < bytes.length; at++) {
    const byte = bytes[at] as number
    // Nearly all that stand for themselves: what else does is among the first.
    if (byte > QUOTE && byte !== BACKSLASH) continue
    if (byte === QUOTE) return at + 1
    if (byte >= SPACE && byte !== BACKSLASH) continue
    if (byte !== BACKSLASH) return NONE
    at = lastOfEscape(bytes, at + 1)
    if (at === NONE) return NONE
  }
  return NONE
}

/** The last byte of an escape whose second stands here. */
const lastOfEscape = (bytes: Uint8Array, at: number): number => {
  if (bytes[at] !== LOWER_U) return isEscaped[bytes[at] ?? 0] === 1 ? at : NONE
  for (let digit = at + 1; digit <= at + 4; digit++) if (isHex[bytes[digit] ?? 0] !== 1) return NONE
  return at + 4
}

const endOfWord = (bytes: Uint8Array, at: number, word: Uint8Array): number =>
  holdsAt(bytes, at, word) ? at + word.length : NONE

const holdsAt = (bytes: Uint8Array, from: number, expected: Uint8Array): boolean => {
  for (let at = 0; at < expected.length; at++) if (bytes[from + at] !== expected[at]) return false
  return true
}

const endOfNumber = (bytes: Uint8Array, from: number): number => {
  const first = bytes[from] === MINUS ? from + 1 : from
  let at = bytes[first] === ZERO ? first + 1 : endOfDigits(bytes, first)
  if (at !== NONE && bytes[at] === DOT) at = endOfDigits(bytes, at + 1)
  if (at === NONE || ((bytes[at] ?? 0) | CASE_BIT) !== LOWER_E) return at
  const sign = bytes[at + 1]
  return endOfDigits(bytes, sign === PLUS || sign === MINUS ? at + 2 : at + 1)
}

/** Of one digit at least. */
const endOfDigits = (bytes: Uint8Array, from: number): number => {
  let at = from
  while (at < bytes.length && isDigit[bytes[at] as number] === 1) at++
  return at === from ? NONE : at
}
