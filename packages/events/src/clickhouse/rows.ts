import type { Decoded } from '../codec.ts'
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

/** An event that is about to be stored. */
export interface EventRow {
  readonly decoded: Decoded
  readonly id: string
  readonly place: LogPlace
  readonly timestampMs: number
  readonly timestampReplaced: boolean
  readonly receivedAtMs: number
  /** Who handed it in. */
  readonly keyId: string
  readonly chainNote: ChainNote
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
  'chain_note',
  'received_at_ms',
  'timestamp_replaced',
  'key_id',
  'log_topic',
  'log_partition',
  'log_offset',
  'fence_epoch',
  'fence_owner',
] as const

/** One line of JSONCompactEachRow. */
export const encodeRow = (row: EventRow, fence: Fence): string => {
  const { decoded, place } = row
  const { envelope, members, audit } = decoded
  const values: (string | number | boolean)[] = [
    row.timestampMs,
    envelope.trace_id ?? '',
    envelope.source,
    envelope.event_type,
    envelope.payload,
  ]
  for (const [name, source] of fromPayload) values.push(memberOf(members[name], source))
  values.push(
    row.id,
    audit?.chain ?? '',
    audit?.seq ?? 0,
    row.chainNote,
    row.receivedAtMs,
    row.timestampReplaced,
    row.keyId,
    place.topic,
    place.partition,
    place.offset,
    fence.epoch,
    fence.owner,
  )
  return JSON.stringify(values)
}

const statusMax = 65_535

const memberOf = (value: unknown, source: ColumnSource): string | number => {
  if (source === 'label' || source === 'text') return typeof value === 'string' ? value : ''
  const number = typeof value === 'number' && Number.isFinite(value) ? value : 0
  return source === 'number' ? number : Math.min(Math.max(Math.trunc(number), 0), statusMax)
}
