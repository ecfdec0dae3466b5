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
  const entries = Object.entries(headers)
  let bytes = 0
  for (const [name, value] of entries) {
    const nameBytes = Buffer.byteLength(name)
    bytes += 3 + nameBytes + Buffer.byteLength(value)
    if (nameBytes > nameBytesMax || bytes > headerBytesMax) return undefined
  }
  if (bytes === 0) return none
  const encoded = Buffer.allocUnsafe(bytes)
  let at = 0
  for (const [name, value] of entries) {
    const nameBytes = encoded.write(name, at + 1)
    encoded[at] = nameBytes
    at += 1 + nameBytes
    const valueBytes = encoded.write(value, at + 2)
    encoded.writeUInt16LE(valueBytes, at)
    at += 2 + valueBytes
  }
  return encoded
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
