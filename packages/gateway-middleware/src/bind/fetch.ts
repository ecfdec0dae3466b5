import type { Answer, Body, Exchange } from '../exchange.ts'
import type { Gateway, Passed } from '../gateway.ts'
import { isObject } from '../message.ts'
import { guardedStream } from './fetch-stream.ts'

type Handler<Rest extends readonly unknown[]> = (
  request: Request,
  ...rest: Rest
) => Response | Promise<Response>

export interface FetchOptions {
  /** Address of the connection's other end, which a `Request` does not tell: without it nobody's identity headers are believed. */
  readonly peerOf?: ((request: Request) => string | undefined) | undefined
}

/** Guards whatever answers a `Request` with a `Response`: what it gets is what was judged, byte for byte. */
export const guardFetch =
  <Rest extends readonly unknown[]>(
    gateway: Gateway,
    handler: Handler<Rest>,
    { peerOf }: FetchOptions = {},
  ): ((request: Request, ...rest: Rest) => Promise<Response>) =>
  async (request, ...rest) => {
    const admitted = await admitFetch(gateway, request, peerOf?.(request), authIn(rest))
    if (admitted instanceof Response) return admitted
    try {
      return admitted.guarded(await handler(admitted.request, ...rest))
    } catch (error) {
      admitted.failed()
      throw error
    }
  }

/** A request that may go on. */
export interface AdmittedFetch {
  /** What was judged, in place of the stream that was read for it. */
  readonly request: Request
  /** The answer as the client gets it. */
  readonly guarded: (response: Response) => Response
  /** There is no answer. */
  readonly failed: () => void
}

/** Has a request judged; a response where it is refused. */
export const admitFetch = async (
  gateway: Gateway,
  request: Request,
  peer = unknownPeer,
  auth?: unknown,
): Promise<AdmittedFetch | Response> => {
  const body = await bodyOf(request, gateway.bodyBytesMax)
  const admission = await gateway.admit({ ...exchangeOf(request, body, peer), auth })
  if (admission.kind === 'refused') return responseOf(admission.answer)
  const abort = new AbortController()
  const { signal } = abort
  const end = (): void => abort.abort()
  admission.onCut(end)
  request.signal.addEventListener('abort', end, { once: true })
  const settle: Passed['close'] = (close) => {
    request.signal.removeEventListener('abort', end)
    admission.close(close)
  }
  return {
    request: onwardOf(request, body, signal),
    guarded: (response) => guardedStream(response, { passed: admission, signal, settle }),
    failed: () => settle({ status: 500, bytesOut: 0, outcome: 'aborted' }),
  }
}

/** Who SDK v2's handlers are told is calling, beside the request. */
const authIn = ([options]: readonly unknown[]): unknown =>
  isObject(options) ? options['authInfo'] : undefined

/** No address: it lies in no network that somebody could trust. */
const unknownPeer = 'unknown'

const exchangeOf = (request: Request, body: Body, peer: string): Exchange => {
  const { pathname, search } = new URL(request.url)
  return {
    method: request.method.toUpperCase(),
    path: pathname,
    query: search.slice(1),
    header: (name) => request.headers.get(name) ?? undefined,
    body,
    peer,
  }
}

/** Read to its end, or until it is longer than it may be: the byte beyond tells whoever judges it. */
const bodyOf = async ({ body, bodyUsed }: Request, bytesMax: number): Promise<Body> => {
  if (body === null) return { kind: 'none' }
  // Somebody has read it and kept it: there is nothing to judge.
  if (bodyUsed || body.locked) return { kind: 'bytes', bytes: Buffer.alloc(0) }
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of body) {
    chunks.push(chunk)
    length += chunk.length
    if (length > bytesMax) break
  }
  return length === 0 ? { kind: 'none' } : { kind: 'bytes', bytes: Buffer.concat(chunks) }
}

const onwardOf = (request: Request, body: Body, signal: AbortSignal): Request =>
  withSignal(
    new Request(request.url, {
      method: request.method,
      headers: request.headers,
      ...(body.kind === 'bytes' ? { body: body.bytes as Uint8Array<ArrayBuffer> } : {}),
    }),
    signal,
  )

/**
 * A `Request` that is made with a signal is registered to be finalized, and lives on until the whole heap is collected:
 * that costs more than all else here. So its signal is put on it; only `new Request(request)` does not take that along.
 */
const withSignal = (request: Request, signal: AbortSignal): Request =>
  Object.defineProperties(request, {
    signal: { value: signal },
    clone: { value: () => withSignal(Request.prototype.clone.call(request), signal) },
  })

const responseOf = ({ status, headers, body }: Answer): Response =>
  new Response(body === '' ? null : body, { status, headers })
