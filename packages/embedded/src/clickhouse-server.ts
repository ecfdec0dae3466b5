import { once } from 'node:events'
import { mkdir, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { writeConfiguration } from './clickhouse/configuration.ts'
import { createHttpInterface } from './clickhouse/http.ts'
import type { Announcement, Instructions } from './clickhouse/instructions.ts'
import { announceOwner, hasOwner } from './clickhouse/owner.ts'
import type { OpenSession } from './clickhouse/session.ts'
import { EmbeddedError, type EmbeddedErrorCode } from './errors.ts'

type Chdb = typeof import('chdb')

/** The child process: it alone holds the engine and the data directory, and it ends when its parent does. */
const serve = async (instructions: Instructions): Promise<number> => {
  const { dataDirectory, port, memoryBytesMax, bodyBytesMax, passwords } = instructions
  const chdb = await loadEngine()
  const incoming = join(dataDirectory, 'incoming')
  const config = await unlessRefused(
    'data_directory_unusable',
    `${dataDirectory} cannot be used`,
    async () => {
      // Whoever else has an account on this machine has no business in there.
      await mkdir(dataDirectory, { recursive: true, mode: 0o700 })
      return writeConfiguration({ directory: join(dataDirectory, 'configuration'), memoryBytesMax })
    },
  )
  const openSession = await openEngine(chdb, dataDirectory, config)
  // Only now is it known that nobody else is there.
  await announceOwner(dataDirectory)
  await rm(incoming, { recursive: true, force: true })
  await mkdir(incoming)
  const version = await versionOf(openSession)

  const server = createServer(
    createHttpInterface({ openSession, version, passwords, incoming, bodyBytesMax }),
  )
  // Bodies are taken in before their turn comes: this bounds how many at once.
  server.maxConnections = 512
  await unlessRefused('port_in_use', `port ${port} of 127.0.0.1 cannot be taken`, () => listen(server, port))
  process.once('SIGTERM', () => closeInOrder(server))
  return (server.address() as AddressInfo).port
}

const loadEngine = async (): Promise<Chdb> => {
  try {
    return await import('chdb')
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    throw code === 'ERR_MODULE_NOT_FOUND'
      ? new EmbeddedError('engine_missing', 'the optional package chdb is not installed: npm install chdb', {
          cause,
        })
      : new EmbeddedError(
          'engine_unloadable',
          `chdb needs Linux with glibc or macOS; elsewhere give the URL of a ClickHouse server. ${message}`,
          { cause },
        )
  }
}

/** What the engine, made for a terminal, has by default and a server has not: `SELECT` left out, for one. */
const asOnServer = ['--implicit_select=0', '--allow_introspection_functions=0']

/** The first session opens the data directory, and holds it until this process ends. */
const openEngine = async ({ Session }: Chdb, dataDirectory: string, config: string): Promise<OpenSession> => {
  const path = join(dataDirectory, 'data')
  const open = (): InstanceType<Chdb['Session']> =>
    new Session(path, { connectionArgs: [`--config-file=${config}`, ...asOnServer] })
  try {
    open()
  } catch (cause) {
    throw (await hasOwner(dataDirectory))
      ? new EmbeddedError('data_directory_locked', `${dataDirectory} is in use by another process`, { cause })
      : new EmbeddedError('data_directory_unusable', `${dataDirectory} cannot be opened`, { cause })
  }
  return () => {
    const session = open()
    return {
      async run(statement, format) {
        const result = await session.queryAsync(statement, { format })
        const { rowsRead: rows, bytesRead: rowBytes, elapsed: elapsedS } = result
        return { bytes: result.bytes(), rows, rowBytes, elapsedS }
      },
      async *stream(statement, format) {
        for await (const chunk of session.queryStream(statement, { format })) yield chunk.raw()
      },
      close: () => session.close(),
    }
  }
}

const versionOf = async (openSession: OpenSession): Promise<string> => {
  const session = openSession()
  const { bytes } = await session.run('SELECT version()', 'TSVRaw')
  session.close()
  return Buffer.from(bytes).toString().trim()
}

const listen = async (server: Server, port: number): Promise<void> => {
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
}

/** What was asked is answered; connections that are kept for later requests go as soon as they carry none. */
const closeInOrder = (server: Server): void => {
  server.close(() => process.exit())
  setInterval(() => server.closeIdleConnections(), 20)
}

const unlessRefused = async <T>(
  code: EmbeddedErrorCode,
  what: string,
  attempt: () => Promise<T>,
): Promise<T> => {
  try {
    return await attempt()
  } catch (cause) {
    throw new EmbeddedError(code, `${what}: ${(cause as NodeJS.ErrnoException).code ?? cause}`, { cause })
  }
}

const announce = (announcement: Announcement): void => {
  process.send?.(announcement)
}

// Ctrl-C reaches the whole group of processes: the parent ends this one when nobody needs it any more.
process.on('SIGINT', () => {})
// process.exit would wait for the queries that run. What was acknowledged is on disk.
process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'))
process.once('message', (instructions: Instructions) => {
  serve(instructions).then(
    (port) => announce({ kind: 'ready', port }),
    (error) => {
      const code = error instanceof EmbeddedError ? error.code : 'engine_not_started'
      announce({ kind: 'failed', code, message: (error as Error).message })
    },
  )
})
