import type { Decoded } from '../codec.ts'
import type { Disclosure, TraceContext } from '../envelope.ts'
import { isJsonString, jsonStringOf } from '../json-string.ts'
import { type ColumnName, type ColumnSource, columns } from './columns.ts'

/** Where in the log an event stands: no two have the same. */
export interface LogPlace {
  readonly topic: string
  readonly partition: number
  readonly offset: number
}

/** What is amiss with an event's place in its chain; it is stored all the same. */
export const chainNotes = ['', 'gap', 'conflict'] as const
export type ChainNote = (typeof chainNotes)[number]

/** What a row is made of. */
export interface RowSource {
  readonly decoded: Decoded
  readonly id: string
  readonly place: LogPlace
  readonly timestampMs: number
  readonly timestampReplaced: boolean
  readonly receivedAtMs: number
  /** Who handed it in. */
  readonly keyId: string
}

/** An event that is about to be stored. Thousands wait at a time, so it holds text, and nothing that was parsed. */
export interface EventRow {
  readonly id: string
  readonly decisionId: string
  readonly place: LogPlace
  /** Empty for an event that is part of none. */
  readonly chain: string
  readonly seq: number
  readonly chainNote: ChainNote
  readonly keyId: string
  readonly receivedAtMs: number
  readonly trace: TraceContext
  readonly disclosures: readonly Disclosure[]
  /** The columns that are known of it, as JSON without the brackets. */
  readonly cells: string
}

/** Who writes: rows of a fence that is not in force are refused. */
export interface Fence {
  readonly epoch: number
  readonly owner: string
}

/** In the order in which a payload has its members, which is the order in which they are found at once. */
const fromPayload = (Object.entries(columns) as [ColumnName, ColumnSource][])
  .filter(([, source]) => source !== 'envelope')
  .sort(([a], [b]) => (a < b ? -1 : 1))

/** The columns of the intake, in the order in which `encodeRow` writes them. */
export const intakeColumns = [
  'timestamp_ms',
  'trace_id',
  'source',
  'event_type',
  'payload',
  ...fromPayload.map(([name]) => name),
  'id',
  'chain',
  'seq',
  'received_at_ms',
  'timestamp_replaced',
  'key_id',
  'log_topic',
  'log_partition',
  'log_offset',
  'chain_note',
  'fence_epoch',
  'fence_owner',
] as const

const noDisclosures: readonly Disclosure[] = []

export const rowOf = (source: RowSource): EventRow => {
  const { decoded, id, place, receivedAtMs, keyId } = source
  const { envelope, member, audit } = decoded
  const { traceparent, tracestate, baggage, disclosures = noDisclosures } = envelope
  const { chain, seq } = audit ?? { chain: '', seq: 0 }
  return {
    id,
    decisionId: jsonStringOf(member('decision_id')) ?? '',
    place,
    chain,
    seq,
    chainNote: '',
    keyId,
    receivedAtMs,
    trace: { traceparent, tracestate, baggage },
    disclosures,
    cells: cellsOf(source, chain, seq),
  }
}

const cellsOf = (source: RowSource, chain: string, seq: number): string => {
  const { envelope, member } = source.decoded
  const { topic, partition, offset } = source.place
  const { trace_id = '', source: sender, event_type, payload } = envelope
  const { id, receivedAtMs, timestampReplaced, keyId } = source
  const cells = [inside([source.timestampMs, trace_id, sender, event_type, payload])]
  for (const [name, kind] of fromPayload) cells.push(cellOf(member(name), kind))
  cells.push(inside([id, chain, seq, receivedAtMs, timestampReplaced, keyId, topic, partition, offset]))
  // Joined, it is a text of its own: one put together bit by bit would hold on to all of the event.
  return cells.join(',')
}

/** A list as JSON, without the brackets. */
const inside = (values: readonly (string | number | boolean)[]): string => JSON.stringify(values).slice(1, -1)

/** One line of JSONCompactEachRow. */
export const encodeRow = ({ cells, chainNote }: EventRow, { epoch, owner }: Fence): string =>
  `[${cells},"${chainNote}",${epoch},"${owner}"]`

const statusMax = 65_535

/** Text goes from one JSON into the other as it is written. */
const cellOf = (token: string | undefined, kind: ColumnSource): string => {
  if (kind === 'label' || kind === 'text') return isJsonString(token) ? token : '""'
  const number = token === undefined ? 0 : Number(token)
  if (!Number.isFinite(number)) return '0'
  return String(kind === 'number' ? number : Math.min(Math.max(Math.trunc(number), 0), statusMax))
}
