import type { Decoded } from '../codec.ts'
import type { Disclosure, TraceContext } from '../envelope.ts'
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

const fromPayload = (Object.entries(columns) as [ColumnName, ColumnSource][]).filter(
  ([, source]) => source !== 'envelope',
)

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
  const { envelope, members, audit } = decoded
  const { traceparent, tracestate, baggage, disclosures = noDisclosures } = envelope
  const { chain, seq } = audit ?? { chain: '', seq: 0 }
  return {
    id,
    decisionId: textOf(members['decision_id']),
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
  const { envelope, members } = source.decoded
  const { topic, partition, offset } = source.place
  const values: (string | number | boolean)[] = [
    source.timestampMs,
    envelope.trace_id ?? '',
    envelope.source,
    envelope.event_type,
    envelope.payload,
  ]
  for (const [name, kind] of fromPayload) values.push(memberOf(members[name], kind))
  values.push(source.id, chain, seq, source.receivedAtMs, source.timestampReplaced, source.keyId)
  values.push(topic, partition, offset)
  return JSON.stringify(values).slice(1, -1)
}

/** One line of JSONCompactEachRow. */
export const encodeRow = ({ cells, chainNote }: EventRow, { epoch, owner }: Fence): string =>
  `[${cells},"${chainNote}",${epoch},"${owner}"]`

const statusMax = 65_535

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

const memberOf = (value: unknown, kind: ColumnSource): string | number => {
  if (kind === 'label' || kind === 'text') return textOf(value)
  const number = typeof value === 'number' && Number.isFinite(value) ? value : 0
  return kind === 'number' ? number : Math.min(Math.max(Math.trunc(number), 0), statusMax)
}
