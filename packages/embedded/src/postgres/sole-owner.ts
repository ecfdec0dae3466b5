import { randomUUID } from 'node:crypto'
import { open, readdir, rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { EmbeddedError } from '../errors.ts'

export interface Ownership {
  readonly release: () => Promise<void>
}

const socketPattern = /^owner-[0-9a-f]{8}\.socket$/

/**
 * PGlite has no lock of its own: two on one directory would ruin it. The owner listens on a socket in it, which the
 * kernel closes with its process, however that ends. Everybody listens first and looks at the others then, so of two
 * that come at once both may give up, and never do both stay.
 */
export const becomeSoleOwner = async (directory: string): Promise<Ownership> => {
  const handle = await open(directory, 'r')
  // The address of a socket may have some 100 bytes; by way of the handle it is short wherever the directory is.
  const reachable = process.platform === 'linux' ? `/proc/self/fd/${handle.fd}` : directory
  const own = `owner-${randomUUID().slice(0, 8)}.socket`
  let stopListening = async (): Promise<void> => {}
  const release = async (): Promise<void> => {
    await stopListening()
    await handle.close()
  }
  try {
    stopListening = await listen(`${reachable}/${own}`)
    for (const other of await readdir(directory)) {
      if (other === own || !socketPattern.test(other)) continue
      if (await answers(`${reachable}/${other}`))
        throw new EmbeddedError('data_directory_locked', `${directory} is in use by another process`)
      await rm(`${directory}/${other}`, { force: true })
    }
  } catch (error) {
    await release()
    throw error
  }
  return { release }
}

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
const answers = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', ({ code }: NodeJS.ErrnoException) =>
      resolve(code !== 'ECONNREFUSED' && code !== 'ENOENT'),
    )
  })
