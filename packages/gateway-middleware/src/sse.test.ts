import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createSseParser, encodeSseEvent, type SseEvent, type SseFields } from './sse.ts'

const parse = (chunks: readonly Uint8Array[], eventBytesMax?: number) => {
  const events: SseEvent[] = []
  const parser = createSseParser((event) => void events.push(event), eventBytesMax)
  for (const chunk of chunks) parser.push(chunk)
  return { events, rest: parser.rest() }
}
const bytewise = (bytes: Uint8Array): Uint8Array[] => [...bytes].map((byte) => Uint8Array.of(byte))

/** Only what clients are told of, and only what was given. */
const told = (events: readonly SseEvent[]): SseFields[] =>
  events
    .filter(({ data }) => data !== undefined)
    .map(({ bytes, ...fields }) =>
      Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)),
    )

describe('an event stream is read', () => {
  test.each<[string, string, SseFields[]]>([
    ['with line feeds', 'data: a\n\ndata: b\n\n', [{ data: 'a' }, { data: 'b' }]],
    ['with carriage returns', 'data: a\r\rdata: b\r\r', [{ data: 'a' }, { data: 'b' }]],
    ['with both', 'data: a\r\n\r\ndata: b\r\n\r\n', [{ data: 'a' }, { data: 'b' }]],
    [
      'with each in turn',
      'data: a\n\r\ndata: b\r\n\rdata: c\r\n\n',
      [{ data: 'a' }, { data: 'b' }, { data: 'c' }],
    ],
    ['data in lines', 'data: a\ndata\ndata:  b\n\n', [{ data: 'a\n\n b' }]],
    ['empty data', 'data\n\n', [{ data: '' }]],
    ['colons in data', 'data:a:b\n\n', [{ data: 'a:b' }]],
    [
      'all fields',
      'event: policy\nid: 7\nretry: 50\ndata: x\n\n',
      [{ event: 'policy', id: '7', retry: 50, data: 'x' }],
    ],
    ['fields in any order', 'data: x\nid: 1\ndata: y\nevent: e\n\n', [{ data: 'x\ny', id: '1', event: 'e' }]],
    ['the last of an id', 'id: 1\nid: 2\ndata: x\n\n', [{ id: '2', data: 'x' }]],
    ['an empty id', 'id\ndata: x\n\n', [{ id: '', data: 'x' }]],
    ['no id with a zero byte', 'id: a\0b\ndata: x\n\n', [{ data: 'x' }]],
    ['no retry that is no number', 'retry: 5s\nretry: -1\ndata: x\n\n', [{ data: 'x' }]],
    ['unknown fields as nothing', 'nonsense: a\nDATA: b\ndata: x\n\n', [{ data: 'x' }]],
    ['comments as nothing', ': a\n\ndata: x\n: b\ndata: y\n\n:\n', [{ data: 'x\ny' }]],
    ['a byte order mark as nothing', '\uFEFFdata: x\n\n', [{ data: 'x' }]],
    ['a second one as part of a name', '\uFEFF\uFEFFdata: x\n\n', []],
    ['a late one as part of a name', 'data: x\n\n\uFEFFdata: y\n\n', [{ data: 'x' }]],
    ['a mark before a comment', '\uFEFF: a\ndata: x\n\n', [{ data: 'x' }]],
    ['no event without data', 'event: e\nid: 1\n\ndata: x\n\n', [{ data: 'x' }]],
    ['nothing of an event that did not end', 'data: x\n\ndata: y\n', [{ data: 'x' }]],
    ['characters of several bytes', 'data: é€😀\n\n', [{ data: 'é€😀' }]],
  ])('%s', (_, text, expected) => {
    const bytes = Buffer.from(text)
    for (const chunks of [[bytes], bytewise(bytes)]) expect(told(parse(chunks).events)).toEqual(expected)
  })
})

const line = fc.oneof(
  fc.constantFrom(
    '',
    ':',
    ': ping',
    'data',
    'data: x',
    'data:é😀',
    'id: 7',
    'event: e',
    'retry: 9',
    '\uFEFFdata: z',
  ),
  fc.string({ unit: 'binary', maxLength: 8 }).map((text) => text.replace(/[\r\n]/g, '')),
)
const stream = fc
  .array(fc.tuple(line, fc.constantFrom('\n', '\r', '\r\n', '\n\n', '\r\r', '\r\n\r\n')))
  .map((lines) => Buffer.from(lines.map((one) => one.join('')).join('')))
const cuts = fc.array(fc.nat({ max: 40 }), { maxLength: 30 })
const cut = (bytes: Buffer, at: readonly number[]): Buffer[] => {
  const places = [...new Set([0, ...at.map((one) => one % (bytes.length + 1)), bytes.length])].sort(
    (a, b) => a - b,
  )
  return places.slice(1).map((end, index) => bytes.subarray(places[index], end))
}

describe('whatever the chunks', () => {
  test('the pieces in a row are the stream', () => {
    fc.assert(
      fc.property(stream, cuts, (bytes, at) => {
        const { events, rest } = parse(cut(bytes, at))
        expect(Buffer.concat([...events.map((event) => event.bytes), rest])).toEqual(bytes)
      }),
    )
  })

  test('the events are the same', () => {
    fc.assert(
      fc.property(stream, cuts, (bytes, at) => {
        expect(told(parse(cut(bytes, at)).events)).toEqual(told(parse([bytes]).events))
      }),
    )
  })

  test('an event is read alike by itself and in its stream', () => {
    fc.assert(
      fc.property(stream, (bytes) => {
        for (const event of parse([Buffer.concat([Buffer.from('\n'), bytes])]).events)
          expect(told(parse([Buffer.from('\n'), event.bytes]).events)).toEqual(told([event]))
      }),
    )
  })
})

describe('a piece', () => {
  test('is there with its last byte, a comment with the end of its line', () => {
    const seen: string[] = []
    const parser = createSseParser(({ bytes }) => void seen.push(bytes.toString()))
    for (const text of [': ping\r', '\ndata: x\r\n\r', '\n\n', 'data: y\n']) parser.push(Buffer.from(text))
    expect(seen).toEqual([': ping\r', '\ndata: x\r\n\r', '\n\n'])
    expect(parser.rest().toString()).toBe('data: y\n')
  })

  test('may be as long as the limit, and no longer', () => {
    const event = Buffer.from('data: 12345\n\n')
    expect(parse([event, event], event.length).events).toHaveLength(2)
    for (const chunks of [[event], bytewise(event)])
      expect(() => parse(chunks, event.length - 1)).toThrow(RangeError)
  })

  test('that is too long takes nothing from those before it, and ends the parsing', () => {
    const seen: (string | undefined)[] = []
    const parser = createSseParser(({ data }) => void seen.push(data), 20)
    expect(() => parser.push(Buffer.from(`data: a\n\ndata: ${'b'.repeat(20)}\n\ndata: c\n\n`))).toThrow(
      RangeError,
    )
    expect(() => parser.push(Buffer.from('\n\ndata: d\n\n'))).toThrow(RangeError)
    expect(seen).toEqual(['a'])
  })
})

describe('an event that is written', () => {
  const word = fc.string().map((text) => text.replace(/[\r\n\0]/g, ''))
  test('is read as it was', () => {
    const event = fc.record(
      { data: fc.string().map((text) => text.replace(/\r/g, '')), event: word, id: word, retry: fc.nat() },
      { requiredKeys: ['data'] },
    )
    fc.assert(
      fc.property(event, (fields) => {
        expect(told(parse([Buffer.from(encodeSseEvent(fields))]).events)).toEqual([fields])
      }),
    )
  })

  test('writes no fields but its own', () => {
    const written = encodeSseEvent({ id: '1\ndata: forged', event: 'e\r\rdata: forged', data: 'x' })
    expect(told(parse([Buffer.from(written)]).events)).toHaveLength(1)
    expect(told(parse([Buffer.from(written)]).events)[0]).toMatchObject({ data: 'x' })
  })
})
