import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Soon } from '../after.ts'
import type { Answer, Body } from '../exchange.ts'
import type { Gateway, Passed } from '../gateway.ts'
import { type BodyFault, hasBody, readBody } from './node-body.ts'
import { watchResponse } from './node-response.ts'

/** What frameworks put on a request before us, and what we put there for whoever comes after. */
export interface GuardedRequest extends IncomingMessage {
  /** What was judged: hand on this, and nothing that was read another way. */
  body?: unknown
  auth?: unknown
  originalUrl?: string
}

type Next = (error?: unknown) => void

/**
 * Guards a handler of `node:http` or Express: before `express.json()` or after it. The handler finds what was judged in
 * `req.body`, and `(req, res, req.body)` is how the SDK's transports want it.
 */
export const guardNode =
  (gateway: Gateway, handler?: (req: GuardedRequest, res: ServerResponse) => unknown) =>
  (req: GuardedRequest, res: ServerResponse, next?: Next): void => {
    const goOn: Next = next ?? (() => {})
    void admitNode(gateway, req, res).then((admitted) => {
      if (admitted === undefined) return
      const { passed, body } = admitted
      if (body.kind === 'bytes') req.body = passed.value
      watchResponse(res, passed)
      if (handler === undefined) goOn()
      else Promise.resolve(handler(req, res)).catch(goOn)
    }, goOn)
  }

/** A request that may go on, with the body that was judged. */
export interface AdmittedRequest {
  readonly passed: Passed
  readonly body: Body
}

/** Has a request judged, and answers it where it is refused; undefined when there is nothing more to do. */
export const admitNode = async (
  gateway: Gateway,
  req: GuardedRequest,
  res: ServerResponse,
): Promise<AdmittedRequest | undefined> => {
  const body = await bodyOf(req, gateway.bodyBytesMax)
  // Whoever breaks off in the middle of a request has asked nothing.
  if (body === 'aborted') return undefined
  const [path = '', query] = (req.originalUrl ?? req.url ?? '').split('?', 2)
  const admission = await gateway.admit({
    method: req.method ?? '',
    path,
    query,
    header: (name) => headerOf(req, name),
    body,
    peer: req.socket.remoteAddress,
    auth: req.auth,
  })
  if (admission.kind === 'passed') return { passed: admission, body }
  answerNode(res, admission.answer)
  return undefined
}

const bodyOf = (req: GuardedRequest, bytesMax: number): Soon<Body | BodyFault> => {
  if (!hasBody(req)) return { kind: 'none' }
  const { body } = req
  if (body === undefined) return readBody(req, bytesMax)
  if (Buffer.isBuffer(body)) return { kind: 'bytes', bytes: body }
  return { kind: 'value', value: body, bytesLength: Number(req.headers['content-length'] ?? 0) }
}

/** Node keeps only the first of some headers; what came twice must be seen. */
const headerOf = (req: IncomingMessage, name: string): string | undefined => {
  const { rawHeaders } = req
  let value: string | undefined
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const key = rawHeaders[index] as string
    if (key.length !== name.length || key.toLowerCase() !== name) continue
    const one = rawHeaders[index + 1] as string
    value = value === undefined ? one : `${value}, ${one}`
  }
  return value
}

export const answerNode = (res: ServerResponse, { status, headers, body }: Answer): void => {
  res.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) })
  res.end(body)
}
