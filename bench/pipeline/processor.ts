import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createEmbeddedClickHouse } from '@mcp-sentinel/embedded'
import { createSegmentLog } from '@mcp-sentinel/events/adapters/segment-log'
import { type ClickHouse, createClickHouse, migrate } from '@mcp-sentinel/events/clickhouse'
import { startChild } from './child.ts'
import { makeEvents } from './events.ts'

interface Stored {
  /** Rows in a second. */
  readonly perS: number
  /** Of this process and of the store, for a row. */
  readonly cpuUs?: number
}

const batchRows = 10_000

export interface StoreBench {
  readonly processor: Stored
  readonly raw: Stored
}

/** What the log holds into the store by the processor, beside the same rows inserted from bytes that are ready. */
export const storing = async (rows: number): Promise<StoreBench> => {
  const directory = await mkdtemp(join(tmpdir(), 'bench-processor-'))
  const engine = await createEmbeddedClickHouse({ dataDirectory: join(directory, 'clickhouse') })
  const connect = (database: string): ClickHouse =>
    createClickHouse({ url: new URL(engine.url), database, application: 'bench' })
  const [store, server] = [connect('mcp'), connect('default')]
  try {
    await migrate({ store, server })
    await fillLog(join(directory, 'log'), rows)
    const child = await startChild<{ readonly seconds: number; readonly cpuUs: number }>(
      new URL('./processor-child.ts', import.meta.url),
      [directory, engine.url, String(rows)],
      ['--max-semi-space-size=4', '--max-old-space-size=2000'],
    )
    await child.close()
    const processor = { perS: rows / child.ready.seconds, cpuUs: child.ready.cpuUs / rows }
    return { processor, raw: await rawInserts(store, engine.url, rows) }
  } finally {
    await Promise.all([store.close(), server.close()])
    await engine.close()
    await rm(directory, { recursive: true })
  }
}

const fillLog = async (directory: string, rows: number): Promise<void> => {
  const log = await createSegmentLog({ directory })
  for (let made = 0; made < rows; made += batchRows) {
    const events = makeEvents(Math.min(batchRows, rows - made))
    await log.append(
      events.map(({ bytes }) => ({
        key: 'chain',
        value: bytes,
        headers: { key_id: 'bench' },
        receivedAtMs: Date.now(),
      })),
    )
  }
  await log.close()
}

/** The rows that the processor stored, read back as bytes and inserted into a table of the same making. */
const rawInserts = async (store: ClickHouse, url: string, rows: number): Promise<Stored> => {
  await store.command('CREATE TABLE events_copy AS events')
  const bodies: Buffer[] = []
  for (let from = 0; from < rows; from += batchRows)
    bodies.push(
      await bytesOf(
        url,
        `SELECT * FROM events WHERE log_offset >= ${from} AND log_offset < ${from + batchRows} ORDER BY log_offset FORMAT RowBinary`,
      ),
    )
  const began = performance.now()
  for (const body of bodies)
    await store.insert('INSERT INTO events_copy FORMAT RowBinary', [body], {
      async_insert: 0,
      insert_deduplicate: 0,
    })
  return { perS: rows / ((performance.now() - began) / 1000) }
}

/** An answer in a format that the store's client does not read. */
const bytesOf = async (url: string, sql: string): Promise<Buffer> => {
  const { origin, username, password } = new URL(url)
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
  const response = await fetch(`${origin}/?database=mcp`, {
    method: 'POST',
    body: sql,
    headers: { authorization },
  })
  if (!response.ok) throw new Error(await response.text())
  return Buffer.from(await response.arrayBuffer())
}
