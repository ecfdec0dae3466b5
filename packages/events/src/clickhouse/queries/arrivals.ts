import type { ClickHouse } from '../client.ts'
import { eventOf, newestFirst, type Row, type StoredEvent, storedColumns } from './events.ts'
import { conditionsOf, type EventFilter } from './filter.ts'
import { questionLimits } from './limits.ts'

/** Of each partition of a log, the offset up to which its events are stored; a partition without any is left out. */
export type LogEnds = ReadonlyMap<number, number>

export const storedEnds = async (store: ClickHouse, topic: string): Promise<LogEnds> => {
  const rows = await store.ask<{ readonly log_partition: number; readonly end: number }>(
    `SELECT log_partition, toFloat64(max(log_offset)) AS end FROM events WHERE log_topic = {topic:String}
    GROUP BY log_topic, log_partition`,
    { parameters: { topic }, settings: questionLimits },
  )
  return new Map(rows.map(({ log_partition, end }) => [log_partition, end]))
}

export interface ArrivalsQuestion {
  readonly topic: string
  /** What was stored when it was asked before; what came since then is meant, up to and with `until`. */
  readonly since: LogEnds
  readonly until: LogEnds
  readonly filter?: EventFilter | undefined
  readonly limit: number
}

export interface Arrivals {
  /** The newest, as many as were asked for, in the order of time. */
  readonly events: readonly StoredEvent[]
  /** How many older ones there are. */
  readonly more: number
}

/** What came between two moments of the log, whatever its timestamps say. */
export const arrivals = async (store: ClickHouse, question: ArrivalsQuestion): Promise<Arrivals> => {
  const { topic, since, until, filter = {}, limit } = question
  const ranges = [...until].flatMap(([partition, end]) => {
    const begin = (since.get(partition) ?? -1) + 1
    return begin > end ? [] : [{ partition, begin, end }]
  })
  if (ranges.length === 0) return { events: [], more: 0 }
  const { sql, parameters } = conditionsOf(filter)
  const among = ranges
    .map(
      (_, at) =>
        `(log_partition = {partition${at}:UInt32} AND log_offset BETWEEN {begin${at}:UInt64} AND {end${at}:UInt64})`,
    )
    .join(' OR ')
  const where = `WHERE log_topic = {topic:String} AND (${among}) AND ${sql}`
  const asking = {
    parameters: {
      ...parameters,
      topic,
      limit: limit + 1,
      ...Object.fromEntries(
        ranges.flatMap(({ partition, begin, end }, at) => [
          [`partition${at}`, partition],
          [`begin${at}`, begin],
          [`end${at}`, end],
        ]),
      ),
    },
    settings: { ...questionLimits, date_time_output_format: 'iso' as const },
  }
  const rows = await store.ask<Row>(
    `SELECT ${storedColumns} FROM events ${where} ${newestFirst} LIMIT {limit:UInt32}`,
    asking,
  )
  const events = rows.slice(0, limit).toReversed().map(eventOf)
  if (rows.length <= limit) return { events, more: 0 }
  const [counted] = await store.ask<{ readonly all: number }>(
    `SELECT toFloat64(count()) AS all FROM events ${where}`,
    asking,
  )
  return { events, more: (counted?.all ?? rows.length) - limit }
}
