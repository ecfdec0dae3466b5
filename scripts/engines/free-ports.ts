import { once } from 'node:events'
import { createServer } from 'node:net'

// Below the ports that systems give to outgoing connections. A port from that range could be taken while its engine is
// down between a kill and a restart, by a client of that very engine: on loopback a connection can even meet itself.
const lowest = 10_000
const highest = 29_999

/** Ports of 127.0.0.1 that nobody listens on, as the system says: each was opened, all of them at once. */
export const freePorts = async (count: number): Promise<number[]> => {
  const held: { readonly port: number; close(): Promise<void> }[] = []
  while (held.length < count) {
    const port = lowest + Math.floor(Math.random() * (highest - lowest + 1))
    const server = createServer().listen({ port, host: '127.0.0.1', exclusive: true })
    try {
      await once(server, 'listening')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') continue
      throw error
    }
    held.push({ port, close: () => new Promise((resolve) => server.close(() => resolve())) })
  }
  await Promise.all(held.map(({ close }) => close()))
  return held.map(({ port }) => port)
}
