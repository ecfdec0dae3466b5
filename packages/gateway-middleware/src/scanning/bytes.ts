export const SPACE = 32
export const QUOTE = 34
export const PLUS = 43
export const COMMA = 44
export const MINUS = 45
export const DOT = 46
export const ZERO = 48
export const COLON = 58
export const OPEN_ARRAY = 91
export const BACKSLASH = 92
export const CLOSE_ARRAY = 93
export const LOWER_E = 101
export const LOWER_F = 102
export const LOWER_N = 110
export const LOWER_T = 116
export const LOWER_U = 117
export const OPEN_OBJECT = 123
export const CLOSE_OBJECT = 125
/** What sets an ASCII letter apart from itself in the other case. */
export const CASE_BIT = 32
/** No byte, and no place. */
export const NONE = -1

export const tableOf = (holds: (byte: number) => boolean): Uint8Array =>
  Uint8Array.from({ length: 256 }, (_, byte) => (holds(byte) ? 1 : 0))

const isSpace = tableOf((byte) => ' \n\r\t'.includes(String.fromCharCode(byte)))

export const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 48 && byte <= 57

/** The white space of RFC 8259, and none other. */
export const skipSpace = (bytes: Buffer, from: number): number => {
  if ((bytes[from] ?? 0) > 32) return from
  let at = from
  while (at < bytes.length && isSpace[bytes[at] as number] === 1) at++
  return at
}
