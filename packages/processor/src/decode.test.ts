import { createChain, createIds, encodeEnvelope, isUuid, type LogRecord } from '@mcp-sentinel/events'
import { createRows, type EventRow } from '@mcp-sentinel/events/clickhouse'
import { describe, expect, it } from 'vitest'
import { createDecode } from './decode.ts'

const now = Date.parse('2026-06-15T12:00:00.000Z')
const day = 24 * 3_600_000
const plain = { source: 's', event_type: 't', timestamp: '2026-06-15T11:00:00.000Z', payload: '{"a":1}' }

const recordOf = (changes: Partial<LogRecord> = {}): LogRecord => ({
  partition: 3,
  offset: 17,
  key: '',
  headers: {},
  receivedAtMs: now,
  value: encodeEnvelope(plain),
  ...changes,
})
const eventOf = (changes: Partial<LogRecord> = {}) => {
  const decoded = decodeRecord(recordOf(changes), now)
  if (decoded.kind === 'dead') throw new Error(decoded.death.detail)
  return { ...decoded.row, ...timeIn(decoded.row) }
}
const decodeRecord = createDecode({ topic: 'mcp.events', rows: createRows('mcp.events') })

/** Of a row's bytes: what they say of its time stands behind its note and its fence, and behind its receipt. */
const timeIn = ({ slab, start }: EventRow) => ({
  timestampMs: Number(slab.view.getBigInt64(start + 25, true)),
  isReplaced: slab.bytes[start + 41] === 1,
})

describe('the id of an event', () => {
  it('is its producer’s', () => {
    const ids = createIds(() => now)
    const chain = createChain({ producer: 'a/b/c', source: 'gateway', clock: () => now, ids })
    const start = chain.start()
    const event = eventOf({ value: encodeEnvelope(start), headers: { event_id: ids() } })
    expect(event.id).toBe(JSON.parse(start.payload)._audit.id)
  })

  it('is ingest’s where the producer gave none', () => {
    const id = createIds(() => now)()
    expect(eventOf({ headers: { event_id: id } }).id).toBe(id)
  })

  it('else follows from its bytes and its place', () => {
    const { id } = eventOf({ headers: { event_id: 'no id' } })
    expect(isUuid(id)).toBe(true)
    expect(eventOf().id).toBe(id)
    expect(eventOf({ offset: 18 }).id).not.toBe(id)
    expect(eventOf({ partition: 4 }).id).not.toBe(id)
    expect(eventOf({ value: encodeEnvelope({ ...plain, payload: '{"a":2}' }) }).id).not.toBe(id)
  })
})

describe('the receipt of an event', () => {
  const at = (ms: number): string => new Date(ms).toISOString()
  it.each([
    ['ingest’s', { headers: { received_at: at(now - 3 * day) } }, now - 3 * day],
    ['the log’s where ingest said none', { receivedAtMs: now - day }, now - day],
    [
      'the log’s where ingest’s is none',
      { headers: { received_at: 'then' }, receivedAtMs: now - day },
      now - day,
    ],
    [
      'the log’s where ingest’s is too old',
      { headers: { received_at: at(0) }, receivedAtMs: now - day },
      now - day,
    ],
    ['now where neither can be', { headers: { received_at: at(0) }, receivedAtMs: 0 }, now],
    ['now where it lies ahead', { headers: { received_at: at(now + day) }, receivedAtMs: now + day }, now],
  ])('is %s', (_, changes, expected) => expect(eventOf(changes).receivedAtMs).toBe(expected))
})

describe('the time of an event', () => {
  it.each([
    ['a week before its receipt', now - 7 * day, false],
    ['more than a week before', now - 7 * day - 1, true],
    ['five minutes ahead', now + 300_000, false],
    ['more than five minutes ahead', now + 300_001, true],
  ])('%s', (_, ms, replaced) => {
    const value = encodeEnvelope({ ...plain, timestamp: new Date(ms).toISOString() })
    const { timestampMs, isReplaced } = eventOf({ value })
    expect([timestampMs, isReplaced]).toEqual([replaced ? now : ms, replaced])
  })

  it('is told as replaced where ingest had replaced it', () => {
    expect(eventOf({ headers: { timestamp_replaced: 'true' } }).isReplaced).toBe(true)
  })
})

it('says why a record is no event, and where', () => {
  const decoded = decodeRecord(recordOf({ value: Buffer.from('{"source":"s"}') }), now)
  expect(decoded).toMatchObject({
    kind: 'dead',
    death: { reason: 'missing_fields', detail: '/event_type is missing or empty' },
  })
})

it('keeps what the log said of each record, though most say the same', () => {
  const headers = { received_at: new Date(now).toISOString(), key_id: 'a' }
  const others = [headers, { ...headers }, { ...headers, key_id: 'b' }, { key_id: 'b' }, {}, headers]
  const decoded = others.map((one) => decodeRecord(recordOf({ headers: one, key: 'k' }), now).record)
  expect(decoded.map((one) => [one.key, one.headers])).toEqual(others.map((one) => ['k', one]))
})
