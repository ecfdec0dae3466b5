import { BACKSLASH, LOWER_U, NONE, QUOTE, SPACE, tableOf } from './bytes.ts'
import { fail, shown, type Walk } from './walk.ts'

/** Bytes at which one has to look closer. */
const isSpecial = tableOf((byte) => byte < SPACE || byte === QUOTE || byte === BACKSLASH)

/** The place behind a string. */
export const endOfString = (walk: Walk, open: number): number => {
  const { bytes } = walk
  // What a loop over all bytes needs is held by it: anything of the module would be read anew for each.
  const special = isSpecial
  const { length } = bytes
  let bits = 0
  let at = open + 1
  for (; at < length; at++) {
    const byte = bytes[at] as number
    if (special[byte] === 1) break
    bits |= byte
  }
  walk.isPlain = bits < 128
  return bytes[at] === QUOTE ? at + 1 : endOfEscaped(walk, at)
}

const endOfEscaped = (walk: Walk, from: number): number => {
  const { bytes } = walk
  walk.isPlain = false
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at] as number
    if (byte === QUOTE) return at + 1
    if (byte < SPACE) return controlFault(walk, at)
    if (byte !== BACKSLASH) continue
    const end = endOfEscape(walk, at)
    if (end === NONE) return NONE
    at = end - 1
  }
  return endFault(walk)
}

const simpleEscapes = Buffer.from('"\\/bfnrt')

const endOfEscape = (walk: Walk, at: number): number => {
  const { bytes } = walk
  const kind = bytes[at + 1]
  if (kind !== LOWER_U)
    return kind !== undefined && simpleEscapes.includes(kind)
      ? at + 2
      : fail(walk, 'syntax', at, `no such escape: ${shown(walk, at, at + 2)}`)
  const unit = hexAt(bytes, at + 2)
  if (unit === NONE) return fail(walk, 'syntax', at, '\\u takes four hexadecimal digits')
  if (unit >> 11 !== surrogatePrefix) return at + 6
  const isFirst = unit >> 10 === firstHalfPrefix
  const pairs = isFirst && bytes[at + 6] === BACKSLASH && bytes[at + 7] === LOWER_U
  if (pairs && hexAt(bytes, at + 8) >> 10 === secondHalfPrefix) return at + 12
  // JavaScript and Python keep such a half, Go and others read U+FFFD in its place: no two see the same text.
  return fail(walk, 'lone_surrogate', at, 'half of a surrogate pair, which is no text')
}

/** The upper bits of the code units from U+D800 to U+DFFF, of the first half of them, and of the second. */
const surrogatePrefix = 27
const firstHalfPrefix = 54
const secondHalfPrefix = 55

const hexAt = (bytes: Buffer, from: number): number => {
  let value = 0
  for (let at = from; at < from + 4; at++) {
    const digit = hexDigit(bytes[at] ?? NONE)
    if (digit === NONE) return NONE
    value = value * 16 + digit
  }
  return value
}

const hexDigit = (byte: number): number => {
  if (byte >= 48 && byte <= 57) return byte - 48
  const lower = byte | 32
  return lower >= 97 && lower <= 102 ? lower - 87 : NONE
}

const controlFault = (walk: Walk, at: number): number =>
  fail(walk, 'syntax', at, 'a string may hold a control character only as an escape')

const endFault = (walk: Walk): number => fail(walk, 'syntax', walk.bytes.length, 'the body ends in a string')
