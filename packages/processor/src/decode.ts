import { hash } from 'node:crypto'
import {
  type Decoded,
  decodeEnvelope,
  eventTime,
  isUuid,
  type LogRecord,
  logHeaders,
} from '@mcp-sentinel/events'
import type { EventRow, Rows } from '@mcp-sentinel/events/clickhouse'

/** Why a record is set aside. Public: reasons are added, never changed. */
export const deadReasons = [
  'too_large',
  'invalid_utf8',
  'invalid_json',
  'missing_fields',
  'invalid_fields',
  /** The number in its chain is so far ahead that believing it would silence the chain's own producer. */
  'seq_jump',
  /** The store does not take it. */
  'store_rejected',
] as const
export type DeadReason = (typeof deadReasons)[number]

export interface Death {
  readonly reason: DeadReason
  readonly detail: string
}

/** A record of the log whose bytes are with the row that was made of them: what was read can be let go. */
export type ReadRecord = Omit<LogRecord, 'value'>

export type Record =
  | { readonly kind: 'event'; readonly record: ReadRecord; readonly row: EventRow }
  | { readonly kind: 'dead'; readonly record: LogRecord; readonly death: Death }

export interface DecodeOptions {
  readonly topic: string
  readonly rows: Rows
}

/** From what the log holds to what the store takes. */
export const createDecode = ({ topic, rows }: DecodeOptions) => {
  let last: Pick<LogRecord, 'key' | 'headers'> = { key: '', headers: {} }

  return (record: LogRecord, nowMs: number): Record => {
    const decoding = decodeEnvelope(record.value)
    if (!decoding.ok) {
      const { code, pointer, message } = decoding.rejection
      return { kind: 'dead', record, death: { reason: code, detail: `${pointer} ${message}`.trim() } }
    }
    const { partition, offset } = record
    // Events that came in one request have the same, and thousands wait: they wait with one.
    if (record.key !== last.key || !areSame(record.headers, last.headers))
      last = { key: record.key, headers: record.headers }
    const { key, headers } = last
    const read: ReadRecord = { partition, offset, key, headers, receivedAtMs: record.receivedAtMs }
    const decoded = withTrace(decoding.decoded, headers)
    const receivedAtMs = receiptOf(record, nowMs)
    const { ms, replaced } = eventTime(decoded.envelope.timestamp, receivedAtMs)
    const row = rows.rowOf({
      decoded,
      id: decoded.audit?.id ?? givenId(headers[logHeaders.eventId]) ?? idOf(record, topic),
      place: read,
      timestampMs: ms,
      timestampReplaced: replaced || headers[logHeaders.timestampReplaced] === 'true',
      receivedAtMs,
      keyId: headers[logHeaders.keyId] ?? '',
    })
    return { kind: 'event', record: read, row }
  }
}

const areSame = (some: LogRecord['headers'], others: LogRecord['headers']): boolean => {
  let names = 0
  for (const name in some) {
    if (some[name] !== others[name]) return false
    names++
  }
  for (const _ in others) names--
  return names === 0
}

/** An event that names no trace is part of the one in which it was handed in. */
const withTrace = (decoded: Decoded, { traceparent, tracestate, baggage }: LogRecord['headers']): Decoded =>
  traceparent === undefined || decoded.envelope.traceparent !== undefined
    ? decoded
    : { ...decoded, envelope: { ...decoded.envelope, traceparent, tracestate, baggage } }

/** How old a receipt may be. The store keeps events by it, and a year is more than any log keeps. */
const receiptAgeMsMax = 365 * 24 * 3_600_000
const receiptLeadMsMax = 3_600_000

/** When it came in: as ingest says, else as the log says, which for a record from elsewhere may be anything. */
const receiptOf = ({ headers, receivedAtMs }: LogRecord, nowMs: number): number => {
  const isLikely = (ms: number): boolean => ms >= nowMs - receiptAgeMsMax && ms <= nowMs + receiptLeadMsMax
  const said = Date.parse(headers[logHeaders.receivedAt] ?? '')
  return [said, receivedAtMs].find(isLikely) ?? nowMs
}

const givenId = (id: string | undefined): string | undefined =>
  id !== undefined && isUuid(id) ? id : undefined

/** For events that older producers put into the log themselves: the same for the same bytes at the same place. */
const idOf = ({ partition, offset, value }: LogRecord, topic: string): string => {
  const hex = hash('sha256', `${topic}/${partition}/${offset}/${hash('sha256', value, 'hex')}`, 'hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
