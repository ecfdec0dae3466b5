import { BACKSLASH, LOWER_U, NONE, QUOTE } from './bytes.ts'

export interface ScanLimits {
  /** Objects and lists inside each other; readers in other languages give up or crash at depths of their own. */
  readonly depthMax: number
  /** Objects, lists and what is in them, names not counted. */
  readonly valuesMax: number
  /** Numbers among the arguments that a double cannot carry. */
  readonly inexactMax: number
}

export const scanLimits: ScanLimits = { depthMax: 64, valuesMax: 100_000, inexactMax: 32 }

/** Why a body is refused. Public and append-only. */
export const scanCodes = [
  'not_utf8',
  'byte_order_mark',
  'syntax',
  'too_deep',
  'too_many_values',
  'duplicate_key',
  'ambiguous_key',
  'lone_surrogate',
  'unsafe_id',
  'too_many_inexact',
] as const

export type ScanCode = (typeof scanCodes)[number]

export interface ScanFault {
  readonly ok: false
  readonly code: ScanCode
  /** One sentence: what is wrong. Quotes at most 60 characters of the body. */
  readonly message: string
  /** JSON Pointer to the value or member; cut off with `…` behind 200 characters. */
  readonly pointer: string
  /** Bytes before it. */
  readonly offset: number
}

/** One scan under way. */
export interface Walk {
  readonly bytes: Buffer
  readonly limits: ScanLimits
  /** Of the object or list that is being read; 0 outside of any. */
  depth: number
  values: number
  /** By level, where one stands in it: the place of an object's current name, or `indexMark` minus a list's index. */
  readonly path: number[]
  /** Begin and end of the names in the objects that are open, the innermost last. */
  readonly names: number[]
  namesTop: number
  /** By level, the bits of the members that were there. */
  readonly seen: number[]
  /** By level, what replaces `names` where these are many or no plain ASCII. */
  readonly sets: (NameSets | undefined)[]
  /** Level of the `params` whose `arguments` are being read; 0 elsewhere. */
  argumentsOf: number
  /** Bytes of the names that had to be folded with care. */
  foldedBytes: number
  /** Whether the string read last was ASCII without escapes. */
  isPlain: boolean
  inexact: string[] | undefined
  fault: ScanFault | undefined
}

export interface NameSets {
  readonly exact: Set<string>
  readonly folded: Set<string>
}

export const indexMark = -2

/** With room for the levels and names of most messages, since to grow four lists would cost more than to read one name. */
export const createWalk = (bytes: Buffer, limits: ScanLimits): Walk => ({
  bytes,
  limits,
  depth: 0,
  values: 0,
  path: [NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE],
  names: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  namesTop: 0,
  seen: [0, 0, 0, 0, 0, 0, 0, 0],
  sets: [undefined, undefined, undefined, undefined, undefined, undefined, undefined, undefined],
  argumentsOf: 0,
  foldedBytes: 0,
  isPlain: true,
  inexact: undefined,
  fault: undefined,
})

const pointerCharsMax = 200

/** Notes the fault, and is the place that follows it: none. */
export const fail = (walk: Walk, code: ScanCode, offset: number, message: string): number => {
  const pointer = pointerFrom(walk, 1, pointerCharsMax)
  walk.fault = { ok: false, code, message, pointer, offset }
  return NONE
}

/** The way to where the walk is, from a level on. What is longer than a limit ends in `…`. */
export const pointerFrom = (walk: Walk, level: number, charsMax: number): string => {
  let pointer = ''
  for (let i = level; i <= walk.depth && pointer.length <= charsMax; i++) {
    const step = walk.path[i] as number
    if (step === NONE) break
    pointer += step < NONE ? `/${indexMark - step}` : `/${escaped(nameFrom(walk.bytes, step, charsMax))}`
  }
  return pointer.length > charsMax ? `${pointer.slice(0, charsMax).toWellFormed()}…` : pointer
}

const escaped = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1')

/** The most bytes of a character: an escaped one. */
const bytesPerChar = 6

/** A name that was read before, or its first characters. */
const nameFrom = (bytes: Buffer, open: number, charsMax: number): string => {
  const last = open + 1 + (charsMax + 1) * bytesPerChar
  let end = open + 1
  while (bytes[end] !== QUOTE && end < last)
    end += bytes[end] !== BACKSLASH ? 1 : bytes[end + 1] === LOWER_U ? bytesPerChar : 2
  return nameIn(bytes, open, end)
}

/** The name between the quotes at `open` and `close`, its escapes decoded. */
export const nameIn = (bytes: Buffer, open: number, close: number): string => {
  const text = bytes.toString('utf8', open + 1, close)
  if (!text.includes('\\')) return text
  return JSON.parse(`"${text}"`) as string
}

const shownCharsMax = 60

/** Some of the body for a message: short, and in quotes. */
export const shown = (walk: Walk, from: number, to: number): string => {
  const text = walk.bytes.toString('utf8', from, Math.min(to, from + shownCharsMax + 1))
  return text.length > shownCharsMax ? `${text.slice(0, shownCharsMax - 1).toWellFormed()}…` : text
}
