import { type Era, eraOf, mirrorFault } from './era.ts'
import { bytesIn, type Exchange } from './exchange.ts'
import { type Call, type Fault, invalidRequest, isObject, type Message, messagesOf } from './message.ts'
import type { PolicyReads } from './policy-reads.ts'
import { type Scan, scanJson } from './scan.ts'
import type { ScanCode } from './scanning/walk.ts'
import { type Target, targetOf } from './target.ts'

/** A body as it is judged. */
export interface Inspected {
  readonly era: Era
  readonly isBatch: boolean
  /** The body as it was read; undefined where there is none. */
  readonly value: unknown
  /** What is decided on; answers of the client's are not among it. */
  readonly calls: readonly InspectedCall[]
}

export interface InspectedCall extends Call {
  readonly target: Target
  /** Pointers of numbers among the arguments that a double does not carry. */
  readonly inexact: readonly string[]
}

export interface InspectOptions {
  readonly bodyBytesMax: number
  /** What the policy looks at among the arguments. */
  readonly reads: PolicyReads
}

const parseError = -32700

/** What a request asks, or why nobody can be sure of it. */
export const inspect = (exchange: Exchange, { bodyBytesMax, reads }: InspectOptions): Inspected | Fault => {
  const { body, header, method } = exchange
  if (!namesOnlyItself(header('connection') ?? ''))
    return fault(400, invalidRequest, 'the Connection header names what the server has to see')
  if (method !== 'POST' && method !== 'STDIO') return withoutCalls(exchange)
  if (method === 'POST') {
    const media = mediaFault(header)
    if (media !== undefined) return media
  }
  if (body.kind === 'none') return fault(400, invalidRequest, 'a POST has to have a body')
  if (bytesIn(body) > bodyBytesMax)
    return fault(413, invalidRequest, `the body has more than ${bodyBytesMax} bytes`)
  const read = body.kind === 'value' ? { value: body.value, inexact: none } : readBytes(body.bytes, reads)
  if ('code' in read) return read
  const messages = messagesOf(read.value)
  return 'code' in messages ? messages : readMessages(messages, read, exchange)
}

interface Read {
  readonly value: unknown
  readonly inexact: readonly string[]
}

const none: readonly string[] = []

/** Bytes go on as they came, so they must mean to every reader what they mean to us. */
const readBytes = (bytes: Buffer, reads: PolicyReads): Read | Fault => {
  const first = scanJson(bytes, reads.any)
  const scan = !first.ok && first.code === 'ambiguous_key' ? scanForItsTools(bytes, reads) : first
  if (scan.ok) return { value: JSON.parse(bytes.toString('utf8')), inexact: scan.inexact }
  const { code, message, pointer, offset } = scan
  const where = pointer === '' ? `byte ${offset}` : `${pointer}, byte ${offset}`
  return fault(400, notJson.has(code) ? parseError : invalidRequest, `${message} (${where})`)
}

/** A name that is nearly one which the rules of another tool look at is a name like any other. */
const scanForItsTools = (bytes: Buffer, reads: PolicyReads): Scan => {
  const plain = scanJson(bytes)
  if (!plain.ok) return plain
  const value: unknown = JSON.parse(bytes.toString('utf8'))
  return scanJson(bytes, reads.of((Array.isArray(value) ? value : [value]).flatMap(nameIn)))
}

const nameIn = (message: unknown): readonly string[] => {
  const { params } = isObject(message) ? message : {}
  const { name } = isObject(params) ? params : {}
  return typeof name === 'string' ? [name] : []
}

const notJson: ReadonlySet<ScanCode> = new Set(['not_utf8', 'byte_order_mark', 'syntax'])

const listening: Inspected = { era: 'legacy', isBatch: false, value: undefined, calls: [] }

/** Listening, ending a session, and what a browser asks before. Whatever else there is could be read as a call. */
const withoutCalls = ({ method, body }: Exchange): Inspected | Fault => {
  if (method !== 'GET' && method !== 'DELETE' && method !== 'HEAD' && method !== 'OPTIONS')
    return fault(405, invalidRequest, 'the method must be POST, GET, DELETE, HEAD or OPTIONS')
  return body.kind === 'none' ? listening : fault(400, invalidRequest, 'only a POST may have a body')
}

const readMessages = (
  messages: readonly Message[],
  { value, inexact }: Read,
  { header, method }: Exchange,
): Inspected | Fault => {
  const isBatch = Array.isArray(value)
  // Without HTTP there are no headers that could say otherwise.
  const headers = method === 'POST' ? header : undefined
  const era = eraOf(messages, isBatch, headers)
  if (typeof era !== 'string') return era
  const calls: InspectedCall[] = []
  for (const message of messages) {
    if (message.kind === 'reply') continue
    const target = targetOf(message)
    if ('code' in target) return target
    const mirror = isBatch || headers === undefined ? undefined : mirrorFault(message, target, era, headers)
    if (mirror !== undefined) return mirror
    calls.push({ ...message, target, inexact })
  }
  return { era, isBatch, value, calls }
}

/**
 * What a `Connection` header names is taken away by whoever forwards. A header that was judged and that the server then
 * does not get would make it read another request than we did.
 */
const namesOnlyItself = (connection: string): boolean =>
  connection.split(',').every((name) => ofConnection.has(name.trim().toLowerCase()))

const ofConnection: ReadonlySet<string> = new Set([
  '',
  'close',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'trailers',
  'upgrade',
])

const jsonMedia = /^application\/json[ \t]*(;[ \t]*charset[ \t]*=[ \t]*"?utf-8"?[ \t]*)?$/i

/** A body in a form that server and guard may read differently is not looked at. */
const mediaFault = (header: Exchange['header']): Fault | undefined => {
  const encoding = header('content-encoding')
  if (encoding !== undefined && encoding.trim().toLowerCase() !== 'identity')
    return fault(415, invalidRequest, 'content-encoding must be identity')
  return jsonMedia.test(header('content-type')?.trim() ?? '')
    ? undefined
    : fault(415, invalidRequest, 'content-type must be application/json')
}

const fault = (status: number, code: number, message: string): Fault => ({ status, code, message })
