import { crc32 } from 'node:zlib'
import { decodeHeaders, encodeHeaders, type FrameHeaders } from './headers.ts'

/**
 * A segment file is a head and then frames, all little-endian:
 *
 * head: `6 bytes "MCPSEG", u16 version`
 * frame: `u32 length, u32 crc32, u64 offset, u64 received_at_ms, u16 header length, headers, value`
 *
 * `length` counts what follows the checksum, and the checksum covers just that.
 */
export const fileHead = Buffer.from('MCPSEG\x01\x00', 'latin1')
export const fileHeadBytes = fileHead.length

/** An event has at most 1 MiB; an intent or a batch may have more. */
export const frameBytesMax = 8 * 1024 * 1024
export const frameBytesMin = 26
const uncheckedBytes = 8
const checkedBytesMin = frameBytesMin - uncheckedBytes
const two32 = 2 ** 32

export interface SegmentEntry {
  readonly receivedAtMs: number
  readonly headers?: FrameHeaders
  /** Must not change until the append is answered. */
  readonly value: Uint8Array
}

export interface Frame {
  readonly offset: number
  readonly receivedAtMs: number
  readonly headers: FrameHeaders
  /** A view of the buffer that it was decoded from. */
  readonly value: Buffer
  /** Where the next frame starts. */
  readonly end: number
  /** Of the whole frame. */
  readonly bytes: number
}

export interface Corrupt {
  readonly corrupt: string
}

/** An entry whose size is known. */
export interface SizedEntry {
  readonly receivedAtMs: number
  readonly headers: Uint8Array
  readonly value: Uint8Array
  readonly frameBytes: number
}

/** Undefined when the entry makes no frame because it is too large. */
export const sizeEntry = (
  { receivedAtMs, headers, value }: SegmentEntry,
  encode = encodeHeaders,
): SizedEntry | undefined => {
  const headerBytes = encode(headers)
  if (headerBytes === undefined) return undefined
  const frameBytes = frameBytesMin + headerBytes.length + value.length
  return frameBytes > frameBytesMax ? undefined : { receivedAtMs, headers: headerBytes, value, frameBytes }
}

/** Writes the frame at a place of a buffer that has room for it, and returns its end. The value is copied once. */
export const encodeFrame = (entry: SizedEntry, offset: number, into: Buffer, at: number): number => {
  const { receivedAtMs, headers, value, frameBytes } = entry
  const end = at + frameBytes
  into.writeUInt32LE(frameBytes - uncheckedBytes, at)
  writeUInt64(into, offset, at + 8)
  writeUInt64(into, receivedAtMs, at + 16)
  into.writeUInt16LE(headers.length, at + 24)
  if (headers.length > 0) into.set(headers, at + frameBytesMin)
  into.set(value, at + frameBytesMin + headers.length)
  into.writeUInt32LE(crc32(into.subarray(at + uncheckedBytes, end)), at + 4)
  return end
}

/** Decodes the frame at a place of a buffer. `incomplete`: more bytes could make it one. */
export const decodeFrame = (buffer: Buffer, at: number): Frame | 'incomplete' | Corrupt => {
  const readable = buffer.length - at
  if (readable < uncheckedBytes) return 'incomplete'
  const length = buffer.readUInt32LE(at)
  if (length < checkedBytesMin || length > frameBytesMax - uncheckedBytes)
    return { corrupt: `a frame of ${length} bytes` }
  if (readable < uncheckedBytes + length) return 'incomplete'

  const end = at + uncheckedBytes + length
  if (crc32(buffer.subarray(at + uncheckedBytes, end)) !== buffer.readUInt32LE(at + 4))
    return { corrupt: 'a checksum that does not match' }
  const offset = readUInt64(buffer, at + 8)
  const receivedAtMs = readUInt64(buffer, at + 16)
  const valueAt = at + frameBytesMin + buffer.readUInt16LE(at + 24)
  const headers = valueAt > end ? undefined : decodeHeaders(buffer, at + frameBytesMin, valueAt)
  // Whoever wrote these knew the checksum, and was no writer of ours.
  if (headers === undefined) return { corrupt: 'headers that are none' }
  if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(receivedAtMs))
    return { corrupt: 'an offset or time out of range' }
  return { offset, receivedAtMs, headers, value: buffer.subarray(valueAt, end), end, bytes: end - at }
}

/** How many bytes the frame at this place needs, by its own account. */
export const frameBytesAt = (buffer: Buffer, at: number): number =>
  buffer.length - at < uncheckedBytes ? frameBytesMin : uncheckedBytes + buffer.readUInt32LE(at)

/**
 * Where, after a place that holds no frame, there is a good one of an offset from `offset` on; undefined when there is
 * none. An event is JSON and has no zero bytes, so none can hold what looks like such a frame.
 */
export const findFrame = (buffer: Buffer, from: number, offset: number): number | undefined => {
  const offsetMost = offset + Math.ceil((buffer.length - from) / frameBytesMin)
  for (let at = from; at + frameBytesMin <= buffer.length; at++) {
    const found = readUInt64(buffer, at + 8)
    if (found < offset || found > offsetMost) continue
    const frame = decodeFrame(buffer, at)
    if (typeof frame === 'object' && !('corrupt' in frame)) return at
  }
  return undefined
}

const writeUInt64 = (into: Buffer, value: number, at: number): void => {
  into.writeUInt32LE(value % two32, at)
  into.writeUInt32LE(Math.floor(value / two32), at + 4)
}

const readUInt64 = (buffer: Buffer, at: number): number =>
  buffer.readUInt32LE(at) + buffer.readUInt32LE(at + 4) * two32
