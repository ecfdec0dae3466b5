import type { Endpoints, ResponseOf } from '@mcp-sentinel/contract'
import type { StoredEvent } from '@mcp-sentinel/events/clickhouse'

export type ToldEvent = ResponseOf<Endpoints['analytics']['events']>['events'][number]

const always = new Set<keyof StoredEvent>(['timestamp', 'source', 'event_type', 'id', 'received_at'])

/** An event as it is answered: without what is empty. By a loop, since a page has a thousand rows of twenty columns. */
export const toldEvent = (event: StoredEvent): ToldEvent => {
  const told: Partial<Record<keyof StoredEvent, unknown>> = {}
  for (const column in event) {
    const name = column as keyof StoredEvent
    const value = event[name]
    if ((value !== '' && value !== 0) || always.has(name)) told[name] = value
  }
  told.payload = payloadOf(event.payload)
  return told as ToldEvent
}

/** The store takes what is no JSON, too. */
const payloadOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
