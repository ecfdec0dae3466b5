import { isUtf8 } from 'node:buffer'
import {
  CLOSE_ARRAY,
  CLOSE_OBJECT,
  COLON,
  COMMA,
  LOWER_F,
  LOWER_N,
  LOWER_T,
  NONE,
  OPEN_ARRAY,
  OPEN_OBJECT,
  QUOTE,
  skipSpace,
} from './scanning/bytes.ts'
import { memberNamed } from './scanning/name.ts'
import { endOfNumber, isExactNumber, isNumber, isSafeInteger } from './scanning/number.ts'
import { type Member, otherMember, type Place, type Reads, readsOf } from './scanning/place.ts'
import { endOfString } from './scanning/string.ts'
import {
  createWalk,
  fail,
  indexMark,
  pointerFrom,
  type ScanFault,
  type ScanLimits,
  scanLimits,
  shown,
  type Walk,
} from './scanning/walk.ts'

/** What is known of the bytes of a body. */
export type Scan =
  | {
      readonly ok: true
      /**
       * Pointers into `params.arguments`, to the numbers that a double cannot carry. Those of a batch are of all its
       * messages together: in doubt about one it is refused whole.
       */
      readonly inexact: readonly string[]
    }
  | ScanFault

/**
 * Whether a body means the same to every reader, in whatever language: then `JSON.parse` shows what the server will see,
 * and the bytes may go on as they are. One pass; takes of JSON only what no two readers take differently.
 */
export const scanJson = (
  bytes: Buffer,
  reads: Reads = readsNothing,
  limits: ScanLimits = scanLimits,
): Scan => {
  const walk = createWalk(bytes, limits)
  if (!isUtf8(bytes)) fail(walk, 'not_utf8', firstInvalid(bytes), 'the body is not UTF-8')
  else if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf)
    fail(walk, 'byte_order_mark', 0, 'the body begins with a byte order mark')
  else readBody(walk, reads.message)
  return walk.fault ?? (walk.inexact === undefined ? exact : { ok: true, inexact: walk.inexact })
}

const readsNothing = readsOf([])
const exact: Scan = { ok: true, inexact: [] }

/** Decoding puts the character U+FFFD in place of what is wrong, and only there the bytes change. */
const firstInvalid = (bytes: Buffer): number => {
  const decoded = Buffer.from(bytes.toString('utf8'))
  return bytes.findIndex((byte, at) => byte !== decoded[at])
}

const readBody = (walk: Walk, message: Place): void => {
  const { bytes } = walk
  const end = endOfValue(walk, skipSpace(bytes, 0), message)
  if (end === NONE) return
  const rest = skipSpace(bytes, end)
  if (rest !== bytes.length) fail(walk, 'syntax', rest, 'something follows the value')
}

/** The place behind a value. `place` says what names matter if it is an object. */
const endOfValue = (walk: Walk, at: number, place: Place | undefined): number => {
  if (++walk.values > walk.limits.valuesMax)
    return fail(walk, 'too_many_values', at, `more than ${walk.limits.valuesMax} values`)
  switch (walk.bytes[at]) {
    case OPEN_OBJECT:
    case OPEN_ARRAY:
      return endOfNested(walk, at, place)
    case QUOTE:
      return endOfString(walk, at)
    case LOWER_T:
      return endOfWord(walk, at, trueWord)
    case LOWER_F:
      return endOfWord(walk, at, falseWord)
    case LOWER_N:
      return endOfWord(walk, at, nullWord)
    default:
      return endOfCheckedNumber(walk, at)
  }
}

/** Calls itself by way of the values inside, not deeper than the limit. */
const endOfNested = (walk: Walk, open: number, place: Place | undefined): number => {
  const { bytes, limits } = walk
  if (walk.depth === limits.depthMax)
    return fail(walk, 'too_deep', open, `nested deeper than ${limits.depthMax} levels`)
  walk.depth++
  walk.path[walk.depth] = NONE
  const end = bytes[open] === OPEN_OBJECT ? endOfObject(walk, open, place) : endOfList(walk, open, place)
  // Kept where there is a fault: its pointer was made there.
  walk.depth--
  return end
}

const endOfObject = (walk: Walk, open: number, place: Place | undefined): number => {
  const { bytes, namesTop: base } = walk
  walk.seen[walk.depth] = 0
  walk.sets[walk.depth] = undefined
  let at = skipSpace(bytes, open + 1)
  if (bytes[at] === CLOSE_OBJECT) return at + 1
  for (;;) {
    const end = endOfMember(walk, at, place, base)
    if (end === NONE) return NONE
    at = skipSpace(bytes, end)
    if (bytes[at] === CLOSE_OBJECT) break
    if (bytes[at] !== COMMA) return unexpected(walk, at, '"," or "}"')
    at = skipSpace(bytes, at + 1)
  }
  walk.namesTop = base
  return at + 1
}

const endOfMember = (walk: Walk, open: number, place: Place | undefined, base: number): number => {
  const { bytes } = walk
  walk.path[walk.depth] = NONE
  if (bytes[open] !== QUOTE) return unexpected(walk, open, 'a name')
  const end = endOfString(walk, open)
  if (end === NONE) return NONE
  walk.path[walk.depth] = open
  const member = memberNamed(walk, place, base, open, end - 1)
  if (member === undefined) return NONE
  const colon = skipSpace(bytes, end)
  if (bytes[colon] !== COLON) return unexpected(walk, colon, '":"')
  const at = skipSpace(bytes, colon + 1)
  return member === otherMember ? endOfValue(walk, at, undefined) : endOfMeant(walk, at, member)
}

/** The value of a member that matters. */
const endOfMeant = (walk: Walk, at: number, { kind, place }: Member): number => {
  if (kind === 'arguments') walk.argumentsOf = walk.depth
  const end = endOfValue(walk, at, place)
  walk.argumentsOf = kind === 'arguments' ? 0 : walk.argumentsOf
  if (end === NONE || kind === 'any' || kind === 'arguments' || survives(walk.bytes, at, end, kind))
    return end
  return fail(walk, 'unsafe_id', at, `${shown(walk, at, end)} would not come back as it was sent`)
}

const survives = (bytes: Buffer, at: number, end: number, kind: 'id' | 'token'): boolean => {
  const first = bytes[at]
  if (first === QUOTE) return true
  return isNumber(first) ? isSafeInteger(bytes, at, end) : kind === 'token'
}

const endOfList = (walk: Walk, open: number, place: Place | undefined): number => {
  const { bytes, path, depth } = walk
  let at = skipSpace(bytes, open + 1)
  if (bytes[at] === CLOSE_ARRAY) return at + 1
  for (let index = 0; ; index++) {
    path[depth] = indexMark - index
    // A list outside of everything is a batch of messages.
    const inner = depth === 1 ? place : place?.byName.get(String(index))?.place
    const end = endOfValue(walk, at, inner)
    if (end === NONE) return NONE
    at = skipSpace(bytes, end)
    if (bytes[at] === CLOSE_ARRAY) return at + 1
    if (bytes[at] !== COMMA) return unexpected(walk, at, '"," or "]"')
    at = skipSpace(bytes, at + 1)
  }
}

const trueWord = Buffer.from('true')
const falseWord = Buffer.from('false')
const nullWord = Buffer.from('null')

const endOfWord = (walk: Walk, from: number, word: Buffer): number => {
  for (let i = 1; i < word.length; i++)
    if (walk.bytes[from + i] !== word[i]) return unexpected(walk, from, 'a value')
  return from + word.length
}

const endOfCheckedNumber = (walk: Walk, from: number): number => {
  const end = endOfNumber(walk.bytes, from)
  if (end === NONE) return unexpected(walk, from, 'a value')
  if (walk.argumentsOf === 0 || isExactNumber(walk.bytes, from, end)) return end
  const pointer = pointerFrom(walk, walk.argumentsOf + 1, inexactPointerCharsMax)
  const { inexact = [] } = walk
  walk.inexact = inexact
  if (inexact.push(pointer) <= walk.limits.inexactMax && pointer.length <= inexactPointerCharsMax) return end
  const message =
    'more numbers that a double cannot carry, or deeper names on the way to one, than can be reported'
  return fail(walk, 'too_many_inexact', from, message)
}

const inexactPointerCharsMax = 1024

const unexpected = (walk: Walk, at: number, expected: string): number => {
  const found = at < walk.bytes.length ? shown(walk, at, at + 1) : 'the end of the body'
  return fail(walk, 'syntax', at, `expected ${expected}, found ${found}`)
}
