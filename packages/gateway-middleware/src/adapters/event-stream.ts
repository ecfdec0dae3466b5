import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'

export interface EventStreamRequest {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  /** Bytes may be away this long, those of the answer's head too. */
  readonly idleTimeoutMs: number
  /** What it throws ends the stream. */
  readonly onChunk: (chunk: Buffer) => void
  readonly signal: AbortSignal
}

/**
 * One request for an event stream: resolves when it is over, with why. Not `fetch`, which follows redirects with what
 * it was given or hides where they lead, has time limits of its own, and keeps a process alive that has nothing else
 * to do.
 */
export const readEventStream = (options: EventStreamRequest): Promise<string> => {
  const { url, headers, idleTimeoutMs, onChunk, signal } = options
  const { promise, resolve } = Promise.withResolvers<string>()
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest
  const sent: ClientRequest = send(url, { headers, agent: false, signal })
  const end = (why: string): void => {
    clearTimeout(idle)
    resolve(why)
    sent.destroy()
  }
  const idle = setTimeout(() => end(`nothing came for ${idleTimeoutMs} ms`), idleTimeoutMs).unref()

  sent.on('socket', (socket) => void socket.unref())
  sent.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message))
  sent.on('response', (response) => {
    const fault = faultOf(response)
    if (fault !== undefined) return end(fault)
    response.on('data', (chunk: Buffer) => {
      idle.refresh()
      try {
        onChunk(chunk)
      } catch (error) {
        end((error as Error).message)
      }
    })
    response.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message))
    response.on('end', () => end('the stream ended'))
  })
  sent.end()
  return promise
}

const faultOf = ({ statusCode = 0, headers }: IncomingMessage): string | undefined => {
  if (statusCode >= 300 && statusCode < 400)
    return `answered ${statusCode}: a redirect would carry the token elsewhere`
  if (statusCode !== 200) return `answered ${statusCode}`
  if (headers['content-encoding'] !== undefined) return `answered in ${headers['content-encoding']}, unasked`
  const type = headers['content-type'] ?? ''
  return /^text\/event-stream *(;|$)/i.test(type) ? undefined : 'answered 200 without an event stream'
}
