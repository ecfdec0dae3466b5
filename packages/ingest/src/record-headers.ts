import type { LogEntry, TraceContext } from '@mcp-sentinel/events'

/**
 * What travels beside an event in the log. The event itself is what its producer wrote; these are what ingest knows
 * of how it came.
 */
export const recordHeaders = {
  /** When it was received: RFC 3339 with milliseconds, UTC. */
  receivedAt: 'received_at',
  /** Who has proven to send it; empty for nobody. Tells a stranger's events on a chain from those of its producer. */
  keyId: 'key_id',
  /** W3C trace context: the event's own, else that of the request that brought it. */
  traceparent: 'traceparent',
  tracestate: 'tracestate',
  baggage: 'baggage',
  /** A UUIDv7, for an event that brings no id of its own because it is not part of a chain. */
  eventId: 'event_id',
  /** `true` where the event's outer `timestamp` is the time of receipt, and not what its producer wrote. */
  timestampReplaced: 'timestamp_replaced',
} as const

const traceparentPattern = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/
/** What is longer goes no further: the headers of an entry share 16 KiB. */
const tracestatePattern = /^[\x20-\x7e]{1,512}$/
const baggagePattern = /^[\x20-\x7e]{1,8192}$/

/** The trace context that something brings; undefined where it brings none that can be read. */
export const readableTrace = (given: TraceContext): LogEntry['headers'] | undefined => {
  const { traceparent, tracestate, baggage } = given
  if (traceparent === undefined || !traceparentPattern.test(traceparent)) return undefined
  return {
    traceparent,
    ...(tracestate !== undefined && tracestatePattern.test(tracestate) ? { tracestate } : {}),
    ...(baggage !== undefined && baggagePattern.test(baggage) ? { baggage } : {}),
  }
}

export const traceIdOf = ({ traceparent }: LogEntry['headers']): string | undefined =>
  traceparent?.slice(3, 35)
