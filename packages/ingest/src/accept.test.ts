import {
  createChain,
  createIds,
  decodeEnvelope,
  encodeEnvelope,
  eventBytesMax,
  isUuid,
} from '@mcp-sentinel/events'
import type { Principal } from '@mcp-sentinel/identity'
import { describe, expect, test } from 'vitest'
import { type AcceptOptions, createAccept, type Reception } from './accept.ts'

const receivedAt = '2026-06-01T12:00:00.000Z'
const receivedAtMs = Date.parse(receivedAt)
const clock = () => receivedAtMs
const ids = createIds(clock)
const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
const other = '00-11111111111111111111111111111111-2222222222222222-00'

const acceptWith = (reception: Partial<Reception> = {}, options: Partial<AcceptOptions> = {}) => {
  const principal: Principal = { kind: 'api-key', keyId: 'key-1' }
  return createAccept(
    { redactPointers: [], ids, eventBytesMax, ...options },
    { receivedAtMs, receivedAt, principal, keyId: 'key-1', trace: {}, ...reception },
  )
}
type Accept = ReturnType<typeof acceptWith>

const entryOf = (accept: Accept, event: object | Buffer) => {
  const acceptance = accept(Buffer.isBuffer(event) ? event : Buffer.from(JSON.stringify(event)))
  if (!acceptance.ok) throw new Error(`${acceptance.rejection.code} ${acceptance.rejection.pointer}`)
  const decoding = decodeEnvelope(acceptance.entry.value)
  if (!decoding.ok) throw new Error(decoding.rejection.message)
  return { ...acceptance.entry, ...decoding.decoded }
}
const rejectionOf = (accept: Accept, event: object | string) => {
  const acceptance = accept(Buffer.from(typeof event === 'string' ? event : JSON.stringify(event)))
  return acceptance.ok ? undefined : acceptance.rejection
}

const older = {
  timestamp: receivedAt,
  source: 'old-gateway',
  event_type: 'mcp.request',
  payload: { namespace: 'mcp-servers', server: 'payments', secret: 'hunter2' },
}
const chainOf = (producer = 'mcp-servers/payments/pod-1') =>
  createChain({ producer, source: 'gateway', clock, ids })
const chained = (producer?: string) => encodeEnvelope(chainOf(producer).start())

describe('an event of a chain', () => {
  test('goes by its chain, with its payload as its producer wrote it', () => {
    const event = chainOf().start()
    const spaced = { ...event, payload: ` ${event.payload.replaceAll('","', '" , "')} ` }
    const { key, envelope, audit, headers } = entryOf(acceptWith(), encodeEnvelope(spaced))
    expect(envelope.payload).toBe(spaced.payload.trim())
    expect(key).toBe(audit?.chain)
    expect(headers).toEqual({ received_at: receivedAt, key_id: 'key-1' })
  })

  test('is not redacted, or it could not be verified', () => {
    const event = chainOf().start()
    const accept = acceptWith({}, { redactPointers: ['/reason'] })
    expect(entryOf(accept, encodeEnvelope(event)).envelope.payload).toBe(event.payload)
  })
})

describe('an event without a chain', () => {
  test('is given an id, and goes by its server', () => {
    const { key, headers } = entryOf(acceptWith(), older)
    expect(key).toBe('mcp-servers/payments')
    expect(isUuid(headers['event_id'] ?? '')).toBe(true)
  })

  test.each<[string, unknown]>([
    ['without a server', { namespace: 'mcp-servers' }],
    ['with one of another type', { namespace: 'mcp-servers', server: 7 }],
    ['with one without end', { namespace: 'mcp-servers', server: 'x'.repeat(300) }],
    ['that is a text', 'text'],
    ['that is a list', [1]],
  ])('%s goes by its source', (_, payload) => {
    expect(entryOf(acceptWith(), { ...older, payload }).key).toBe('old-gateway')
  })

  test('is redacted where that is configured', () => {
    const accept = acceptWith({}, { redactPointers: ['/secret'] })
    expect(JSON.parse(entryOf(accept, older).envelope.payload)).toEqual({
      namespace: 'mcp-servers',
      server: 'payments',
      secret: '[redacted]',
    })
  })
})

test('what else a sender put around an event goes no further', () => {
  const entry = entryOf(acceptWith(), { ...older, admin: true, key_id: 'key-2' })
  expect(Buffer.from(entry.value).toString()).not.toMatch(/admin|key-2/)
  expect(entry.headers['key_id']).toBe('key-1')
})

describe('a timestamp', () => {
  test.each([
    receivedAt,
    '2026-05-25T12:00:00Z',
    '2026-06-01T12:05:00Z',
    '2026-06-01T14:00:00.123456789+02:00',
  ])('%s is kept', (timestamp) => {
    const { envelope, headers } = entryOf(acceptWith(), { ...older, timestamp })
    expect([envelope.timestamp, headers['timestamp_replaced']]).toEqual([timestamp, undefined])
  })

  test.each([
    '1970-01-01T00:00:00Z',
    '2200-01-01T00:00:00Z',
    '2026-05-25T11:59:59Z',
    '2026-06-01T12:05:01Z',
    'yesterday',
    '1',
    '2026-06-01',
    '2026-06-31T99:00:00Z',
    '',
    undefined,
  ])('%s is replaced, and says so', (timestamp) => {
    const { envelope, headers } = entryOf(acceptWith(), { ...older, timestamp })
    expect([envelope.timestamp, headers['timestamp_replaced']]).toEqual([receivedAt, 'true'])
  })
})

describe('a trace', () => {
  const trace = { traceparent, tracestate: 'a=1', baggage: 'user=7' }

  test('of the event goes before that of the request', () => {
    const { headers, envelope } = entryOf(acceptWith({ trace }), {
      ...older,
      traceparent: other,
      baggage: 'b=2',
    })
    expect(headers).toMatchObject({ traceparent: other, baggage: 'b=2' })
    expect(headers).not.toHaveProperty('tracestate')
    expect(envelope.trace_id).toBe('1'.repeat(32))
  })

  test('of the request is that of an event that has none of its own', () => {
    const { headers, envelope } = entryOf(acceptWith({ trace }), older)
    expect(headers).toMatchObject(trace)
    expect(envelope.trace_id).toBe('0af7651916cd43dd8448eb211c80319c')
  })

  test('that an event names by its id is not overwritten', () => {
    expect(entryOf(acceptWith({ trace }), { ...older, trace_id: 'mine' }).envelope.trace_id).toBe('mine')
  })

  test.each([
    { traceparent: 'junk' },
    { traceparent: `00-${'0'.repeat(32)}-b7ad6b7169203331-01` },
    { traceparent: `ff-${'1'.repeat(32)}-b7ad6b7169203331-01` },
  ])('%j is none', (given) => {
    expect(entryOf(acceptWith(), { ...older, ...given }).headers).not.toHaveProperty('traceparent')
  })

  test('without end takes no room among the headers', () => {
    const { headers } = entryOf(acceptWith(), {
      ...older,
      traceparent,
      tracestate: 'x'.repeat(600),
      baggage: 'é'.repeat(9),
    })
    expect(Object.keys(headers)).toEqual(['received_at', 'key_id', 'traceparent', 'event_id'])
  })
})

describe('a token of one server', () => {
  const principal: Principal = {
    kind: 'server',
    keyId: 'operator#mcp-servers/payments',
    binding: { namespace: 'mcp-servers', server: 'payments' },
  }
  const accept = acceptWith({ principal, keyId: principal.keyId })

  test('speaks for that server, chained or not', () => {
    expect(entryOf(accept, chained()).headers['key_id']).toBe(principal.keyId)
    expect(entryOf(accept, older).key).toBe('mcp-servers/payments')
  })

  test.each<[string, object | string, string]>([
    ['a chain of another server', chained('mcp-servers/ledger/pod-1').toString(), '/payload/_audit/chain'],
    ['a chain of another namespace', chained('other/payments/pod-1').toString(), '/payload/_audit/chain'],
    [
      'a chain whose server only begins so',
      chained('mcp-servers/payments-2/pod-1').toString(),
      '/payload/_audit/chain',
    ],
    [
      'an event of another server',
      { ...older, payload: { namespace: 'mcp-servers', server: 'ledger' } },
      '/payload/server',
    ],
    [
      'an event of another namespace',
      { ...older, payload: { namespace: 'other', server: 'payments' } },
      '/payload/namespace',
    ],
    ['an event of no server', { ...older, payload: { namespace: 'mcp-servers' } }, '/payload/server'],
    ['an event that is no object', { ...older, payload: 'text' }, '/payload/namespace'],
  ])('does not speak for %s', (_, event, pointer) => {
    expect(rejectionOf(accept, event)).toMatchObject({ code: 'source_not_allowed', pointer })
  })

  test('does not speak for another server from within a chain of its own', () => {
    const { chain, ...head } = JSON.parse(chainOf().start().payload)._audit
    const payload = { _audit: { ...head, chain }, namespace: 'mcp-servers', server: 'ledger' }
    const event = { timestamp: receivedAt, source: 'gateway', event_type: 'mcp.chain.start', payload }
    expect(rejectionOf(accept, event)).toMatchObject({
      code: 'source_not_allowed',
      pointer: '/payload/server',
    })
  })

  test('is not asked of an API key: whose chain it is shows in key_id', () => {
    expect(entryOf(acceptWith(), chained('mcp-servers/victim/pod-1')).headers['key_id']).toBe('key-1')
  })
})

describe('what cannot be written again', () => {
  const disclosing = (value: string): string =>
    `${JSON.stringify(older).slice(0, -1)},"disclosures":[{"pointer":"/a","salt":"s","value":${value}}]}`

  test.each<[string, string, string]>([
    ['nested without end', disclosing('['.repeat(200_000) + ']'.repeat(200_000)), 'invalid_fields'],
    ['numbers that grow', disclosing(`[${Array(150_000).fill('1e20').join(',')}]`), 'too_large'],
  ])('%s is rejected, and nothing falls over', (_, event, code) => {
    expect(rejectionOf(acceptWith(), event)).toMatchObject({ code })
  })
})

test('an event has at most as many bytes as are configured', () => {
  expect(rejectionOf(acceptWith({}, { eventBytesMax: 64 }), older)).toMatchObject({ code: 'too_large' })
})
