import { type FileHandle, open, rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'

const name = 'owner.socket'

/**
 * Lets others learn that the directory is owned. The engine's own lock is what keeps them out, but it does not say why:
 * a second owner only hears that the engine would not open. The kernel closes a socket with its process, however it ends.
 */
export const announceOwner = async (directory: string): Promise<void> => {
  await rm(join(directory, name), { force: true })
  // Held as long as this process lives, because the address of the socket goes through it.
  const handle = await open(directory, 'r')
  const server = createServer((socket) => socket.destroy()).unref()
  // Without it nothing is lost but the better message.
  server.on('error', () => {})
  server.listen({ path: addressIn(directory, handle), exclusive: true })
}

export const hasOwner = async (directory: string): Promise<boolean> => {
  const handle = await open(directory, 'r')
  try {
    return await answers(addressIn(directory, handle))
  } finally {
    await handle.close()
  }
}

/** The address of a socket may have some 100 bytes; by way of the handle it is short wherever the directory is. */
const addressIn = (directory: string, handle: FileHandle): string =>
  join(process.platform === 'linux' ? `/proc/self/fd/${handle.fd}` : directory, name)

const answers = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(path)
    socket.once('error', () => resolve(false))
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
  })
