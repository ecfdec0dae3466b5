import type { ClickHouse } from '../client.ts'
import { conditionsOf, type EventFilter } from './filter.ts'
import { bounded, questionLimits } from './limits.ts'
import { rfc3339 } from './times.ts'

/** An event as it is told; empty columns are left out by who tells it. */
export interface StoredEvent {
  readonly timestamp: string
  readonly trace_id: string
  readonly source: string
  readonly event_type: string
  readonly server: string
  readonly namespace: string
  readonly team_id: string
  readonly cluster: string
  readonly human_id: string
  readonly agent_id: string
  readonly session_id: string
  readonly decision: string
  readonly tool_name: string
  readonly reason: string
  readonly id: string
  readonly chain: string
  readonly seq: number
  readonly chain_note: string
  readonly received_at: string
  readonly key_id: string
  /** JSON text, as its producer wrote it. */
  readonly payload: string
}

/** Where a page ends: the order of the table. */
export interface EventCursor {
  readonly timestampMs: number
  readonly partition: number
  readonly offset: number
}

export interface EventPage {
  readonly events: readonly StoredEvent[]
  /** Where the next page begins; undefined when this was the last. */
  readonly next: EventCursor | undefined
}

export interface EventsQuestion {
  readonly filter?: EventFilter | undefined
  readonly limit: number
  readonly before?: EventCursor | undefined
}

/** Rows of a page. */
export const eventsLimitMax = 1_000

interface Row extends Omit<StoredEvent, 'timestamp' | 'received_at' | 'id' | 'seq'> {
  readonly event_id: string
  readonly chain_seq: number
  readonly timestamp_ms: number
  readonly received_ms: number
  readonly at_partition: number
  readonly at_offset: number
}

/**
 * The newest events first. Which rows they are is found by the columns of the order alone; the wide ones are then read
 * of those rows only.
 */
export const newestEvents = async (store: ClickHouse, question: EventsQuestion): Promise<EventPage> => {
  const { filter = {}, before } = question
  const limit = bounded(question.limit, eventsLimitMax)
  const { sql: conditions, parameters } = conditionsOf(filter)
  const order = 'ORDER BY timestamp DESC, log_partition DESC, log_offset DESC'
  const rows = await store.ask<Row>(
    `SELECT
        trace_id, source, event_type, server, namespace, team_id, cluster, human_id, agent_id, session_id, decision,
        tool_name, reason, toString(id) AS event_id, chain, toFloat64(seq) AS chain_seq, chain_note, key_id, payload,
        toFloat64(toUnixTimestamp64Milli(timestamp)) AS timestamp_ms,
        toFloat64(toUnixTimestamp64Milli(received_at)) AS received_ms,
        log_partition AS at_partition, toFloat64(log_offset) AS at_offset
    FROM events
    WHERE (timestamp, log_partition, log_offset) IN (
        SELECT timestamp, log_partition, log_offset FROM events WHERE ${conditions}${before === undefined ? '' : ` AND ${isBefore}`}
        ${order} LIMIT {limit:UInt32}
    ) AND ${conditions}
    ${order} LIMIT {limit:UInt32}`,
    {
      parameters: {
        ...parameters,
        limit: limit + 1,
        ...(before === undefined ? {} : cursorParameters(before)),
      },
      settings: questionLimits,
    },
  )
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return {
    events: page.map(eventOf),
    next:
      rows.length > limit && last !== undefined
        ? { timestampMs: last.timestamp_ms, partition: last.at_partition, offset: last.at_offset }
        : undefined,
  }
}

/** The first condition alone lets the index pass over what is newer. */
const isBefore = `timestamp <= fromUnixTimestamp64Milli({cursorMs:Int64})
  AND (timestamp, log_partition, log_offset) < (fromUnixTimestamp64Milli({cursorMs:Int64}), {cursorPartition:UInt32}, {cursorOffset:UInt64})`

const cursorParameters = ({ timestampMs, partition, offset }: EventCursor) => ({
  cursorMs: timestampMs,
  cursorPartition: partition,
  cursorOffset: offset,
})

const eventOf = (row: Row): StoredEvent => {
  const {
    event_id: id,
    chain_seq: seq,
    timestamp_ms,
    received_ms,
    at_partition: _,
    at_offset: __,
    ...event
  } = row
  return {
    ...event,
    id,
    seq,
    timestamp: rfc3339(timestamp_ms),
    received_at: rfc3339(received_ms),
  }
}
