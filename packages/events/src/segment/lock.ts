import { randomUUID } from 'node:crypto'
import { open, readdir, rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { EventError } from '../errors.ts'

export interface DirectoryLock {
  readonly release: () => Promise<void>
}

const lockPattern = /^owner-[0-9a-f]{8}\.socket$/

/**
 * Makes this writer the only one of a directory. The owner listens on a Unix socket in it; whoever can connect to a
 * socket there is not alone.
 *
 * Why that: the kernel closes a socket with its process, so kill -9 leaves nothing that looks alive, and a stopped
 * process still counts. A pid file would believe in a number that another process got (in containers it is always 1);
 * loopback ports and abstract sockets are not shared by two pods that share a volume, which a path is. It does not
 * reach beyond one machine: a network volume needs its own means.
 *
 * Each first listens under a name of its own and then looks at the others, so of two that come at once at least one
 * sees the other. Both may give up; both never stay.
 */
export const lockDirectory = async (directory: string): Promise<DirectoryLock> => {
  const handle = await open(directory, 'r')
  // The path of a socket may have some 100 bytes; by way of the handle it is short wherever the directory is.
  const reachable = process.platform === 'linux' ? `/proc/self/fd/${handle.fd}` : directory
  const own = `owner-${randomUUID().slice(0, 8)}.socket`
  let close = async (): Promise<void> => {}
  const release = async (): Promise<void> => {
    await close()
    await handle.close()
  }
  try {
    close = await listen(`${reachable}/${own}`)
    for (const other of await readdir(directory)) {
      if (other === own || !lockPattern.test(other)) continue
      if (await isOwned(`${reachable}/${other}`))
        throw new EventError('segment_locked', `${directory} has a writer already`, { retryable: true })
      await rm(`${directory}/${other}`, { force: true })
    }
  } catch (error) {
    await release()
    throw error
  }
  return { release }
}

/** Resolves to what closes the socket again, which also removes its file. */
const listen = (path: string): Promise<() => Promise<void>> =>
  new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy())
    server.once('error', reject)
    // Exclusive, or the workers of a cluster would all get the one socket of their parent.
    server.listen({ path, exclusive: true }, () => {
      server.unref()
      resolve(() => new Promise((closed) => server.close(() => closed())))
    })
  })

/** In doubt there is an owner: only a socket that nobody listens on has none. */
const isOwned = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT')
    })
  })
