/** Short texts that travel beside a value, such as when and from whom it came. */
export type FrameHeaders = Readonly<Record<string, string>>

/** Room for a W3C baggage of 8 KiB and what else a request brings. */
export const headerBytesMax = 16 * 1024
const nameBytesMax = 0xff

const none = new Uint8Array(0)
const noHeaders: FrameHeaders = Object.freeze({})

/** One header after the other: `u8 name length, name, u16 value length, value`. Undefined when they are too large. */
export const encodeHeaders = (headers: FrameHeaders | undefined): Uint8Array | undefined => {
  if (headers === undefined) return none
  const parts: Buffer[] = []
  let bytes = 0
  for (const [name, value] of Object.entries(headers)) {
    const nameBytes = Buffer.from(name)
    const valueBytes = Buffer.from(value)
    bytes += 3 + nameBytes.length + valueBytes.length
    if (nameBytes.length > nameBytesMax || bytes > headerBytesMax) return undefined
    parts.push(Buffer.of(nameBytes.length), nameBytes)
    parts.push(Buffer.of(valueBytes.length & 0xff, valueBytes.length >> 8), valueBytes)
  }
  return bytes === 0 ? none : Buffer.concat(parts, bytes)
}

/** Encodes the same headers once, where many in a row have them: the same object, not another like it. */
export const createHeaderEncoder = (): typeof encodeHeaders => {
  let last: FrameHeaders | undefined
  let encoded = encodeHeaders(last)
  return (headers) => {
    if (headers !== last) {
      encoded = encodeHeaders(headers)
      last = headers
    }
    return encoded
  }
}

/** Undefined when the bytes are no headers. */
export const decodeHeaders = (buffer: Buffer, start: number, end: number): FrameHeaders | undefined => {
  if (start === end) return noHeaders
  const headers: [string, string][] = []
  let at = start
  while (at < end) {
    const nameEnd = at + 1 + buffer.readUInt8(at)
    if (nameEnd + 2 > end) return undefined
    const valueEnd = nameEnd + 2 + buffer.readUInt16LE(nameEnd)
    if (valueEnd > end) return undefined
    headers.push([buffer.toString('utf8', at + 1, nameEnd), buffer.toString('utf8', nameEnd + 2, valueEnd)])
    at = valueEnd
  }
  // Not by assignment: a header called __proto__ is a header.
  return Object.fromEntries(headers)
}
