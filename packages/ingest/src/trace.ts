import type { LogEntry, TraceContext } from '@mcp-sentinel/events'

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
