import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client'
import {
  createEmbeddedClickHouse,
  type EmbeddedClickHouse,
  type EmbeddedClickHouseOptions,
} from '../clickhouse.ts'
import { temporaryDirectory } from './temporary-directory.ts'

export interface Running extends EmbeddedClickHouse {
  readonly dataDirectory: string
  readonly writer: ClickHouseClient
  readonly reader: ClickHouseClient
}

/** One engine for a suite: it takes half a second to open. */
export const startForTest = async (options: Partial<EmbeddedClickHouseOptions> = {}): Promise<Running> => {
  const directory = await temporaryDirectory()
  const running = await createEmbeddedClickHouse({ dataDirectory: directory.path, ...options })
  const writer = clientOf(running.url)
  const reader = clientOf(running.readerUrl)
  return {
    ...running,
    dataDirectory: directory.path,
    writer,
    reader,
    async close() {
      await running.close()
      await Promise.all([writer.close(), reader.close()])
      await directory.remove()
    },
  }
}

export const clientOf = (url: string, options: Parameters<typeof createClient>[0] = {}): ClickHouseClient =>
  createClient({ url, ...options, log: { level: ClickHouseLogLevel.OFF } })
