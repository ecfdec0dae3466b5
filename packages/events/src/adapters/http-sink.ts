import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { rejectionCodes } from '../codec.ts'
import { EventError } from '../errors.ts'
import type { Delivery, EventSink, RejectedEvent } from '../sink.ts'
import { type Answer, readAnswer } from './http-sink-answer.ts'

export interface HttpSinkOptions {
  /** Of ingest, with its path: `https://ingest.example/events`. */
  readonly url: string
  /** Sent as `x-api-key`. */
  readonly apiKey?: string | undefined
  /** Asked for before each request, for what expires. */
  readonly headers?: (() => Promise<Readonly<Record<string, string>>>) | undefined
  /** From the request to the end of its answer. */
  readonly timeoutMs?: number | undefined
}

/** Sends events to ingest, as many as it is given in one request, or in smaller ones when that is too large. */
export const createHttpSink = (options: HttpSinkOptions): EventSink => {
  const { apiKey, headers = async () => ({}), timeoutMs = 30_000 } = options
  const url = parseUrl(options.url)
  const onItsWay = new Set<AbortController>()

  const headersNow = () =>
    headers().catch((cause: unknown) => {
      throw new EventError('sink_unavailable', 'the headers of the sink cannot be had', {
        cause,
        retryable: true,
      })
    })

  const post = async (events: readonly Uint8Array[]): Promise<Answer> => {
    const sent = headersOf({
      ...(apiKey === undefined ? {} : { 'x-api-key': apiKey }),
      ...(await headersNow()),
    })
    const abort = new AbortController()
    const timer = setTimeout(() => abort.abort(`no answer within ${timeoutMs} ms`), timeoutMs)
    onItsWay.add(abort)
    try {
      const body = Buffer.concat(events.flatMap((event) => [event, newline]))
      return await readAnswer(await postTo(url, sent, body, abort.signal))
    } catch (cause) {
      const why = abort.signal.aborted ? abort.signal.reason : whyOf(cause)
      throw new EventError('sink_unavailable', `${url.origin} cannot be reached: ${why}`, {
        cause,
        retryable: true,
      })
    } finally {
      clearTimeout(timer)
      onItsWay.delete(abort)
    }
  }

  const write = async (events: readonly Uint8Array[]): Promise<Delivery> => {
    if (events.length === 0) return { rejected: [] }
    const answer = await post(events)
    if (answer.status === 413) return writeHalves(events)
    if (answer.status !== 202) throw refused(url.origin, answer)
    return { rejected: rejectedOf(answer, events.length, url.origin) }
  }

  /** One after the other, so that events arrive in their order. */
  const writeHalves = async (events: readonly Uint8Array[]): Promise<Delivery> => {
    if (events.length === 1) return { rejected: [{ index: 0, code: 'too_large', message: 'HTTP 413' }] }
    const middle = events.length >> 1
    const before = await write(events.slice(0, middle))
    const after = await write(events.slice(middle))
    return {
      rejected: [...before.rejected, ...after.rejected.map((one) => ({ ...one, index: one.index + middle }))],
    }
  }

  return {
    write,
    close: async () => {
      for (const abort of onItsWay) abort.abort('the sink was closed')
    },
  }
}

const newline = Buffer.from('\n')

/**
 * Follows nothing, which would carry the key elsewhere. By `fetch` it would be copied, and what that leaves behind has the
 * whole heap collected several times a second under load.
 */
const postTo = (url: URL, headers: Headers, body: Buffer, signal: AbortSignal): Promise<IncomingMessage> => {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest
  request(url, { method: 'POST', headers: Object.fromEntries(headers), signal }, resolve)
    .once('error', reject)
    .end(body)
  return promise
}

const parseUrl = (text: string): URL => {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '')
    throw new TypeError('the url of a sink is one of http or https, without credentials')
  return url
}

/** What is wrong with a header is told without its value, which may be a key. */
const headersOf = (given: Readonly<Record<string, string>>): Headers => {
  try {
    return new Headers({ ...given, 'content-type': 'application/x-ndjson' })
  } catch {
    throw new EventError('sink_unavailable', 'a header of the sink has a name or value that cannot be sent')
  }
}

const whyOf = (fault: unknown): string => {
  const { code, message } = fault as { readonly code?: unknown; readonly message?: unknown }
  return String(code ?? message ?? fault)
}

/** Those that time may heal; whoever is not let in, or asks the wrong thing, needs somebody to act. */
const passing = [408, 425, 429, 500, 502, 503, 504]

const refused = (origin: string, { status, code, retryAfterMs }: Answer): EventError =>
  new EventError('sink_unavailable', `${origin} answered ${status}${code === undefined ? '' : `, ${code}`}`, {
    retryable: passing.includes(status),
    details: { status, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) },
  })

/**
 * What is wrong with an event stays wrong. Any other code may be the fault of a configuration, as `source_not_allowed`:
 * then all events of the batch wait for it to be mended.
 */
const rejectedOf = (
  { accepted, rejected }: Answer,
  sent: number,
  origin: string,
): readonly RejectedEvent[] => {
  const isWhole = accepted !== undefined && rejected !== undefined && accepted + rejected.length === sent
  if (!isWhole || rejected.some(({ index }) => index >= sent))
    throw new EventError('sink_unavailable', `${origin} answered 202 and does not account for all events`)
  return rejected.map(({ index, code, message }) => {
    const known = rejectionCodes.find((one) => one === code)
    if (known === undefined) throw new EventError('sink_unavailable', `${origin} refuses an event: ${code}`)
    return { index, code: known, message }
  })
}
