import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A way to a server, on this machine, that can be cut and mended: as an outage looks to who is connected. */
export const openCut = async (url: string) => {
  const target = new URL(url)
  const sockets = new Set<Socket>()
  const keep = (socket: Socket): Socket => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy()).once('close', () => sockets.delete(socket))
    return socket
  }
  const server = createServer((near) => {
    const far = keep(connect(Number(target.port || 5432), target.hostname))
    keep(near).pipe(far).pipe(near)
    // One that breaks, in whatever way, breaks the other.
    near.once('close', () => far.destroy())
    far.once('close', () => near.destroy())
  })
  const listen = async (port: number): Promise<void> => {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
  }
  await listen(0)
  const { port } = server.address() as AddressInfo
  const through = new URL(url)
  through.host = `127.0.0.1:${port}`

  const cut = async (): Promise<void> => {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    for (const socket of sockets) socket.destroy()
    await closed
  }
  /** All that is connected hears nothing any more, and is not told so. */
  const silence = (): void => {
    for (const socket of sockets) socket.unpipe().pause()
  }
  return { url: through.href, cut, silence, mend: () => listen(port) }
}
