import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createChain } from './chain.ts'
import { decodeEnvelope, disclosuresMax, encodeEnvelope, eventBytesMax } from './codec.ts'
import type { Envelope } from './envelope.ts'
import { createIds } from './ids.ts'
import { redact } from './redact.ts'

const clock = () => Date.parse('2026-06-01T12:00:00Z')
const chain = createChain({ producer: 'ns/payments/pod', source: 'gateway', clock, ids: createIds(clock) })
const started = chain.start()
const decode = (value: unknown) =>
  decodeEnvelope(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)))
const plain = { source: 'mcp-gateway', event_type: 'mcp.request', payload: { server: 'payments' } }
const withAudit = (audit: object) => ({
  ...plain,
  source: 'gateway',
  event_type: 'mcp.chain.start',
  payload: { ...JSON.parse(started.payload), _audit: { ...JSON.parse(started.payload)._audit, ...audit } },
})

describe('an event keeps its payload to the byte', () => {
  test('through encode and decode', () => {
    const decoded = decodeEnvelope(encodeEnvelope(started))
    expect(decoded).toMatchObject({
      ok: true,
      decoded: { envelope: { payload: started.payload }, audit: { seq: 1 } },
    })
  })

  test.each([
    '{"b":1,"a":1.0,"n":1e2,"big":12345678901234567890}',
    '{ "spaced" : [ 1 , 2 ] }',
    '"text with } and \\" and , in it"',
    '[{"a":{"payload":1}}]',
    '5',
    'false',
    '{"\\u0061":"\\ud83d\\ude00"}',
  ])('%s', (payload) => {
    for (const text of [
      `{"source":"s","payload": ${payload} ,"event_type":"t"}`,
      `{"payload":${payload},"source":"s","event_type":"t"}`,
    ]) {
      expect(decode(text)).toMatchObject({ ok: true, decoded: { envelope: { payload } } })
    }
  })

  test('and drops what a sender put around it', () => {
    const decoded = decode({ ...plain, received_at: 'forged', key_id: 'forged' })
    expect(decoded.ok && Object.keys(decoded.decoded.envelope)).not.toContain('key_id')
  })
})

describe('an event is written as JSON.stringify would', () => {
  const byStringify = ({ payload, ...outer }: Envelope): string =>
    `${JSON.stringify(outer).slice(0, -1)},"payload":${payload}}`

  test('whatever its texts hold', () => {
    const aText = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }))
    const maybe = fc.option(aText, { nil: undefined })
    const anEnvelope = fc.record({
      timestamp: aText,
      trace_id: maybe,
      source: aText,
      event_type: aText,
      traceparent: maybe,
      tracestate: maybe,
      baggage: maybe,
      disclosures: fc.constantFrom(undefined, [{ pointer: '/a', salt: 's', value: 'é"' }]),
      payload: fc.json(),
    })
    fc.assert(
      fc.property(anEnvelope, (envelope) => {
        expect(encodeEnvelope(envelope).toString()).toBe(byStringify(envelope))
      }),
    )
  })

  test('half of a surrogate pair is escaped', () => {
    const envelope = { timestamp: '', source: '\ud800"\\\n\u007f', event_type: 'a', payload: '1' }
    expect(encodeEnvelope(envelope).toString()).toBe(byStringify(envelope))
  })
})

describe('an event is refused with its place', () => {
  test.each<[string, unknown, string, string]>([
    ['no JSON', '{"source":', 'invalid_json', ''],
    ['a mark of byte order', `\ufeff${JSON.stringify(plain)}`, 'invalid_json', ''],
    ['two events', `${JSON.stringify(plain)}${JSON.stringify(plain)}`, 'invalid_json', ''],
    ['a list', [plain], 'invalid_fields', ''],
    ['nothing', 'null', 'invalid_fields', ''],
    ['no source', { ...plain, source: undefined }, 'missing_fields', '/source'],
    ['a blank source', { ...plain, source: ' ' }, 'missing_fields', '/source'],
    ['a source without end', { ...plain, source: 'x'.repeat(257) }, 'invalid_fields', '/source'],
    ['a type that is a number', { ...plain, event_type: 5 }, 'missing_fields', '/event_type'],
    ['no payload', { ...plain, payload: undefined }, 'missing_fields', '/payload'],
    ['a null payload', { ...plain, payload: null }, 'missing_fields', '/payload'],
    ['two payloads', '{"source":"s","event_type":"t","payload":1,"payload":2}', 'invalid_fields', ''],
    [
      'two payloads, one of them spelt out',
      '{"source":"s","event_type":"t","payload":1,"payloa\\u0064":2}',
      'invalid_fields',
      '',
    ],
    [
      'a member of the payload twice',
      '{"source":"s","event_type":"t","payload":{"server":"a","server":"b"}}',
      'invalid_fields',
      '/payload',
    ],
    [
      'a payload by another spelling',
      '{"source":"s","event_type":"t","payloa\\u0064":2}',
      'invalid_fields',
      '/payload',
    ],
    ['a time that is a number', { ...plain, timestamp: 5 }, 'invalid_fields', '/timestamp'],
    [
      'disclosures that are none',
      { ...plain, disclosures: [{ pointer: '/a' }] },
      'invalid_fields',
      '/disclosures',
    ],
    [
      'too many disclosures',
      { ...plain, disclosures: Array(disclosuresMax + 1).fill({ pointer: '', salt: '', value: 1 }) },
      'invalid_fields',
      '/disclosures',
    ],
    ['a head that is none', { ...plain, payload: { _audit: 5 } }, 'invalid_fields', '/payload/_audit'],
    ['a head of another version', withAudit({ v: 2 }), 'invalid_fields', '/payload/_audit/v'],
    [
      'an id in capitals',
      withAudit({ id: '0198D3C0-0000-7000-8000-000000000001' }),
      'invalid_fields',
      '/payload/_audit/id',
    ],
    [
      'a chain without a start',
      withAudit({ chain: 'ns/server/pod' }),
      'invalid_fields',
      '/payload/_audit/chain',
    ],
    [
      'a chain of nobody',
      withAudit({ chain: '/0198d3c0-0000-7000-8000-000000000001' }),
      'invalid_fields',
      '/payload/_audit/chain',
    ],
    ['the number zero', withAudit({ seq: 0 }), 'invalid_fields', '/payload/_audit/seq'],
    ['a number as text', withAudit({ seq: '1' }), 'invalid_fields', '/payload/_audit/seq'],
    ['a head before that is none', withAudit({ prev: 'abc' }), 'invalid_fields', '/payload/_audit/prev'],
    ['another time', withAudit({ time: 'soon' }), 'invalid_fields', '/payload/_audit/time'],
    ['another source inside', withAudit({ source: 'other' }), 'invalid_fields', '/payload/_audit/source'],
    [
      'another type inside',
      withAudit({ event_type: 'mcp.request' }),
      'invalid_fields',
      '/payload/_audit/event_type',
    ],
  ])('%s', (_, event, code, pointer) => {
    expect(decode(event)).toEqual({ ok: false, rejection: { code, pointer, message: expect.any(String) } })
  })

  test('bytes that are no UTF-8', () => {
    const bytes = Buffer.concat([
      Buffer.from('{"source":"s","event_type":"t","payload":"'),
      Buffer.from([0xc3, 0x28]),
      Buffer.from('"}'),
    ])
    expect(decodeEnvelope(bytes)).toMatchObject({ ok: false, rejection: { code: 'invalid_utf8' } })
  })

  test('more bytes than an event may have', () => {
    const event = (length: number) => `{"source":"s","event_type":"t","payload":"${'x'.repeat(length - 44)}"}`
    expect(event(eventBytesMax)).toHaveLength(eventBytesMax)
    expect(decode(event(eventBytesMax)).ok).toBe(true)
    expect(decode(event(eventBytesMax + 1))).toMatchObject({ ok: false, rejection: { code: 'too_large' } })
  })

  test('depth without end', () => {
    expect(
      decode(`{"source":"s","event_type":"t","payload":${'['.repeat(400_000)}${']'.repeat(400_000)}}`).ok,
    ).toBeTypeOf('boolean')
  })
})

describe('redaction', () => {
  test('takes out what pointers lead to, and adds nothing', () => {
    const value = { a: { secret: 1, open: 2 }, list: [{ secret: 1 }, 5], 'x/y': 1 }
    expect(redact(value, ['/a/secret', '/list/*/secret', '/x~1y', '/nobody/home'])).toEqual({
      a: { secret: '[redacted]', open: 2 },
      list: [{ secret: '[redacted]' }, 5],
      'x/y': '[redacted]',
    })
    expect(value.a.secret).toBe(1)
    expect(redact('text', ['/a'])).toBe('text')
  })
})
