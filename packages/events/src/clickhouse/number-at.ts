/** Digits of a number that a double holds to the last. */
const digitsMax = 15
const DOT = 46
const ZERO = 48
const NINE = 57

/** The number that stands between two places of a JSON text; 0 where there is another value, or one beyond all doubles. */
export const numberAt = (bytes: Uint8Array, start: number, end: number): number => {
  let digits = 0
  let scale = 0
  if (end - start > digitsMax) return numberOf(bytes, start, end)
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number
    if (byte === DOT && scale === 0) scale = 1
    else if (byte < ZERO || byte > NINE) return numberOf(bytes, start, end)
    else {
      digits = digits * 10 + byte - ZERO
      scale *= 10
    }
  }
  // Both are exact, so that their quotient is the double that is nearest to what is written.
  return scale === 0 ? digits : digits / scale
}

const numberOf = (bytes: Uint8Array, start: number, end: number): number => {
  const number = Number(Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1'))
  // A column has no use for -0.
  return Number.isFinite(number) ? number + 0 : 0
}
