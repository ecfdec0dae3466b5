import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import { type Dispatcher, errors, Pool } from 'undici'

export interface Upstream {
  /** Sends a request on and its answer back, piece by piece. Never rejects: what fails is told to `ended`. */
  readonly forward: (onward: Onward) => void
  readonly close: () => Promise<void>
}

interface Onward {
  readonly method: string
  /** With the query. */
  readonly path: string
  readonly headers: string[]
  readonly body: Buffer | undefined
  readonly res: ServerResponse
  /** The head of the answer; what it returns is written. */
  readonly head: (status: number, headers: IncomingHttpHeaders) => ReturnedHead
  /** Each piece of an event stream, before it goes on. */
  readonly seen?: ((chunk: Buffer) => unknown) | undefined
  readonly ended: (end: ForwardEnd) => void
}

interface ReturnedHead {
  readonly headers: Record<string, string | string[]>
  /** Undefined: the body goes on as it is. */
  readonly body?: BodyFilter | undefined
}

interface BodyFilter {
  readonly push: (chunk: Uint8Array) => Buffer
  readonly end: () => Buffer
}

type ForwardEnd =
  | { readonly kind: 'closed' | 'aborted'; readonly bytesOut: number }
  /** Nothing was written to the client yet. */
  | { readonly kind: 'failed'; readonly status: 502 | 504 }

export interface UpstreamOptions {
  readonly origin: string
  readonly connectTimeoutMs: number
  /** Until the head of an answer is there. */
  readonly headTimeoutMs: number
  /** Between two pieces of an answer. */
  readonly idleTimeoutMs: number
  readonly connectionsMax?: number | undefined
}

export const createUpstream = (options: UpstreamOptions): Upstream => {
  const { origin, connectTimeoutMs, headTimeoutMs, idleTimeoutMs, connectionsMax = 10_000 } = options
  const pool = new Pool(origin, {
    connections: connectionsMax,
    pipelining: 1,
    connectTimeout: connectTimeoutMs,
    headersTimeout: headTimeoutMs,
    bodyTimeout: idleTimeoutMs,
  })
  return {
    forward: (onward) => {
      const { method, path, headers, body } = onward
      try {
        pool.dispatch(
          { method: method as Dispatcher.HttpMethod, path, headers, body: body ?? null },
          relay(onward),
        )
      } catch {
        // What undici finds wrong with a request before it is sent: a header that cannot be one.
        onward.ended({ kind: 'failed', status: 502 })
      }
    },
    close: () => pool.destroy(),
  }
}

/** Carries one answer back, as fast as the client takes it; whichever side goes away ends the other. */
const relay = ({ res, head, seen, ended }: Onward): Dispatcher.DispatchHandler => {
  let controller: Dispatcher.DispatchController | undefined
  let filter: BodyFilter | undefined
  let bytesOut = 0
  let isOver = false
  let onSeen: Onward['seen']

  const end = (outcome: ForwardEnd): void => {
    if (isOver) return
    isOver = true
    ended(outcome)
  }
  const onClose = (): void => {
    const kind = res.writableFinished ? 'closed' : 'aborted'
    end({ kind, bytesOut })
    if (kind === 'aborted') controller?.abort(new Error('the client went away'))
  }
  res.once('close', onClose)

  const write = (bytes: Uint8Array): void => {
    if (bytes.length === 0) return
    bytesOut += bytes.length
    if (res.write(bytes)) return
    controller?.pause()
    res.once('drain', () => controller?.resume())
  }

  return {
    onRequestStart: (started) => {
      controller = started
      if (res.destroyed) started.abort(new Error('the client went away'))
    },
    onResponseStart: (_, status, headers) => {
      // Interim answers are of the connection behind us.
      if (status < 200) return
      const returned = head(status, headers)
      filter = returned.body
      res.writeHead(status, returned.headers)
      // A stream's client waits for the head, and the first event may be minutes away.
      if (!isStream(headers)) return
      onSeen = seen
      res.flushHeaders()
    },
    onResponseData: (_, chunk) => {
      onSeen?.(chunk)
      if (filter === undefined) return write(chunk)
      try {
        write(filter.push(chunk))
      } catch {
        // Too large to be looked into: nothing of it may be seen.
        res.destroy()
      }
    },
    onResponseEnd: () => {
      if (filter !== undefined) write(filter.end())
      res.end()
    },
    onResponseError: (_, error) => {
      if (isOver) return
      if (res.headersSent) return void res.destroy()
      res.off('close', onClose)
      end({ kind: 'failed', status: statusOf(error) })
    },
  }
}

const isStream = (headers: IncomingHttpHeaders): boolean =>
  /^text\/event-stream\b/i.test(headers['content-type'] ?? '')

const statusOf = (error: Error): 502 | 504 =>
  error instanceof errors.HeadersTimeoutError || error instanceof errors.ConnectTimeoutError ? 504 : 502
