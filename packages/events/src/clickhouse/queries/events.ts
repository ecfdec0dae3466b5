import type { ClickHouse } from '../client.ts'
import { conditionsOf, type EventFilter } from './filter.ts'
import { bounded, questionLimits } from './limits.ts'

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

export interface Row extends Omit<StoredEvent, 'seq'> {
  readonly seq: number | string
  readonly log_partition: number
  readonly log_offset: number | string
}

/**
 * The newest events first. What many events have in common is soonest found among the newest, and what few have, by the
 * indexes over all of them; which it is, only looking can tell. So it looks back a little, then as far as should fill
 * the page, and where that is too far, or there was nothing, over all of time.
 */
export const newestEvents = async (store: ClickHouse, question: EventsQuestion): Promise<EventPage> => {
  const { filter = {} } = question
  const limit = bounded(question.limit, eventsLimitMax)
  const rows: Row[] = []
  let before = question.before
  let windowMs = idColumns.some((column) => filter[column] !== undefined) ? undefined : firstWindowMs
  for (;;) {
    const missing = limit + 1 - rows.length
    const found = await eventsWithin(store, { filter, before, limit: missing }, windowMs)
    rows.push(...found)
    if (windowMs === undefined || found.length === missing) break
    windowMs = widened(windowMs, found.length, missing - found.length)
    const last = found.at(-1)
    if (last !== undefined) before = cursorOf(last)
  }
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return {
    events: page.map(eventOf),
    next: rows.length > limit && last !== undefined ? cursorOf(last) : undefined,
  }
}

/** Of these there are few events each, and an index knows where. */
const idColumns = ['id', 'trace_id', 'session_id', 'decision_id'] as const

const firstWindowMs = 3_600_000
const widestWindowMs = 14 * 24 * 3_600_000

/** What should hold the missing rows, twice over, by what was found; undefined for all of time. */
const widened = (windowMs: number, found: number, missing: number): number | undefined => {
  const widerMs = Math.ceil((windowMs * 2 * missing) / found)
  return widerMs > widestWindowMs ? undefined : widerMs
}

const cursorOf = ({ timestamp, log_partition, log_offset }: Row): EventCursor => ({
  timestampMs: Date.parse(timestamp),
  partition: log_partition,
  offset: Number(log_offset),
})

export const newestFirst = 'ORDER BY timestamp DESC, log_partition DESC, log_offset DESC'

/** Of a row, as they are: only so does the engine leave them unread until it knows which rows it is about. */
export const storedColumns = `timestamp, trace_id, source, event_type, server, namespace, team_id, cluster, human_id,
  agent_id, session_id, decision, tool_name, reason, id, chain, seq, chain_note, received_at, key_id, payload,
  log_partition, log_offset`

const eventsWithin = (
  store: ClickHouse,
  { filter = {}, before, limit }: EventsQuestion,
  windowMs: number | undefined,
): Promise<readonly Row[]> => {
  const { sql, parameters } = conditionsOf(filter)
  const endMs = before?.timestampMs ?? filter.toMs
  const end = endMs === undefined ? newest : "fromUnixTimestamp64Milli({endMs:Int64}, 'UTC')"
  const conditions = [sql]
  if (before !== undefined) conditions.push(isBefore)
  if (windowMs !== undefined)
    conditions.push(`timestamp >= ${end} - toIntervalMillisecond({windowMs:UInt64})`)
  return store.ask<Row>(
    `SELECT ${storedColumns} FROM events WHERE ${conditions.join(' AND ')}
    ${newestFirst} LIMIT {limit:UInt32}`,
    {
      parameters: {
        ...parameters,
        limit,
        ...(before && cursorParameters(before)),
        ...(windowMs !== undefined && { windowMs }),
        ...(endMs !== undefined && { endMs }),
      },
      settings: { ...questionLimits, date_time_output_format: 'iso' },
    },
  )
}

const newest = `(SELECT timestamp FROM events ${newestFirst} LIMIT 1)`

/** The first condition alone lets the index pass over what is newer. */
const isBefore = `timestamp <= fromUnixTimestamp64Milli({cursorMs:Int64})
  AND (timestamp, log_partition, log_offset) < (fromUnixTimestamp64Milli({cursorMs:Int64}), {cursorPartition:UInt32}, {cursorOffset:UInt64})`

const cursorParameters = ({ timestampMs, partition, offset }: EventCursor) => ({
  cursorMs: timestampMs,
  cursorPartition: partition,
  cursorOffset: offset,
})

export const eventOf = ({ log_partition, log_offset, ...row }: Row): StoredEvent => ({
  ...row,
  seq: Number(row.seq),
})
