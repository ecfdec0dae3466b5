import { isUtf8 } from 'node:buffer'
import type { AuditHead, Disclosure, Envelope } from './envelope.ts'
import { isUuid } from './ids.ts'
import { type ScannedEvent, scanEvent } from './scan-event.ts'

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
  /** The payload as it was parsed on the way; empty for one that is not an object. Nothing in it is checked. */
  readonly members: Readonly<Record<string, unknown>>
  /** Undefined for an event without `_audit`, as older producers send. */
  readonly audit: AuditHead | undefined
}

export type Decoding =
  | { readonly ok: true; readonly decoded: Decoded }
  | { readonly ok: false; readonly rejection: Rejection }

const reject = (code: RejectionCode, pointer: string, message: string): Decoding => ({
  ok: false,
  rejection: { code, pointer, message },
})

/** The bytes of an event; the payload goes in as the text it is. */
export const encodeEnvelope = ({ payload, ...outer }: Envelope): Buffer => {
  const members = JSON.stringify(outer)
  return Buffer.from(`${members.slice(0, -1)}${members === '{}' ? '' : ','}"payload":${payload}}`)
}

/**
 * Reads an event without touching its payload: the text between the bytes that its producer wrote stays verbatim. Only
 * what routing needs is looked at; whether a payload makes sense is its reader's business.
 */
export const decodeEnvelope = (bytes: Uint8Array): Decoding => {
  if (bytes.length > eventBytesMax)
    return reject('too_large', '', `an event has at most ${eventBytesMax} bytes`)
  if (!isUtf8(bytes)) return reject('invalid_utf8', '', 'the event is not UTF-8')
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString()
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return reject('invalid_json', '', 'the event is not JSON')
  }
  if (!isObject(value)) return reject('invalid_fields', '', 'the event is not an object')
  const scanned = scanEvent(text)
  if (scanned.members > Object.keys(value).length)
    return reject('invalid_fields', '', 'a member is given twice')
  return decodeMembers(value, text, scanned)
}

const outerTexts = ['timestamp', 'trace_id', 'traceparent', 'tracestate', 'baggage'] as const

const decodeMembers = (value: Members, text: string, scanned: ScannedEvent): Decoding => {
  for (const key of ['source', 'event_type'] as const) {
    const label = value[key]
    if (typeof label !== 'string' || label.trim() === '')
      return reject('missing_fields', `/${key}`, 'is missing or empty')
    if (label.length > labelCharsMax)
      return reject('invalid_fields', `/${key}`, `is longer than ${labelCharsMax} characters`)
  }
  for (const key of outerTexts) {
    if (value[key] !== undefined && typeof value[key] !== 'string')
      return reject('invalid_fields', `/${key}`, 'is not a string')
  }
  if (value['payload'] === undefined || value['payload'] === null)
    return reject('missing_fields', '/payload', 'is missing or null')
  const disclosures = value['disclosures']
  if (disclosures !== undefined && !areDisclosures(disclosures)) {
    return reject(
      'invalid_fields',
      '/disclosures',
      `is not a list of at most ${disclosuresMax} pointers, salts and values`,
    )
  }

  if (scanned.payload === undefined)
    return reject('invalid_fields', '/payload', 'is not called by its plain name')
  const payload = text.slice(scanned.payload.start, scanned.payload.end).trim()
  const envelope = envelopeOf(value as unknown as Envelope, payload)
  if (!isObject(value['payload'])) return { ok: true, decoded: { envelope, members: {}, audit: undefined } }
  if (scanned.payloadMembers > Object.keys(value['payload']).length) {
    return reject('invalid_fields', '/payload', 'a member is given twice')
  }
  const members = value['payload']
  const audit = members['_audit']
  if (audit === undefined) return { ok: true, decoded: { envelope, members, audit } }
  const fault = auditFault(audit, envelope)
  return fault ?? { ok: true, decoded: { envelope, members, audit: audit as AuditHead } }
}

/** Only what an envelope is made of: whatever else a sender put around an event goes no further. */
const envelopeOf = (given: Envelope, payload: string): Envelope => ({
  timestamp: given.timestamp ?? '',
  trace_id: given.trace_id,
  source: given.source,
  event_type: given.event_type,
  traceparent: given.traceparent,
  tracestate: given.tracestate,
  baggage: given.baggage,
  disclosures: given.disclosures,
  payload,
})

type Members = Readonly<Record<string, unknown>>
const isObject = (value: unknown): value is Members =>
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

/** What is authenticated must be whole, and must say the same as the envelope around it. */
const auditFault = (audit: unknown, { source, event_type }: Envelope): Decoding | undefined => {
  if (!isObject(audit)) return reject('invalid_fields', '/payload/_audit', 'is not an object')
  const faults: readonly [string, boolean, string][] = [
    ['v', audit['v'] === 1, 'is not 1'],
    ['id', typeof audit['id'] === 'string' && isUuid(audit['id']), 'is not a UUID in lower case'],
    ['chain', isChain(audit['chain']), 'is not a producer and a UUID'],
    ['seq', Number.isSafeInteger(audit['seq']) && (audit['seq'] as number) > 0, 'is not a positive integer'],
    [
      'prev',
      typeof audit['prev'] === 'string' && /^([0-9a-f]{64})?$/.test(audit['prev']),
      'is not a SHA-256 in hex, or empty',
    ],
    [
      'time',
      typeof audit['time'] === 'string' && !Number.isNaN(Date.parse(audit['time'])),
      'is not an instant',
    ],
    ['source', audit['source'] === source, 'differs from the source of the event'],
    ['event_type', audit['event_type'] === event_type, 'differs from the type of the event'],
  ]
  const fault = faults.find(([, holds]) => !holds)
  return fault && reject('invalid_fields', `/payload/_audit/${fault[0]}`, fault[2])
}
