import { isHttpsOrLoopback } from '@mcp-sentinel/identity'
import type { PolicySource } from '../policy-source.ts'
import { createSseParser, type SseEvent } from '../sse.ts'
import { readEventStream } from './event-stream.ts'
import { createLastGood, readPolicy } from './last-good.ts'
import { createListeners } from './listeners.ts'

export interface HttpPolicyOptions {
  /** Where a control plane streams the policy of one server. */
  readonly url: string
  /** Of this server; a function is asked before each request, so that what has expired is not sent again. */
  readonly token: string | (() => string | Promise<string>)
  /** In force until the stream has brought a policy; closed with this source. */
  readonly fallback?: PolicySource | undefined
  /** How long a policy counts after the control plane was last known to mean it. Without: until there is another. */
  readonly maxStalenessMs?: number | undefined
  /** A stream that is silent for longer is given up; control planes send comments meanwhile. */
  readonly idleTimeoutMs?: number | undefined
  /** Before the next try, which comes later each time; the control plane's `retry` counts between the two. */
  readonly retryMinMs?: number | undefined
  readonly retryMaxMs?: number | undefined
  readonly documentBytesMax?: number | undefined
  /** Without TLS the token and the policy are anybody's on the way. Loopback needs no leave. */
  readonly allowPlainHttp?: boolean | undefined
  /** Epoch milliseconds. */
  readonly clock?: (() => number) | undefined
  /** From 0 to 1, for the spread of retries. */
  readonly random?: (() => number) | undefined
}

/**
 * A policy that a control plane streams: events `policy`, their id the revision and their data the document. A stream
 * begins with the policy, unless `Last-Event-ID` says that we have it: then with a comment.
 */
export const httpPolicy = (options: HttpPolicyOptions): PolicySource => {
  const { token, fallback, clock = Date.now, random = Math.random } = options
  const { idleTimeoutMs = 60_000, retryMinMs = 1000, retryMaxMs = 30_000 } = options
  const { maxStalenessMs = Number.POSITIVE_INFINITY, documentBytesMax = 16 * 1024 ** 2 } = options
  const url = parseUrl(options)
  const good = createLastGood(clock)
  const listeners = createListeners()
  const abort = new AbortController()
  let streamError: string | undefined = `nothing has come from ${url.origin} yet`
  /** When the control plane was last known to mean what is in force. */
  let meantAt = clock()
  let wasStale = false
  let baseMs = retryMinMs
  let failures = 0
  let endPause: (() => void) | undefined

  const isStale = (): boolean => clock() - meantAt > maxStalenessMs
  const inForce = (): PolicySource | Omit<PolicySource, 'close'> | undefined =>
    good.current() === undefined ? fallback : good
  const tellIfStale = (): void => {
    if (isStale() === wasStale) return
    wasStale = !wasStale
    listeners.call()
  }
  const watchdog = Number.isFinite(maxStalenessMs)
    ? setInterval(tellIfStale, Math.min(1000, maxStalenessMs)).unref()
    : undefined

  const onEvent = ({ event, id = '', retry, data }: SseEvent): void => {
    // It may have ended since anybody looked; whoever noticed must hear that it is back.
    tellIfStale()
    if (retry !== undefined) baseMs = Math.min(Math.max(retry, retryMinMs), retryMaxMs)
    streamError = undefined
    failures = 0
    if (event === 'policy' && data !== undefined) take(id, data)
    // A document that could not be read may have taken back what is in force.
    else if (good.current() !== undefined && good.status().lastError === undefined) meantAt = clock()
    tellIfStale()
  }

  const take = (id: string, data: string): void => {
    const read = readPolicy(data, url.href)
    if (!read.ok) good.fail(read.why)
    else if (id !== read.document.revision)
      good.fail(`${url.href}: the event ${id} brings the policy ${read.document.revision}`)
    else {
      meantAt = clock()
      good.accept(read.document)
    }
  }

  const stream = async (): Promise<string> => {
    const bearer = typeof token === 'string' ? token : await token()
    const parser = createSseParser(onEvent, documentBytesMax)
    const { revision, lastError } = good.status()
    return readEventStream({
      url,
      headers: {
        authorization: `Bearer ${bearer.trim()}`,
        accept: 'text/event-stream',
        'accept-encoding': 'identity',
        'cache-control': 'no-store',
        // Where the last one was not taken, all that counts is what the policy is now.
        ...(revision === '' || lastError !== undefined ? {} : { 'last-event-id': revision }),
      },
      idleTimeoutMs,
      onChunk: parser.push,
      signal: abort.signal,
    })
  }

  const run = async (): Promise<void> => {
    while (!abort.signal.aborted) {
      const why = await stream().catch((error: Error) => `there is no token: ${error.message}`)
      if (abort.signal.aborted) return
      streamError = `${url.origin}: ${why}`
      const delayMs = Math.min(baseMs * 2 ** failures, retryMaxMs) * (0.5 + random() / 2)
      failures = Math.min(failures + 1, 30)
      await new Promise<void>((resolve) => {
        endPause = resolve
        setTimeout(resolve, delayMs).unref()
      })
    }
  }

  good.onChange(listeners.call)
  const unlisten = fallback?.onChange(() => {
    if (good.current() === undefined) listeners.call()
  })
  const running = run()

  return {
    current: () => (isStale() ? undefined : inForce()?.current()),
    onChange: listeners.add,
    status: () => {
      const { revision = '', loadedAt } = inForce()?.status() ?? {}
      const silent = isStale()
        ? `${url.origin} has said nothing that counts for ${maxStalenessMs} ms`
        : undefined
      const ofFallback = good.current() === undefined ? fallback?.status().lastError : undefined
      const faults = [silent, streamError, good.status().lastError, ofFallback].filter(
        (fault) => fault !== undefined,
      )
      return {
        revision: silent === undefined ? revision : '',
        loadedAt,
        lastError: faults.length === 0 ? undefined : faults.join('\n'),
      }
    },
    close: async () => {
      abort.abort()
      endPause?.()
      clearInterval(watchdog)
      unlisten?.()
      await running
      await fallback?.close()
    },
  }
}

const parseUrl = ({ url: text, allowPlainHttp = false }: HttpPolicyOptions): URL => {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '')
    throw new TypeError('the url of a policy is one of http or https, without credentials')
  if (!allowPlainHttp && !isHttpsOrLoopback(url))
    throw new TypeError(
      `${url.origin}: a policy comes by https, or from loopback, unless plain http is allowed`,
    )
  return url
}
