import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  decodeFrame,
  encodeFrame,
  type Frame,
  findFrame,
  frameBytesMax,
  frameBytesMin,
  type SegmentEntry,
  sizeEntry,
} from './frame.ts'
import { createHeaderEncoder, encodeHeaders, headerBytesMax } from './headers.ts'

const encode = (entries: readonly SegmentEntry[], firstOffset = 0): Buffer => {
  const sized = entries.map((entry) => sizeEntry(entry) ?? expect.fail('too large'))
  const buffer = Buffer.alloc(sized.reduce((sum, { frameBytes }) => sum + frameBytes, 0))
  let at = 0
  for (const [index, entry] of sized.entries()) at = encodeFrame(entry, firstOffset + index, buffer, at)
  expect(at).toBe(buffer.length)
  return buffer
}

/** The frames from the start of a buffer, and why there are no more. */
const decodeAll = (buffer: Buffer) => {
  const frames: Frame[] = []
  for (let at = 0; ; ) {
    if (at === buffer.length) return { frames, at, end: 'whole' }
    const frame = decodeFrame(buffer, at)
    if (frame === 'incomplete') return { frames, at, end: frame }
    if ('corrupt' in frame) return { frames, at, end: 'corrupt' }
    frames.push(frame)
    at = frame.end
  }
}

const entryOf = (text: string): SegmentEntry => ({
  receivedAtMs: 1_700_000_000_123,
  headers: { key_id: 'k1', traceparent: text },
  value: Buffer.from(text),
})

const three = encode([entryOf('first'), entryOf('second'), entryOf('third')])
const starts = [0, ...decodeAll(three).frames.map(({ end }) => end)]

const anEntry = fc.record({
  receivedAtMs: fc.maxSafeNat(),
  headers: fc.dictionary(
    fc.oneof(fc.string({ unit: 'grapheme', maxLength: 20 }), fc.constant('__proto__')),
    fc.string({ unit: 'grapheme', maxLength: 40 }),
    { noNullPrototype: true },
  ),
  value: fc.uint8Array({ maxLength: 2000 }),
})

test('decode(encode(x)) is x, for any entries at any offset', () => {
  fc.assert(
    fc.property(
      fc.array(anEntry, { minLength: 1, maxLength: 5 }),
      fc.nat(2 ** 31).map((n) => n * 2 ** 21),
      (entries, first) => {
        const { frames, end } = decodeAll(encode(entries, first))
        expect(end).toBe('whole')
        expect(
          frames.map(({ offset, receivedAtMs, headers, value }) => ({
            offset,
            receivedAtMs,
            headers: Object.entries(headers),
            value: [...value],
          })),
        ).toEqual(
          entries.map(({ receivedAtMs, headers, value }, index) => ({
            offset: first + index,
            receivedAtMs,
            headers: Object.entries(headers),
            value: [...value],
          })),
        )
      },
    ),
  )
})

test('decoding never throws, whatever the bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(decodeAll(Buffer.from(bytes)).frames.length).toBeLessThan(9)
    }),
  )
})

test('a file cut at any length gives the whole frames before the cut and is incomplete there', () => {
  for (let length = 0; length <= three.length; length++) {
    const whole = starts.filter((start) => start <= length).length - 1
    const { frames, end, at } = decodeAll(three.subarray(0, length))
    expect([length, frames.length, end]).toEqual([length, whole, length === at ? 'whole' : 'incomplete'])
  }
})

describe.each([
  ['a middle', 1],
  ['the last', 2],
])('in %s frame', (_, index) => {
  test('no flipped bit is passed over, and what follows is found', () => {
    for (let bit = (starts[index] as number) * 8; bit < (starts[index + 1] as number) * 8; bit++) {
      const flipped = Buffer.from(three)
      flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
      const { frames, at, end } = decodeAll(flipped)
      expect([bit, frames.length, at]).toEqual([bit, index, starts[index]])
      expect(['incomplete', 'corrupt']).toContain(end)
      expect(findFrame(flipped, at + 1, index)).toBe(index === 1 ? starts[2] : undefined)
    }
  })
})

test('what is not written is no frame', () => {
  expect(decodeFrame(Buffer.alloc(4096), 0)).toEqual({ corrupt: 'a frame of 0 bytes' })
  expect(findFrame(Buffer.alloc(100_000), 0, 0)).toBeUndefined()
})

test.each<[string, Partial<SegmentEntry>, boolean]>([
  ['a value that just fits', { value: new Uint8Array(frameBytesMax - frameBytesMin) }, true],
  ['a byte more', { value: new Uint8Array(frameBytesMax - frameBytesMin + 1) }, false],
  ['headers that just fit', { headers: { n: 'v'.repeat(headerBytesMax - 4) } }, true],
  ['a byte more of headers', { headers: { n: 'v'.repeat(headerBytesMax - 3) } }, false],
  ['a name of 255 bytes', { headers: { ['n'.repeat(255)]: '' } }, true],
  ['a name of 256 bytes', { headers: { ['n'.repeat(256)]: '' } }, false],
])('%s', (_, entry, fits) => {
  const sized = sizeEntry({ receivedAtMs: 0, value: new Uint8Array(0), ...entry })
  expect(sized !== undefined).toBe(fits)
  if (sized === undefined) return
  const buffer = Buffer.alloc(sized.frameBytes)
  encodeFrame(sized, 7, buffer, 0)
  expect(decodeFrame(buffer, 0)).toMatchObject({ offset: 7, headers: entry.headers ?? {} })
})

test('headers that many entries share are encoded once, and others on their own', () => {
  const encode = createHeaderEncoder()
  const [one, like, other] = [{ a: '1' }, { a: '1' }, { b: '2' }]
  expect(encode(one)).toBe(encode(one))
  expect(encode(like)).toEqual(encodeHeaders(one))
  expect(encode(other)).toEqual(encodeHeaders(other))
  expect(encode(one)).toEqual(encodeHeaders(one))
  expect(encode(undefined)).toEqual(encodeHeaders(undefined))
})
