import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeEnvelope } from '../codec.ts'
import { type ColumnName, columns } from './columns.ts'
import { intakeColumns, rowOf } from './rows.ts'

const nowMs = Date.parse('2026-06-15T12:00:00Z')
const statusMax = 65_535

const cellsOf = (payload: string, source = 's'): Readonly<Record<string, unknown>> => {
  const decoding = decodeEnvelope(
    Buffer.from(`{"source":${JSON.stringify(source)},"event_type":"t","payload":${payload}}`),
  )
  if (!decoding.ok) throw new Error(decoding.rejection.message)
  const { cells } = rowOf({
    decoded: decoding.decoded,
    id: 'id',
    place: { topic: 'topic', partition: 1, offset: 2 },
    timestampMs: nowMs,
    timestampReplaced: true,
    receivedAtMs: nowMs,
    keyId: '"key"',
  })
  const values: unknown[] = JSON.parse(`[${cells}]`)
  return Object.fromEntries(values.map((value, index) => [intakeColumns[index] ?? index, value]))
}

/** What a column holds by the parsed member of its name. */
const cellOf = (name: ColumnName, value: unknown): unknown => {
  if (columns[name] === 'label' || columns[name] === 'text') return typeof value === 'string' ? value : ''
  const number = typeof value === 'number' && Number.isFinite(value) ? value + 0 : 0
  return columns[name] === 'number' ? number : Math.min(Math.max(Math.trunc(number), 0), statusMax) + 0
}

const names = (Object.keys(columns) as ColumnName[]).filter((name) => columns[name] !== 'envelope')
const aMember = fc.oneof(
  fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
  fc.double().map((number) => JSON.stringify(number)),
  fc.json({ maxDepth: 2 }),
  fc.constantFrom(
    '1e400',
    '-0',
    '-1',
    '70000',
    '1.9',
    '"\\u0041\\/"',
    '"\\ud83d\\ude00"',
    'true',
    '[5]',
    '"5"',
  ),
)
const aPayload = fc
  .uniqueArray(fc.tuple(fc.constantFrom('other', ...names), aMember), {
    selector: ([name]) => name,
    maxLength: 12,
  })
  .map((members) => `{ ${members.map(([name, text]) => `"${name}" : ${text}`).join(' , ')} }`)

test('a column holds the member of its name, whichever way that is written', () => {
  fc.assert(
    fc.property(aPayload, (payload) => {
      const members = JSON.parse(payload)
      const cells = cellsOf(payload)
      for (const name of names) expect([name, cells[name]]).toEqual([name, cellOf(name, members[name])])
      expect(cells['payload']).toBe(payload)
    }),
    { numRuns: 300 },
  )
})

test('the other columns hold what is known beside the payload', () => {
  expect(cellsOf('[1]', 'a "source"')).toMatchObject({
    timestamp_ms: nowMs,
    trace_id: '',
    source: 'a "source"',
    event_type: 't',
    payload: '[1]',
    id: 'id',
    chain: '',
    seq: 0,
    received_at_ms: nowMs,
    timestamp_replaced: true,
    key_id: '"key"',
    log_topic: 'topic',
    log_partition: 1,
    log_offset: 2,
  })
})
