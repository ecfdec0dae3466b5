import type { Passed } from '../gateway.ts'
import { bodyHeaders, createListingBody } from '../listing-body.ts'

export interface Guarding {
  readonly passed: Passed
  /** Aborted when what let the request pass does not hold any more. */
  readonly signal: AbortSignal
  readonly settle: (end: Parameters<Passed['close']>[0]) => void
}

/** A response whose end is told, whose lists are cut, and which ends when it may not go on. */
export const guardedStream = (response: Response, { passed, signal, settle }: Guarding): Response => {
  const { status, body } = response
  if (body === null) {
    settle({ status, bytesOut: 0, outcome: 'closed' })
    return response
  }
  const type = response.headers.get('content-type') ?? undefined
  const filter = passed.look && createListingBody(type, passed.look)
  const reader = body.getReader()
  let bytesOut = 0
  let isRead = false
  const end = (outcome: 'closed' | 'aborted'): void => settle({ status, bytesOut, outcome })

  /** What may be shown of the next piece; undefined when there is none. */
  const next = async (): Promise<Uint8Array | undefined> => {
    if (isRead) return undefined
    const { done, value } = await reader.read()
    if (!done) return filter === undefined ? value : filter.push(value)
    isRead = true
    return filter?.end()
  }

  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    try {
      let bytes = await next()
      while (bytes?.length === 0) bytes = await next()
      if (signal.aborted) return
      if (bytes === undefined) {
        end('closed')
        return controller.close()
      }
      bytesOut += bytes.length
      controller.enqueue(bytes)
    } catch (error) {
      end('aborted')
      controller.error(error)
    }
  }

  const start = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
    const cut = (): void => {
      end('aborted')
      controller.error(new DOMException('The call may not go on', 'AbortError'))
      void reader.cancel().catch(() => {})
    }
    if (signal.aborted) cut()
    else signal.addEventListener('abort', cut, { once: true })
  }

  const cancel = (reason: unknown): Promise<void> => {
    end('aborted')
    return reader.cancel(reason)
  }

  const guarded = new Response(
    new ReadableStream<Uint8Array>({ start, pull, cancel }, { highWaterMark: 0 }),
    response,
  )
  if (filter !== undefined) for (const name of bodyHeaders) guarded.headers.delete(name)
  return guarded
}
