import { once } from 'node:events'
import { Agent, request as ask, createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pipeline } from 'node:stream/promises'

export type Handle = (request: IncomingMessage, response: ServerResponse) => void

export interface FrontDoor {
  readonly port: number
  /** From now on what is below a path goes there; the longest path counts, and below `/` is all else. */
  readonly lead: (under: string, handle: Handle) => void
  readonly close: () => Promise<void>
}

/** One origin on loopback for all that one machine serves; 0 takes any port that is free. */
export const openFrontDoor = async (port: number): Promise<FrontDoor> => {
  let doors: readonly { readonly under: string; readonly handle: Handle }[] = []
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/'
    const door = doors.find(({ under }) => under === '/' || path === under || path.startsWith(`${under}/`))
    if (door === undefined) response.writeHead(503, { 'retry-after': '1' }).end()
    else door.handle(request, response)
  })
  // A stream may be silent for long, and an upload slow: whoever is behind the door has limits of its own.
  server.requestTimeout = 0
  server.listen(port, '127.0.0.1')
  await once(server, 'listening').catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EADDRINUSE' ? new Error(`port ${port} is in use`) : error
  })
  return {
    port: (server.address() as AddressInfo).port,
    lead: (under, handle) => {
      doors = [...doors, { under, handle }].sort((a, b) => b.under.length - a.under.length)
    },
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

/** As if the path began where the door ends. */
export const below =
  (under: string, handle: Handle): Handle =>
  (request, response) => {
    request.url = request.url?.slice(under.length) || '/'
    handle(request, response)
  }

/** Of one connection and not of a message. */
const ofConnection = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade'])

const onward = (rawHeaders: readonly string[]): string[] =>
  rawHeaders.filter((_, at) => !ofConnection.has((rawHeaders[at - (at % 2)] ?? '').toLowerCase()))

/** To another process of this machine, piece by piece both ways; whichever side goes away ends the other. */
export const proxyTo = (portOf: () => number): Handle => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1024 })
  return (request, response) => {
    const { method, url, rawHeaders } = request
    const upstream = ask({
      agent,
      host: '127.0.0.1',
      port: portOf(),
      method,
      path: url,
      headers: onward(rawHeaders),
    })
    const fail = () => {
      if (response.headersSent) return void response.destroy()
      response
        .writeHead(502, { 'content-type': 'application/json' })
        .end('{"error":"upstream_unavailable","message":"what is behind this path does not answer"}\n')
    }
    upstream.once('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, onward(answer.rawHeaders))
      response.flushHeaders()
      pipeline(answer, response).catch(() => response.destroy())
    })
    upstream.once('error', fail)
    response.once('close', () => upstream.destroy())
    request.pipe(upstream)
  }
}
