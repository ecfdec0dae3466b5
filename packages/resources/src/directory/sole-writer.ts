import { randomUUID } from 'node:crypto'
import { open, readdir, rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { ResourceError } from '../errors.ts'
import { storageError } from './atomic-file.ts'

export interface SoleWriter {
  readonly release: () => Promise<void>
}

const socketPattern = /^owner-[0-9a-f]{8}\.socket$/

/**
 * Two stores would each compare with what they read, and one of two writes at the same moment be lost. So a store
 * listens on a socket in its folder, which the kernel closes with its process, however that ends. Everybody listens
 * first and looks at the others then: of two that come at once both may give up, and never do both stay. It does not
 * reach beyond one machine.
 */
export const becomeSoleWriter = async (folder: string): Promise<SoleWriter> => {
  const handle = await open(folder, 'r').catch((error: unknown) => {
    throw storageError(folder, error)
  })
  // The address of a socket may have some 100 bytes; by way of the handle it is short wherever the folder is.
  const reachable = process.platform === 'linux' ? `/proc/self/fd/${handle.fd}` : folder
  const own = `owner-${randomUUID().slice(0, 8)}.socket`
  let stopListening = async (): Promise<void> => {}
  const release = async (): Promise<void> => {
    await stopListening()
    await handle.close()
  }
  try {
    stopListening = await listen(`${reachable}/${own}`)
    for (const other of await readdir(folder)) {
      if (other === own || !socketPattern.test(other)) continue
      if (await answers(`${reachable}/${other}`)) {
        throw new ResourceError('locked', `${folder} has a writer already`, { retryable: true })
      }
      await rm(`${folder}/${other}`, { force: true })
    }
  } catch (error) {
    await release()
    throw error instanceof ResourceError ? error : storageError(folder, error)
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

/** In doubt there is a writer: only a socket that nobody listens on has none. */
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
