import type { Answer, Body, Exchange } from '../exchange.ts'
import type { Gateway, Passed } from '../gateway.ts'
import { guardedStream } from './fetch-stream.ts'

type Handler<Rest extends readonly unknown[]> = (
  request: Request,
  ...rest: Rest
) => Response | Promise<Response>

/** Guards whatever answers a `Request` with a `Response`: what it gets is what was judged, byte for byte. */
export const guardFetch =
  <Rest extends readonly unknown[]>(gateway: Gateway, handler: Handler<Rest>): Handler<Rest> =>
  async (request, ...rest) => {
    const body = await bodyOf(request, gateway.bodyBytesMax)
    const admission = await gateway.admit(exchangeOf(request, body))
    if (admission.kind === 'refused') return responseOf(admission.answer)
    const abort = new AbortController()
    const end = (): void => abort.abort()
    admission.onCut(end)
    request.signal.addEventListener('abort', end, { once: true })
    const settle = (close: Parameters<Passed['close']>[0]): void => {
      request.signal.removeEventListener('abort', end)
      admission.close(close)
    }
    try {
      const response = await handler(onwardOf(request, body, abort.signal), ...rest)
      return guardedStream(response, { passed: admission, signal: abort.signal, settle })
    } catch (error) {
      settle({ status: 500, bytesOut: 0, outcome: 'aborted' })
      throw error
    }
  }

const exchangeOf = (request: Request, body: Body): Exchange => ({
  method: request.method.toUpperCase(),
  path: new URL(request.url).pathname,
  header: (name) => request.headers.get(name) ?? undefined,
  body,
})

/** Read to its end, or until it is longer than it may be: the byte beyond tells whoever judges it. */
const bodyOf = async ({ body }: Request, bytesMax: number): Promise<Body> => {
  if (body === null) return { kind: 'none' }
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of body) {
    chunks.push(chunk)
    length += chunk.length
    if (length > bytesMax) break
  }
  return length === 0 ? { kind: 'none' } : { kind: 'bytes', bytes: Buffer.concat(chunks) }
}

/** The same request, with the bytes that were judged in place of the stream that was read. */
const onwardOf = (request: Request, body: Body, signal: AbortSignal): Request =>
  new Request(request.url, {
    method: request.method,
    headers: request.headers,
    signal,
    ...(body.kind === 'bytes' ? { body: body.bytes as Uint8Array<ArrayBuffer> } : {}),
  })

const responseOf = ({ status, headers, body }: Answer): Response =>
  new Response(body === '' ? null : body, { status, headers })
