import { encodeEnvelope } from '../codec.ts'
import type { Envelope } from '../envelope.ts'

/**
 * The same as `encodeEnvelope`, for what a chain makes: no disclosures, and little in its few texts that JSON would
 * write otherwise. A record waits for this, and `JSON.stringify` takes several times as long over so few.
 */
export const encodeEvent = (envelope: Envelope): Buffer => {
  const { timestamp, trace_id, source, event_type, traceparent, tracestate, baggage, payload } = envelope
  if (envelope.disclosures !== undefined) return encodeEnvelope(envelope)
  const members = `"timestamp":${quoted(timestamp)}${member(',"trace_id":', trace_id)},"source":${quoted(source)},"event_type":${quoted(event_type)}`
  const trace = `${member(',"traceparent":', traceparent)}${member(',"tracestate":', tracestate)}${member(',"baggage":', baggage)}`
  return Buffer.from(`{${members}${trace},"payload":${payload}}`)
}

const member = (name: string, value: string | undefined): string =>
  value === undefined ? '' : `${name}${quoted(value)}`

const quoted = (text: string): string => (plain.test(text) ? `"${text}"` : JSON.stringify(text))

/** Printable ASCII without quote and backslash. */
const plain = /^[ !#-[\]-~]*$/
