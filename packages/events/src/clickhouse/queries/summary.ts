import type { ClickHouse } from '../client.ts'
import { questionLimits } from './limits.ts'

export interface Summary {
  readonly total_events: number
  /** Servers of which there is any event. */
  readonly active_servers: number
  readonly latest_source: string
  readonly last_event_type: string
  /** RFC 3339; empty while there is no event. */
  readonly last_event_time: string
}

interface Row {
  readonly total: number
  readonly servers: number
  readonly source: string
  readonly type: string
  readonly at: number
}

/** What a dashboard opens with. */
export const summary = async (store: ClickHouse): Promise<Summary> => {
  const [row] = await store.ask<Row>(
    `SELECT
        (SELECT toFloat64(count()) FROM events) AS total,
        (SELECT toFloat64(count()) FROM (SELECT namespace, server FROM events WHERE server != '' GROUP BY namespace, server)) AS servers,
        (SELECT (source, event_type, toFloat64(toUnixTimestamp64Milli(timestamp))) FROM events
            ORDER BY timestamp DESC, log_partition DESC, log_offset DESC LIMIT 1) AS newest,
        newest.1 AS source, newest.2 AS type, newest.3 AS at`,
    { settings: questionLimits },
  )
  const { total = 0, servers = 0, source, type, at } = row ?? {}
  return {
    total_events: total,
    active_servers: servers,
    latest_source: source ?? '',
    last_event_type: type ?? '',
    last_event_time: at ? new Date(at).toISOString() : '',
  }
}

export interface Counted {
  readonly name: string
  readonly count: number
}

/** How many events there are of each source, or of each type; the most frequent first. */
export const countBy = (store: ClickHouse, column: 'source' | 'event_type'): Promise<readonly Counted[]> =>
  store.ask<Counted>(
    `SELECT ${column} AS name, toFloat64(count()) AS count FROM events GROUP BY ${column} ORDER BY count DESC, name LIMIT 1000`,
    { settings: questionLimits },
  )
