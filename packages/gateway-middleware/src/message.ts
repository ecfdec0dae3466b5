/** One JSON-RPC message as MCP uses it; `params` is always an object. */
export type Message = Call | Reply

interface Params extends Readonly<Record<string, unknown>> {
  readonly _meta?: unknown
  readonly arguments?: unknown
  readonly ref?: unknown
}

/** A request, or a notification when it has no `id`. */
export interface Call {
  readonly kind: 'call'
  readonly id: string | number | undefined
  readonly method: string
  readonly params: Params
}

/** What a client answers to a request of the server's. */
interface Reply {
  readonly kind: 'reply'
}

/** Why a body is not judged, let alone handed on. */
export interface Fault {
  readonly status: number
  /** Of JSON-RPC. */
  readonly code: number
  readonly message: string
  readonly id?: string | number | undefined
}

/** Characters; no method of MCP comes near. */
const methodCharsMax = 256
/** Messages of one legacy batch. */
export const batchMax = 100

export const invalidRequest = -32600
export const invalidParams = -32602

/** A parsed body as messages, or the first fault. A batch has to have a message. */
export const messagesOf = (value: unknown): readonly Message[] | Fault => {
  if (!Array.isArray(value)) {
    const message = messageOf(value)
    return 'kind' in message ? [message] : message
  }
  if (value.length === 0) return invalid('a batch without messages')
  if (value.length > batchMax) return invalid(`a batch of more than ${batchMax} messages`)
  const messages: Message[] = []
  for (const [index, one] of value.entries()) {
    const message = messageOf(one)
    if (!('kind' in message)) return { ...message, message: `/${index}: ${message.message}` }
    messages.push(message)
  }
  return messages
}

const messageOf = (value: unknown): Message | Fault => {
  if (!isObject(value)) return invalid('a message is an object')
  const { jsonrpc, id, method } = value
  if (jsonrpc !== '2.0') return invalid('/jsonrpc must be "2.0"', id)
  if (!('method' in value)) return replyOf(value)
  if (typeof method !== 'string' || method === '' || method.length > methodCharsMax)
    return invalid(`/method must be a text of 1 to ${methodCharsMax} characters`, id)
  if ('result' in value || 'error' in value)
    return invalid('a message is a request or an answer, not both', id)
  if (id !== undefined && !isId(id)) return invalid('/id must be a text or a whole number that survives')
  const { params = {} } = value
  if (!isObject(params)) return invalid('/params must be an object', id)
  return { kind: 'call', id, method, params }
}

const replyOf = (value: Readonly<Record<string, unknown>>): Message | Fault => {
  const { id } = value
  if ('result' in value === 'error' in value)
    return invalid('a message has one of method, result and error', id)
  // Without an id it answers nothing, and null is what an answer to something unreadable has.
  return isId(id) ? { kind: 'reply' } : invalid('/id of an answer must be that of the request')
}

const isId = (id: unknown): id is string | number =>
  typeof id === 'string' || (typeof id === 'number' && Number.isSafeInteger(id))

const invalid = (message: string, id?: unknown): Fault => ({
  status: 400,
  code: invalidRequest,
  message,
  id: isId(id) ? id : undefined,
})

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
