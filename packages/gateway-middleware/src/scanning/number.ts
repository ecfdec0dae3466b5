import { DOT, isDigit, LOWER_E, MINUS, NONE, PLUS, ZERO } from './bytes.ts'

export const isNumber = (first: number | undefined): boolean => first === MINUS || isDigit(first)

/** The place behind a number, or none where there is no number. */
export const endOfNumber = (bytes: Buffer, from: number): number => {
  const first = bytes[from] === MINUS ? from + 1 : from
  if (!isDigit(bytes[first])) return NONE
  // Nothing may follow a leading zero, so that no reader takes the number for an octal one.
  let at = bytes[first] === ZERO ? first + 1 : endOfDigits(bytes, first)
  if (bytes[at] === DOT) {
    if (!isDigit(bytes[at + 1])) return NONE
    at = endOfDigits(bytes, at + 1)
  }
  if (((bytes[at] ?? 0) | 32) !== LOWER_E) return at
  const sign = bytes[at + 1]
  const exponent = sign === PLUS || sign === MINUS ? at + 2 : at + 1
  return isDigit(bytes[exponent]) ? endOfDigits(bytes, exponent) : NONE
}

const endOfDigits = (bytes: Buffer, from: number): number => {
  let at = from
  while (isDigit(bytes[at])) at++
  return at
}

/** So many digits a double always carries, and their integers are safe ones. */
const digitsAlwaysCarried = 15

/**
 * Whether every reader gets the same number: one that comes back from a double in the decimals that were written, and, since
 * beyond that two integers share a double, no larger than 2^53 − 1.
 */
export const isExactNumber = (bytes: Buffer, from: number, end: number): boolean => {
  if (end - from <= digitsAlwaysCarried && !hasExponent(bytes, from, end)) return true
  const text = bytes.toString('latin1', from, end)
  const value = Number(text)
  if (Math.abs(value) > Number.MAX_SAFE_INTEGER) return false
  const [written, read] = [decimalOf(text), decimalOf(String(value))]
  return written.digits === read.digits && written.exponent === read.exponent
}

/** Whether it is one of the integers that every reader can hold and give back; `7.0` is 7. */
export const isSafeInteger = (bytes: Buffer, from: number, end: number): boolean =>
  (end - from <= digitsAlwaysCarried && endOfDigits(bytes, from) === end) ||
  (isExactNumber(bytes, from, end) && Number.isSafeInteger(Number(bytes.toString('latin1', from, end))))

const hasExponent = (bytes: Buffer, from: number, end: number): boolean => {
  for (let at = from; at < end; at++) if (((bytes[at] as number) | 32) === 101) return true
  return false
}

interface Decimal {
  /** Without zeros before or behind; empty for zero. */
  readonly digits: string
  readonly exponent: number
}

const decimalOf = (text: string): Decimal => {
  const [mantissa = '', exponent = '0'] = text.slice(text.startsWith('-') ? 1 : 0).split(/e/i)
  const [whole = '', fraction = ''] = mantissa.split('.')
  const digits = whole + fraction
  let [first, end] = [0, digits.length]
  while (digits[first] === '0') first++
  if (first === end) return { digits: '', exponent: 0 }
  while (digits[end - 1] === '0') end--
  return {
    digits: digits.slice(first, end),
    exponent: Number(exponent) - fraction.length + digits.length - end,
  }
}
