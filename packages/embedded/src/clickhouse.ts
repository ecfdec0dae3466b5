import { randomBytes } from 'node:crypto'
import { resolve } from 'node:path'
import { startEngineProcess } from './clickhouse/process.ts'
import { supervise } from './clickhouse/supervise.ts'
import type { User } from './clickhouse/users.ts'

export interface EmbeddedClickHouseOptions {
  /** Made when it is not there. One process owns it at a time. */
  readonly dataDirectory: string
  /** On 127.0.0.1; 0 takes any that is free. */
  readonly port?: number
  /** Of the engine, caches included. Queries beyond it fail, alone. */
  readonly memoryBytesMax?: number
  /** Of an insert's rows, decompressed; they wait in a file, not in memory. */
  readonly bodyBytesMax?: number
  readonly startDeadlineMs?: number
  /** For queries that run when it is closed. */
  readonly stopDeadlineMs?: number
  /** Told when the engine died, and when it is back. */
  readonly report?: (message: string) => void
}

export interface EmbeddedClickHouse {
  /** For `@clickhouse/client`: may do everything. Holds a password. */
  readonly url: string
  /** Reads, whatever its queries and settings say. Holds a password. */
  readonly readerUrl: string
  /** Of the process that holds the engine now. */
  pid(): number
  close(): Promise<void>
}

/**
 * ClickHouse on this machine, in a process of its own that is restarted whenever it dies, on the same port with the same
 * passwords. Rejects with an `EmbeddedError` when it cannot start for the first time.
 */
export const createEmbeddedClickHouse = async (
  options: EmbeddedClickHouseOptions,
): Promise<EmbeddedClickHouse> => {
  const {
    dataDirectory,
    port = 0,
    memoryBytesMax = 1024 * 1024 * 1024,
    bodyBytesMax = 1024 * 1024 * 1024,
    startDeadlineMs = 30_000,
    stopDeadlineMs = 3_000,
    report = () => {},
  } = options
  const passwords = { writer: createPassword(), reader: createPassword() }
  const common = { dataDirectory: resolve(dataDirectory), memoryBytesMax, bodyBytesMax, passwords }
  const start = (onPort: number) =>
    startEngineProcess({
      module: serverModule,
      instructions: { ...common, port: onPort },
      startDeadlineMs,
      stopDeadlineMs,
    })

  const first = await start(port)
  const supervised = supervise({ first, restart: () => start(first.port), report })
  const urlOf = (user: User): string => `http://${user}:${passwords[user]}@127.0.0.1:${first.port}`
  return { url: urlOf('writer'), readerUrl: urlOf('reader'), pid: supervised.pid, close: supervised.close }
}

/** Stands beside this file, as a source or as built. */
const serverModule = import.meta.url.endsWith('.ts')
  ? new URL('./clickhouse-server.ts', import.meta.url)
  : new URL('./clickhouse-server.js', import.meta.url)

const createPassword = (): string => randomBytes(24).toString('base64url')
