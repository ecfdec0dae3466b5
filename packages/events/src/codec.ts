import { isAscii, isUtf8 } from 'node:buffer'
import type { AuditHead, Disclosure, Envelope } from './envelope.ts'
import { isUuid } from './ids.ts'
import { isJsonString, jsonStringOf } from './json-string.ts'
import {
  areDistinct,
  createMembers,
  createNames,
  type EventText,
  isSpeltPlainly,
  locate,
  type Members,
  memberCalled,
  NONE,
  tokenAt,
} from './members.ts'
import { placesPerMember, type ScannedEvent, scanEvent } from './scan-event.ts'

/** Bytes of one event. */
export const eventBytesMax = 1024 * 1024
/** Characters of `source` and `event_type`. */
export const labelCharsMax = 256
/** Characters of a chain's name. */
export const chainCharsMax = 512
export const disclosuresMax = 64

export const rejectionCodes = [
  'too_large',
  'invalid_utf8',
  'invalid_json',
  'missing_fields',
  'invalid_fields',
] as const
export type RejectionCode = (typeof rejectionCodes)[number]

/** Why an event is not taken, and where in it. */
export interface Rejection {
  readonly code: RejectionCode
  readonly pointer: string
  readonly message: string
}

export interface Decoded {
  readonly envelope: Envelope
  /** JSON text of the payload's member of that name, where it has one. Nothing in it is checked. */
  readonly member: (name: string) => string | undefined
  /** Where all of them stand, and where the payload begins and ends. */
  readonly payload: Members
  readonly payloadAt: readonly [start: number, end: number]
  /** Undefined for an event without `_audit`, as older producers send. */
  readonly audit: AuditHead | undefined
  /** Are the bytes an envelope, and nothing around it? */
  readonly isBare: boolean
}

export type Decoding =
  | { readonly ok: true; readonly decoded: Decoded }
  | { readonly ok: false; readonly rejection: Rejection }

const reject = (code: RejectionCode, pointer: string, message: string): Decoding => ({
  ok: false,
  rejection: { code, pointer, message },
})

/**
 * The bytes of an event; the payload goes in as the text it is. Nearly all other texts are such as JSON writes them too,
 * and `JSON.stringify` takes several times as long over so few.
 */
export const encodeEnvelope = (envelope: Envelope): Buffer => {
  const { timestamp, trace_id, source, event_type, traceparent, tracestate, baggage, payload } = envelope
  const labels = `"timestamp":${quoted(timestamp)}${textMember('trace_id', trace_id)},"source":${quoted(source)},"event_type":${quoted(event_type)}`
  const trace = `${textMember('traceparent', traceparent)}${textMember('tracestate', tracestate)}${textMember('baggage', baggage)}`
  const { disclosures } = envelope
  const disclosed = disclosures === undefined ? '' : `,"disclosures":${JSON.stringify(disclosures)}`
  return Buffer.from(`{${labels}${trace}${disclosed},"payload":${payload}}`)
}

const textMember = (name: string, value: string | undefined): string =>
  value === undefined ? '' : `,"${name}":${quoted(value)}`

const quoted = (text: string): string => (printable.test(text) ? `"${text}"` : JSON.stringify(text))

/** ASCII without quote and backslash. */
const printable = /^[ !#-[\]-~]*$/

/**
 * Reads an event without touching its payload: the text between the bytes that its producer wrote stays verbatim. Only
 * what routing needs is looked at; whether a payload makes sense is its reader's business.
 */
export const decodeEnvelope = (bytes: Uint8Array): Decoding => {
  if (bytes.length > eventBytesMax)
    return reject('too_large', '', `an event has at most ${eventBytesMax} bytes`)
  const isPlain = isAscii(bytes)
  if (!isPlain && !isUtf8(bytes)) return reject('invalid_utf8', '', 'the event is not UTF-8')
  const scanned = scanEvent(bytes)
  if (scanned === undefined) return reject('invalid_json', '', 'the event is not JSON')
  if (!scanned.isObject) return reject('invalid_fields', '', 'the event is not an object')
  return decodeMembers(scanned, textOf(bytes, isPlain))
}

const textOf = (bytes: Uint8Array, isPlain: boolean): EventText => {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const text = buffer.toString('latin1')
  const slice = isPlain
    ? (start: number, end: number) => text.slice(start, end)
    : (start: number, end: number) => buffer.toString('utf8', start, end)
  return { bytes, slice, hasEscapes: text.includes('\\') }
}

const outerNames = [
  'timestamp',
  'trace_id',
  'source',
  'event_type',
  'traceparent',
  'tracestate',
  'baggage',
  'disclosures',
  'payload',
] as const satisfies readonly (keyof Envelope)[]
type Outer = { -readonly [Name in (typeof outerNames)[number]]?: string }
const labels = ['source', 'event_type'] as const
const texts = ['timestamp', 'trace_id', 'traceparent', 'tracestate', 'baggage'] as const
const lookedFor = createNames(outerNames)
const nowhere = outerNames.map(() => NONE)
const payloadIndex = outerNames.indexOf('payload')

const decodeMembers = (scanned: ScannedEvent, text: EventText): Decoding => {
  const members = createMembers(text, scanned.event)
  const outer: Outer = {}
  const found = nowhere.slice()
  locate(members, lookedFor, found)
  let known = 0
  for (const [index, name] of outerNames.entries()) {
    const member = found[index] as number
    if (member === NONE) continue
    outer[name] = tokenAt(members, member)
    known++
  }
  // Each of these names was found once: where there are no others, none is there twice.
  const isBare = known * placesPerMember === scanned.event.length
  if (!isBare && !areDistinct(members)) return reject('invalid_fields', '', 'a member is given twice')
  const disclosures: unknown = outer.disclosures && JSON.parse(outer.disclosures)
  const fault = outerFault(outer, disclosures)
  if (fault !== undefined) return fault
  if (!isSpeltPlainly(members, found[payloadIndex] as number, 'payload'))
    return reject('invalid_fields', '/payload', 'is not called by its plain name')
  const envelope = envelopeOf(outer, disclosures as Envelope['disclosures'])
  const value = (found[payloadIndex] as number) + 2
  const payloadAt = [scanned.event[value] as number, scanned.event[value + 1] as number] as const
  return decodePayload(envelope, createMembers(text, scanned.payload), payloadAt, isBare)
}

const outerFault = (outer: Outer, disclosures: unknown): Decoding | undefined => {
  for (const name of labels) {
    const label = jsonStringOf(outer[name])
    if (label === undefined || label.trim() === '')
      return reject('missing_fields', `/${name}`, 'is missing or empty')
    if (label.length > labelCharsMax)
      return reject('invalid_fields', `/${name}`, `is longer than ${labelCharsMax} characters`)
  }
  for (const name of texts) {
    if (outer[name] !== undefined && !isJsonString(outer[name]))
      return reject('invalid_fields', `/${name}`, 'is not a string')
  }
  if (outer.payload === undefined || outer.payload === 'null')
    return reject('missing_fields', '/payload', 'is missing or null')
  if (disclosures !== undefined && !areDisclosures(disclosures)) {
    return reject(
      'invalid_fields',
      '/disclosures',
      `is not a list of at most ${disclosuresMax} pointers, salts and values`,
    )
  }
  return undefined
}

/** Only what an envelope is made of: whatever else a sender put around an event goes no further. */
const envelopeOf = (outer: Outer, disclosures: Envelope['disclosures']): Envelope => ({
  timestamp: jsonStringOf(outer.timestamp) ?? '',
  trace_id: jsonStringOf(outer.trace_id),
  source: jsonStringOf(outer.source) ?? '',
  event_type: jsonStringOf(outer.event_type) ?? '',
  traceparent: jsonStringOf(outer.traceparent),
  tracestate: jsonStringOf(outer.tracestate),
  baggage: jsonStringOf(outer.baggage),
  disclosures,
  payload: outer.payload ?? '',
})

const decodePayload = (
  envelope: Envelope,
  payload: Members,
  payloadAt: Decoded['payloadAt'],
  isBare: boolean,
): Decoding => {
  if (!areDistinct(payload)) return reject('invalid_fields', '/payload', 'a member is given twice')
  const head = memberCalled(payload, '_audit')
  const audit: unknown = head === NONE ? undefined : JSON.parse(tokenAt(payload, head))
  const fault = audit === undefined ? undefined : auditFault(audit, envelope)
  const member = (name: string): string | undefined => {
    const found = memberCalled(payload, name)
    return found === NONE ? undefined : tokenAt(payload, found)
  }
  const decoded = { envelope, payload, payloadAt, member, audit: audit as AuditHead | undefined, isBare }
  return fault ?? { ok: true, decoded }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const areDisclosures = (value: unknown): value is readonly Disclosure[] =>
  Array.isArray(value) &&
  value.length <= disclosuresMax &&
  value.every(
    (one) =>
      isObject(one) &&
      typeof one['pointer'] === 'string' &&
      typeof one['salt'] === 'string' &&
      'value' in one,
  )

/** The name of a chain: who produces it, and a UUID for each of its starts. */
const isChain = (value: unknown): boolean =>
  typeof value === 'string' &&
  value.length <= chainCharsMax &&
  isUuid(value.slice(value.lastIndexOf('/') + 1)) &&
  value.lastIndexOf('/') > 0

const digestChars = 64
const isLowerHex = Uint8Array.from({ length: 128 }, (_, code) =>
  /[0-9a-f]/.test(String.fromCharCode(code)) ? 1 : 0,
)

/** Every event has one, and a pattern takes three times as long. */
const isDigest = (text: string): boolean => {
  if (text.length !== digestChars) return false
  for (let at = 0; at < digestChars; at++) if (isLowerHex[text.charCodeAt(at)] !== 1) return false
  return true
}

type HeadRule = readonly [
  name: keyof AuditHead,
  holds: (value: unknown, envelope: Envelope) => boolean,
  message: string,
]

/** What is authenticated must be whole, and must say the same as the envelope around it. */
const headRules: readonly HeadRule[] = [
  ['v', (value) => value === 1, 'is not 1'],
  ['id', (value) => typeof value === 'string' && isUuid(value), 'is not a UUID in lower case'],
  ['chain', (value) => isChain(value), 'is not a producer and a UUID'],
  ['seq', (value) => Number.isSafeInteger(value) && (value as number) > 0, 'is not a positive integer'],
  [
    'prev',
    (value) => typeof value === 'string' && (value === '' || isDigest(value)),
    'is not a SHA-256 in hex, or empty',
  ],
  ['time', (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value)), 'is not an instant'],
  ['source', (value, { source }) => value === source, 'differs from the source of the event'],
  ['event_type', (value, { event_type }) => value === event_type, 'differs from the type of the event'],
]

const auditFault = (audit: unknown, envelope: Envelope): Decoding | undefined => {
  if (!isObject(audit)) return reject('invalid_fields', '/payload/_audit', 'is not an object')
  const fault = headRules.find(([name, holds]) => !holds(audit[name], envelope))
  return fault && reject('invalid_fields', `/payload/_audit/${fault[0]}`, fault[2])
}
