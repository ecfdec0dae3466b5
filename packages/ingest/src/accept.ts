import {
  type Decoded,
  decodeEnvelope,
  type Envelope,
  encodeEnvelope,
  eventTime,
  type LogEntry,
  logHeaders,
  type RejectionCode,
  eventBytesMax as readableBytesMax,
  redact,
} from '@mcp-sentinel/events'
import type { Principal } from '@mcp-sentinel/identity'
import { strayAt } from './binding.ts'
import { readableTrace, traceIdOf } from './trace.ts'

/** Why an event was not taken. */
export interface EventRejection {
  readonly code: RejectionCode | 'source_not_allowed'
  /** Where in the event. */
  readonly pointer: string
  readonly message: string
}

/** What is known of a request, and so of every event in it. */
export interface Reception {
  readonly receivedAtMs: number
  /** The same, as RFC 3339. */
  readonly receivedAt: string
  readonly principal: Principal
  /** Names the principal, within a bound. */
  readonly keyId: string
  /** Of the request. */
  readonly trace: LogEntry['headers']
}

export type Acceptance =
  | { readonly ok: true; readonly entry: LogEntry }
  | { readonly ok: false; readonly rejection: EventRejection }

export interface AcceptOptions {
  /** JSON Pointers into payloads that no chain authenticates. */
  readonly redactPointers: readonly string[]
  readonly ids: () => string
  readonly eventBytesMax: number
}

/** Namespaces and servers have short names; what is longer orders nothing. */
const keyPartCharsMax = 256

/** From the bytes of an event to what goes into the log. Made once a request, for all of its events. */
export const createAccept = ({ redactPointers, ids, eventBytesMax }: AcceptOptions, reception: Reception) => {
  const { receivedAtMs, receivedAt, principal, keyId, trace } = reception
  const received = { [logHeaders.receivedAt]: receivedAt, [logHeaders.keyId]: keyId }
  const shared: LogEntry['headers'] = { ...received, ...trace }
  const binding = principal.kind === 'server' ? principal.binding : undefined

  const payloadOf = ({ envelope, audit }: Decoded): string =>
    audit === undefined && redactPointers.length > 0
      ? JSON.stringify(redact(JSON.parse(envelope.payload), redactPointers))
      : envelope.payload

  const headersOf = ({ audit }: Decoded, own: LogEntry['headers'] | undefined, isTimely: boolean) => {
    // Nearly all events of a request have the same.
    if (audit !== undefined && own === undefined && isTimely) return shared
    return {
      ...received,
      ...(own ?? trace),
      ...(audit === undefined ? { [logHeaders.eventId]: ids() } : {}),
      ...(isTimely ? {} : { [logHeaders.timestampReplaced]: 'true' }),
    }
  }

  /** The very bytes that were given, where nothing of them is left out, filled in or replaced. */
  const bytesOf = (bytes: Uint8Array, { envelope, isBare }: Decoded, changed: Envelope): Uint8Array => {
    const isSame =
      isBare &&
      changed.timestamp === envelope.timestamp &&
      changed.trace_id === envelope.trace_id &&
      changed.payload === envelope.payload
    // Whoever reads disclosures writes them again: what is nested too deeply for that must not get in.
    return isSame && envelope.disclosures === undefined ? bytes : encodeEnvelope(changed)
  }

  const entryOf = (bytes: Uint8Array, decoded: Decoded): LogEntry => {
    const { envelope, audit } = decoded
    const own = envelope.traceparent === undefined ? undefined : readableTrace(envelope)
    const isTimely = isBelieved(envelope.timestamp, receivedAtMs)
    const value = bytesOf(bytes, decoded, {
      ...envelope,
      timestamp: isTimely ? envelope.timestamp : receivedAt,
      trace_id: envelope.trace_id || traceIdOf(own ?? trace),
      payload: payloadOf(decoded),
    })
    const headers = headersOf(decoded, own, isTimely)
    return { key: audit?.chain ?? keyOf(decoded), value, headers, receivedAtMs }
  }

  const tooLarge = rejected('too_large', '', `an event has at most ${eventBytesMax} bytes`)

  return (bytes: Uint8Array): Acceptance => {
    if (bytes.length > eventBytesMax) return tooLarge
    const decoding = decodeEnvelope(bytes)
    if (!decoding.ok) return decoding
    const { decoded } = decoding
    const stray = binding && strayAt(binding, decoded)
    if (stray !== undefined)
      return rejected('source_not_allowed', stray, 'is not of the server that this token speaks for')
    try {
      const entry = entryOf(bytes, decoded)
      // Its outer members are written anew, and may have grown: nobody could read it out of the log.
      return entry.value.length > readableBytesMax ? tooLarge : { ok: true, entry }
    } catch (error) {
      // JSON is read to any depth and written to less.
      if (error instanceof RangeError) return rejected('invalid_fields', '', 'is nested too deeply')
      throw error
    }
  }
}

const rejected = (code: EventRejection['code'], pointer: string, message: string): Acceptance => ({
  ok: false,
  rejection: { code, pointer, message },
})

const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/

/** Whether the time that a producer wrote can be read by anybody, and believed. */
const isBelieved = (timestamp: string, receivedAtMs: number): boolean =>
  instant.test(timestamp) && !eventTime(timestamp, receivedAtMs).replaced

/** Events of one server keep their order, as those of one chain do. */
const keyOf = ({ envelope, member }: Decoded): string => {
  const [namespace, server] = [keyPartOf(member('namespace')), keyPartOf(member('server'))]
  return namespace && server ? `${namespace}/${server}` : envelope.source
}

const keyPartOf = (text: string | undefined): string | undefined => {
  const part: unknown = text && JSON.parse(text)
  return typeof part === 'string' && part.length <= keyPartCharsMax ? part : undefined
}
