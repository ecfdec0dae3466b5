import { Readable } from 'node:stream'
import { ClickHouseLogLevel, type ClickHouseSettings, createClient } from '@clickhouse/client'
import { storeError } from './store-errors.ts'

export interface ClickHouseOptions {
  /** `http(s)://user:password@host:8123`. */
  readonly url: URL
  readonly database: string
  /** Who asks, as the server's logs show it. */
  readonly application: string
  readonly requestTimeoutMs?: number | undefined
  readonly connectionsMax?: number | undefined
}

type Parameters = Readonly<Record<string, unknown>>
export type Settings = ClickHouseSettings

interface Asking {
  readonly parameters?: Parameters | undefined
  readonly settings?: Settings | undefined
  readonly signal?: AbortSignal | undefined
}

/** What of ClickHouse is used, over HTTP. Values travel as query parameters, never in the text. Rejects with `EventError`. */
export interface ClickHouse {
  readonly database: string
  readonly ask: <Row>(sql: string, asking?: Asking) => Promise<readonly Row[]>
  readonly command: (sql: string, asking?: Asking) => Promise<void>
  /** `sql` ends in a FORMAT clause, and the chunks are in that format; each is asked for when the one before is sent. */
  readonly insert: (sql: string, chunks: Iterable<Buffer>, settings: Settings) => Promise<void>
  readonly ping: () => Promise<void>
  readonly close: () => Promise<void>
}

export const createClickHouse = (options: ClickHouseOptions): ClickHouse => {
  const { url, database, application, requestTimeoutMs = 60_000, connectionsMax = 10 } = options
  const client = createClient({
    url,
    database,
    application,
    request_timeout: requestTimeoutMs,
    max_open_connections: connectionsMax,
    // Lists of chains and of numbers would not fit into an address.
    use_multipart_params_auto: true,
    // Errors come back to the caller, who decides whether they are worth a line.
    log: { level: ClickHouseLogLevel.OFF },
  })

  const attempt = async <T>(call: () => Promise<T>): Promise<T> => {
    try {
      return await call()
    } catch (cause) {
      throw storeError(cause)
    }
  }

  return {
    database,
    ask: <Row>(sql: string, asking: Asking = {}) =>
      attempt(async () => {
        const result = await client.query({ query: sql, format: 'JSONEachRow', ...given(asking) })
        return (await result.json()) as Row[]
      }),
    command: (sql, asking = {}) =>
      attempt(async () => {
        await client.command({ query: sql, ...given(asking) })
      }),
    insert: (sql, chunks, settings) =>
      attempt(async () => {
        const values = Readable.from(chunks, { objectMode: false })
        const { stream } = await client.exec({ query: sql, values, clickhouse_settings: settings })
        // The connection is free again only when the answer was read to its end.
        for await (const _ of stream);
      }),
    ping: () =>
      attempt(async () => {
        const ping = await client.ping()
        if (!ping.success) throw ping.error
      }),
    close: () => client.close(),
  }
}

const given = ({ parameters, settings, signal }: Asking) => ({
  ...(parameters === undefined ? {} : { query_params: { ...parameters } }),
  ...(settings === undefined ? {} : { clickhouse_settings: settings }),
  ...(signal === undefined ? {} : { abort_signal: signal }),
})
