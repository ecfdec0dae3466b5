import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Listener {
  readonly port: number
  /** Takes no more, waits for what is open, and ends what is still open by the deadline. */
  readonly close: (deadlineMs: number) => Promise<void>
}

/** How long a client may take for its head, for all of its request, and between two of them. */
const timeouts = { headersTimeout: 5_000, requestTimeout: 15_000, keepAliveTimeout: 60_000 }

export const listen = async (handle: RequestListener, host: string, port: number): Promise<Listener> => {
  const server = createServer(timeouts, handle)
  server.listen(port, host)
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    close: async (deadlineMs) => {
      const closed = once(server, 'close')
      server.close()
      server.closeIdleConnections()
      const timer = setTimeout(() => server.closeAllConnections(), deadlineMs)
      await closed
      clearTimeout(timer)
    },
  }
}
