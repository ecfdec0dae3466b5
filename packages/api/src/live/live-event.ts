import { decodeEnvelope, eventTime, isUuid, type LogRecord, logHeaders } from '@mcp-sentinel/events'
import {
  type FilterColumn,
  filterColumns,
  type LogPlace,
  type StoredEvent,
} from '@mcp-sentinel/events/clickhouse'

/** An event on its way, as the store will tell it, and what it is filtered by. */
export interface LiveEvent {
  readonly event: StoredEvent
  readonly columns: Readonly<Record<FilterColumn, string>>
  readonly place: LogPlace
}

/** Undefined for what the store will not take either. */
export const liveEventOf = (record: LogRecord): LiveEvent | undefined => {
  const decoding = decodeEnvelope(record.value)
  if (!decoding.ok) return undefined
  const { envelope, audit } = decoding.decoded
  const { headers, receivedAtMs, partition, offset } = record
  const { source, event_type, trace_id = '', payload } = envelope
  const members = membersOf(payload)
  const columns = Object.fromEntries(
    filterColumns.map((column) => [column, textOf(members[column])]),
  ) as Record<FilterColumn, string>
  Object.assign(columns, { source, event_type, trace_id })
  const { rpc_method, decision_id, ...told } = columns
  const givenId = headers[logHeaders.eventId] ?? ''
  return {
    columns,
    place: { partition, offset },
    event: {
      ...told,
      timestamp: rfc3339(eventTime(envelope.timestamp, receivedAtMs).ms),
      id: audit?.id ?? (isUuid(givenId) ? givenId : ''),
      chain: audit?.chain ?? '',
      seq: audit?.seq ?? 0,
      chain_note: '',
      received_at: rfc3339(receivedAtMs),
      key_id: headers[logHeaders.keyId] ?? '',
      payload,
    },
  }
}

const rfc3339 = (ms: number): string => new Date(ms).toISOString()

/** Ingest and the codec have seen to it that it is JSON. */
const membersOf = (payload: string): Readonly<Record<string, unknown>> => {
  const value: unknown = JSON.parse(payload)
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')
