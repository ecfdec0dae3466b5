import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeEnvelope } from '../codec.ts'
import { aHostilePayload, cellOf, memberColumns } from '../contract-tests/hostile-payloads.ts'
import { readRow } from '../contract-tests/read-row.ts'
import { createRows, type EventRow, type RowSource, sealRow, sourceOf } from './rows.ts'

const nowMs = Date.parse('2026-06-15T12:00:00Z')
const id = '019aa000-0000-7000-8000-00000000abcd'
const rows = createRows('topic')

const eventOf = (payload: string, source: string): Buffer =>
  Buffer.from(`{"source":${JSON.stringify(source)},"payload":${payload} , "event_type":"t" } `)

const rowOf = (payload: string, more: Partial<RowSource> = {}, source = 's'): EventRow => {
  const decoding = decodeEnvelope(eventOf(payload, source))
  if (!decoding.ok) throw new Error(decoding.rejection.message)
  return rows.rowOf({
    decoded: decoding.decoded,
    id,
    place: { partition: 1, offset: 2 },
    timestampMs: nowMs,
    timestampReplaced: true,
    receivedAtMs: nowMs,
    keyId: '"key"',
    ...more,
  })
}

test('a column holds the member of its name, whichever way that is written', () => {
  fc.assert(
    fc.property(aHostilePayload, (payload) => {
      const members = JSON.parse(payload)
      const row = rowOf(payload)
      const cells = readRow(row)
      for (const name of memberColumns)
        expect([name, cells[name]]).toEqual([name, cellOf(name, members[name])])
      expect(cells['payload']).toBe(payload.toWellFormed())
      expect(row.decisionId.toWellFormed()).toBe(cellOf('decision_id', members['decision_id']))
      rows.release(row)
    }),
    { numRuns: 300 },
  )
})

test('the other columns hold what is known beside the payload', () => {
  const place = { partition: 4_294_967_295, offset: Number.MAX_SAFE_INTEGER }
  const row = {
    ...rowOf('[1]', { place, keyId: 'k'.repeat(200) }, 'a "source" é'),
    chainNote: 'conflict' as const,
  }
  sealRow(row, { epoch: 2 ** 40 + 3, owner: id })
  expect(readRow(row)).toMatchObject({
    timestamp_ms: nowMs,
    trace_id: '',
    source: 'a "source" é',
    event_type: 't',
    payload: '[1]',
    id,
    chain: '',
    seq: 0,
    received_at_ms: nowMs,
    timestamp_replaced: true,
    key_id: 'k'.repeat(200),
    log_topic: 'topic',
    log_partition: place.partition,
    log_offset: place.offset,
    chain_note: 2,
    fence_epoch: 2 ** 40 + 3,
    fence_owner: id,
  })
})

test('rows that wait keep their bytes, and those of their events, while others come and go', () => {
  const big = (size: number): string => `{"tool_name":"${'x'.repeat(size)}"}`
  const waiting: { row: EventRow; payload: string }[] = []
  fc.assert(
    fc.property(fc.nat(300_000), fc.nat(20), (size, leave) => {
      const payload = big(size)
      waiting.push({ row: rowOf(payload, {}, `s${payload.length}`), payload })
      while (waiting.length > leave) rows.release((waiting.shift() as { row: EventRow }).row)
      for (const one of waiting) {
        expect(readRow(one.row)['payload'] === one.payload).toBe(true)
        expect(Buffer.from(sourceOf(one.row)).equals(eventOf(one.payload, `s${one.payload.length}`))).toBe(
          true,
        )
      }
    }),
    { numRuns: 60 },
  )
})

test('an event of the largest size has a row', () => {
  const payload = `{"tool_name":"${'x'.repeat(1024 * 1024 - 200)}"}`
  expect(readRow(rowOf(payload))['tool_name']).toHaveLength(1024 * 1024 - 200)
})
