import type { Endpoints, ResponseOf } from '@mcp-sentinel/contract'
import type { StoredEvent } from '@mcp-sentinel/events/clickhouse'

export type ToldEvent = ResponseOf<Endpoints['analytics']['events']>['events'][number]

/** An event as it is answered: without what is empty. */
export const toldEvent = ({ payload, seq, ...columns }: StoredEvent): ToldEvent => {
  const { source, event_type, timestamp, id, received_at } = columns
  const filled = Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== ''))
  return {
    ...filled,
    timestamp,
    source,
    event_type,
    id,
    received_at,
    ...(seq === 0 ? {} : { seq }),
    payload: payloadOf(payload),
  }
}

/** The store takes what is no JSON, too. */
const payloadOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
