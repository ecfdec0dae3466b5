import type { Decoded } from '../codec.ts'
import type { Disclosure, TraceContext } from '../envelope.ts'
import { createNames, locate, type Members, NONE, tokenAt } from '../members.ts'
import { type ColumnName, columns } from './columns.ts'
import { numberAt } from './number-at.ts'
import { createRowBytes, type RowBytes, writeUuid } from './row-bytes.ts'
import { createSlabs, type Slab } from './slabs.ts'

/** Where in the log an event stands: no two have the same. */
export interface LogPlace {
  readonly partition: number
  readonly offset: number
}

/** What is amiss with an event's place in its chain; it is stored all the same. */
export const chainNotes = ['', 'gap', 'conflict'] as const
export type ChainNote = (typeof chainNotes)[number]

/** What a row is made of. */
export interface RowSource {
  readonly decoded: Decoded
  /** A UUID. */
  readonly id: string
  readonly place: LogPlace
  readonly timestampMs: number
  readonly timestampReplaced: boolean
  readonly receivedAtMs: number
  /** Who handed it in. */
  readonly keyId: string
}

/**
 * An event that is about to be stored. Thousands wait at a time, so what is written is bytes already, outside the heap,
 * and nothing is held that was parsed.
 */
export interface EventRow {
  readonly id: string
  readonly decisionId: string
  readonly place: LogPlace
  /** Empty for an event that is part of none. */
  readonly chain: string
  readonly seq: number
  readonly chainNote: ChainNote
  readonly keyId: string
  readonly receivedAtMs: number
  readonly trace: TraceContext
  readonly disclosures: readonly Disclosure[]
  /** Where its bytes stand, until it is released. */
  readonly slab: Slab
  readonly start: number
  readonly end: number
  /** Where the bytes stand that its event has around the payload, which ends the row, and how many of each there are. */
  readonly around: number
  readonly before: number
  readonly after: number
  readonly payloadBytes: number
}

/** What the row was made of, to the byte. */
export const sourceOf = ({ slab, end, around, before, after, payloadBytes }: EventRow): Uint8Array => {
  const outer = slab.bytes.subarray(around, around + before + after)
  const payload = slab.bytes.subarray(end - payloadBytes, end)
  return Buffer.concat([outer.subarray(0, before), payload, outer.subarray(before)])
}

/** Who writes: rows of a fence that is not in force are refused. */
export interface Fence {
  readonly epoch: number
  /** A UUID. */
  readonly owner: string
}

/** Makes the rows of one log. */
export interface Rows {
  readonly rowOf: (source: RowSource) => EventRow
  /** To be called once for each, when it is stored or given up: its bytes are written over soon. */
  readonly release: (row: EventRow) => void
}

const namesOf = (...sources: readonly string[]): readonly ColumnName[] =>
  (Object.keys(columns) as ColumnName[]).filter((name) => sources.includes(columns[name]))

const counts = namesOf('count')
const numbers = namesOf('number')
const texts = namesOf('text', 'label')
const members = createNames([...counts, ...numbers, ...texts])
const firstNumber = counts.length
const firstText = counts.length + numbers.length
const decisionIdIndex = firstText + texts.indexOf('decision_id')

/** The columns of the intake in the order of a row's bytes: first what is known only when it is written. */
export const intakeColumns = [
  'chain_note',
  'fence_epoch',
  'fence_owner',
  'timestamp_ms',
  'received_at_ms',
  'timestamp_replaced',
  'id',
  'seq',
  'log_partition',
  'log_offset',
  ...members.names,
  'chain',
  'key_id',
  'log_topic',
  'trace_id',
  'source',
  'event_type',
  'payload',
] as const

/** Of a row: what has a fixed size, and the lengths before its texts. */
const fixedBytesMax = 512
/** Of a character as UTF-8. */
const charBytesMax = 3
/** Some six hundred rows. */
const slabBytes = 1024 * 1024

/** Names of chains that are known to be there already. */
const chainsMax = 10_000

const noDisclosures: readonly Disclosure[] = []
const noTrace: TraceContext = {}

export const createRows = (topic: string): Rows => {
  const slabs = createSlabs(slabBytes)
  const bytes = createRowBytes()
  const found: number[] = []
  let chains = new Map<string, string>()

  /** Every event brings the name of its chain; those that wait share it. */
  const shared = (chain: string): string => {
    const known = chains.get(chain)
    if (known !== undefined) return known
    if (chains.size >= chainsMax) chains = new Map()
    chains.set(chain, chain)
    return chain
  }

  return {
    rowOf: (source) => {
      const { decoded, id, place, receivedAtMs, keyId } = source
      const { envelope, payload, audit } = decoded
      const chain = audit === undefined ? '' : shared(audit.chain)
      const seq = audit?.seq ?? 0
      locate(payload, members, found)

      // The event, and once more what has a column.
      const value = payload.text.bytes
      const room = 2 * value.length + charBytesMax * (keyId.length + topic.length) + fixedBytesMax
      const slab = slabs.withRoom(room)
      const start = slab.end
      bytes.begin(slab)
      writeKnown(bytes, source, seq)
      writeMembers(bytes, payload, found)
      for (const text of [chain, keyId, topic, envelope.trace_id ?? '', envelope.source, envelope.event_type])
        bytes.text(text)
      const [from, to] = decoded.payloadAt
      bytes.slice(value, from, to)
      slab.end = bytes.end()
      const around = putAround(slab, value, from, to)
      slab.rows++

      return {
        id,
        decisionId: textAt(payload, found[decisionIdIndex] as number),
        place,
        chain,
        seq,
        chainNote: '',
        keyId,
        receivedAtMs,
        trace: traceOf(envelope),
        disclosures: envelope.disclosures ?? noDisclosures,
        slab,
        start,
        end: slab.end,
        around,
        before: from,
        after: value.length - to,
        payloadBytes: to - from,
      }
    },
    release: ({ slab }) => slabs.release(slab),
  }
}

/** What an event has before its payload, and behind it. */
const putAround = (slab: Slab, event: Uint8Array, from: number, to: number): number => {
  slab.sources -= from + event.length - to
  slab.bytes.set(event.subarray(0, from), slab.sources)
  for (let at = to; at < event.length; at++) slab.bytes[slab.sources + from + at - to] = event[at] as number
  return slab.sources
}

const traceOf = ({ traceparent, tracestate, baggage }: TraceContext): TraceContext =>
  traceparent === undefined ? noTrace : { traceparent, tracestate, baggage }

const nobody = '00000000-0000-0000-0000-000000000000'

const writeKnown = (bytes: RowBytes, source: RowSource, seq: number): void => {
  const { id, place, timestampMs, receivedAtMs, timestampReplaced } = source
  bytes.u8(0)
  bytes.u64(0)
  bytes.uuid(nobody)
  bytes.u64(timestampMs)
  bytes.u64(receivedAtMs)
  bytes.u8(timestampReplaced ? 1 : 0)
  bytes.uuid(id)
  bytes.u64(seq)
  bytes.u32(place.partition)
  bytes.u64(place.offset)
}

const statusMax = 65_535

const writeMembers = (bytes: RowBytes, payload: Members, found: readonly number[]): void => {
  for (let index = 0; index < firstNumber; index++)
    bytes.u16(Math.min(Math.max(Math.trunc(numberOf(payload, found[index] as number)), 0), statusMax))
  for (let index = firstNumber; index < firstText; index++)
    bytes.f64(numberOf(payload, found[index] as number))
  for (let index = firstText; index < members.names.length; index++)
    writeText(bytes, payload, found[index] as number)
}

const numberOf = ({ text: { bytes }, spans }: Members, member: number): number =>
  member === NONE ? 0 : numberAt(bytes, spans[member + 2] as number, spans[member + 3] as number)

const QUOTE = 34
const BACKSLASH = 92

/** From the one text into the other as it is, unless something in it is escaped. */
const writeText = (bytes: RowBytes, payload: Members, member: number): void => {
  const { text, spans } = payload
  const start = spans[member + 2] as number
  const end = spans[member + 3] as number
  if (member === NONE || text.bytes[start] !== QUOTE) bytes.u8(0)
  else if (text.hasEscapes && isEscaped(text.bytes, start, end)) bytes.text(textAt(payload, member))
  else bytes.slice(text.bytes, start + 1, end - 1)
}

const isEscaped = (bytes: Uint8Array, start: number, end: number): boolean => {
  const first = bytes.indexOf(BACKSLASH, start)
  return first !== NONE && first < end
}

/** Parsed, so that it is a text of its own: a piece would hold on to all of the event. */
const textAt = (payload: Members, member: number): string => {
  if (member === NONE || payload.text.bytes[payload.spans[member + 2] as number] !== QUOTE) return ''
  return JSON.parse(tokenAt(payload, member))
}

/** Says by what right it is written, and what was found out about it since it was made. */
export const sealRow = ({ slab, start, chainNote }: EventRow, { epoch, owner }: Fence): void => {
  slab.bytes[start] = chainNotes.indexOf(chainNote)
  slab.view.setUint32(start + 1, epoch % two32, true)
  slab.view.setUint32(start + 5, Math.floor(epoch / two32), true)
  writeUuid(owner, slab.bytes, start + 9)
}

const two32 = 2 ** 32
