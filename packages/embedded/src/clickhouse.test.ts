import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { clientOf, type Running, startForTest } from './fault-tests/running.ts'

let running: Running

beforeAll(async () => {
  running = await startForTest()
  await running.writer.command({
    query: `CREATE TABLE event (id UInt64, name String DEFAULT 'unnamed', tags Array(String) DEFAULT [])
            ENGINE = MergeTree ORDER BY id`,
  })
}, 30_000)
afterAll(() => running.close())

const rowsOf = async <T>(query: string, query_params: Record<string, unknown> = {}): Promise<T[]> => {
  const result = await running.reader.query({ query, query_params, format: 'JSONEachRow' })
  return result.json<T>()
}

describe('the unmodified client', () => {
  it('pings, with and without a query', async () => {
    expect(await running.writer.ping()).toEqual({ success: true })
    expect(await running.reader.ping({ select: true })).toEqual({ success: true })
  })

  const inserts = [
    { name: 'objects', params: { values: [{ id: 1, name: 'a' }], format: 'JSONEachRow' } },
    {
      name: 'named columns',
      params: { values: [{ id: 1, name: 'a' }], columns: ['id', 'name'], format: 'JSONEachRow' },
    },
    {
      name: 'all but some columns',
      params: { values: [{ id: 1, name: 'a' }], columns: { except: ['tags'] }, format: 'JSONEachRow' },
    },
    { name: 'compact rows', params: { values: [[1, 'a', []]], format: 'JSONCompactEachRow' } },
    {
      name: 'bytes',
      params: {
        values: Readable.from([Buffer.from('1\ta\t[]\n')], { objectMode: false }),
        format: 'TabSeparated',
      },
    },
  ] as const

  it.each(inserts)('inserts $name', async ({ params }) => {
    await running.writer.command({ query: 'TRUNCATE TABLE event' })
    const { summary } = await running.writer.insert({ table: 'event', ...params } as never)
    expect(summary).toMatchObject({ written_rows: '1' })
    expect(await rowsOf('SELECT * FROM event')).toEqual([{ id: 1, name: 'a', tags: [] }])
  })

  it('inserts a stream of 50,000 rows as one part', async () => {
    await running.writer.command({ query: 'TRUNCATE TABLE event' })
    const rows = Array.from({ length: 50_000 }, (_, id) => ({ id, name: 'x'.repeat(100) }))
    await running.writer.insert({ table: 'event', values: Readable.from(rows), format: 'JSONEachRow' })
    const [counted] = await rowsOf(
      'SELECT count() AS rows, uniqExact(id) AS ids, uniqExact(_part) AS parts FROM event',
    )
    expect(counted).toEqual({ rows: 50_000, ids: 50_000, parts: 1 })
  })

  it('compresses both ways', async () => {
    const client = clientOf(running.url, { compression: { request: true, response: true } })
    await client.command({ query: 'TRUNCATE TABLE event' })
    await client.insert({
      table: 'event',
      values: [{ id: 7, name: 'é'.repeat(1000) }],
      format: 'JSONEachRow',
    })
    const result = await client.query({ query: 'SELECT name FROM event', format: 'JSON' })
    expect(result.response_headers['content-encoding']).toBe('gzip')
    expect((await result.json<{ name: string }>()).data).toEqual([{ name: 'é'.repeat(1000) }])
    await client.close()
  })
})
