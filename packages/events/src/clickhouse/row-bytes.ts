import type { Slab } from './slabs.ts'

/** Writes what ClickHouse calls RowBinary, from one place of a slab on; whoever writes has made sure of the room. */
export interface RowBytes {
  readonly begin: (slab: Slab) => void
  /** Behind what was written. */
  readonly end: () => number
  readonly u8: (value: number) => void
  readonly u16: (value: number) => void
  readonly u32: (value: number) => void
  /** `UInt64`, or `Int64` of what is not negative; up to 2^53. */
  readonly u64: (value: number) => void
  readonly f64: (value: number) => void
  readonly uuid: (text: string) => void
  readonly text: (value: string) => void
  /** A `String` of the bytes between two places. */
  readonly slice: (from: Uint8Array, start: number, end: number) => void
}

const two32 = 2 ** 32
/** Below it a loop copies quicker than a call does. */
const loopBytesMax = 48

export const createRowBytes = (): RowBytes => {
  let bytes: Buffer = Buffer.alloc(0)
  let view = new DataView(bytes.buffer)
  let at = 0

  /** LEB128, as before every `String`. */
  const length = (value: number): void => {
    let rest = value
    while (rest > 127) {
      bytes[at++] = (rest & 127) | 128
      rest >>>= 7
    }
    bytes[at++] = rest
  }

  const u32 = (value: number): void => {
    view.setUint32(at, value, true)
    at += 4
  }

  return {
    begin: (slab) => {
      bytes = slab.bytes
      view = slab.view
      at = slab.end
    },
    end: () => at,
    u8: (value) => {
      bytes[at++] = value
    },
    u16: (value) => {
      view.setUint16(at, value, true)
      at += 2
    },
    u32,
    u64: (value) => {
      u32(value % two32)
      u32(Math.floor(value / two32))
    },
    f64: (value) => {
      view.setFloat64(at, value, true)
      at += 8
    },
    uuid: (text) => {
      writeUuid(text, bytes, at)
      at += uuidBytes
    },
    text: (value) => {
      const isShort = value.length <= 127
      const start = at + 1
      if (isShort && writeAscii(value, bytes, start)) {
        bytes[at] = value.length
        at = start + value.length
        return
      }
      length(Buffer.byteLength(value))
      at += bytes.write(value, at)
    },
    slice: (from, start, end) => {
      const size = end - start
      length(size)
      if (size > loopBytesMax) bytes.set(from.subarray(start, end), at)
      else for (let index = 0; index < size; index++) bytes[at + index] = from[start + index] as number
      at += size
    },
  }
}

/** False where some of it is no ASCII; then what was written means nothing. */
const writeAscii = (text: string, into: Uint8Array, at: number): boolean => {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code > 127) return false
    into[at + index] = code
  }
  return true
}

const uuidBytes = 16
/** Of each byte of a UUID as text, where it goes: two halves, each with its last byte first. */
const places = [7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8]
/** Where in a UUID's text each byte stands. */
const digits = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34]
const nibbles = Uint8Array.from({ length: 128 }, (_, code) => {
  const value = Number.parseInt(String.fromCharCode(code), 16)
  return Number.isNaN(value) ? 0 : value
})

/** What is no hexadecimal digit counts as 0. */
export const writeUuid = (text: string, into: Uint8Array, at: number): void => {
  for (let index = 0; index < uuidBytes; index++) {
    const digit = digits[index] as number
    const [high, low] = [text.charCodeAt(digit), text.charCodeAt(digit + 1)]
    into[at + (places[index] as number)] = ((nibbles[high] ?? 0) << 4) | (nibbles[low] ?? 0)
  }
}
