import { readdir } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { type Running, startForTest } from '../fault-tests/running.ts'

/** A busy machine takes its time. */
const patient = { timeout: 15_000 }

const bodyBytesMax = 1024 * 1024
let running: Running

beforeAll(async () => {
  running = await startForTest({ bodyBytesMax })
  await running.writer.command({ query: 'CREATE TABLE event (name String) ENGINE = MergeTree ORDER BY name' })
}, 30_000)
afterAll(() => running.close())

const post = (body: Uint8Array | string, headers: Record<string, string> = {}, format = 'JSONEachRow') => {
  const { origin, username, password } = new URL(running.url)
  const authorization = `Basic ${btoa(`${username}:${password}`)}`
  const query = encodeURIComponent(`INSERT INTO event FORMAT ${format}`)
  return fetch(`${origin}/?query=${query}`, { method: 'POST', body, headers: { authorization, ...headers } })
}

const namesStored = async (): Promise<string[]> => {
  const result = await running.reader.query({
    query: 'SELECT name FROM event ORDER BY name',
    format: 'JSONEachRow',
  })
  return (await result.json<{ name: string }>()).map(({ name }) => name)
}

const emptied = (): Promise<unknown> => running.writer.command({ query: 'TRUNCATE TABLE event' })

it.each([
  { encoding: 'gzip', encode: gzipSync },
  { encoding: 'deflate', encode: deflateSync },
  { encoding: 'br', encode: brotliCompressSync },
  { encoding: 'zstd', encode: zstdCompressSync },
])('takes $encoding', async ({ encoding, encode }) => {
  await emptied()
  expect((await post(encode(Buffer.from('{"name":"a"}')), { 'Content-Encoding': encoding })).status).toBe(200)
  expect(await namesStored()).toEqual(['a'])
})

it.each([
  { name: 'an encoding that nobody knows', encoding: 'snappy', code: '89' },
  { name: 'bytes that are not what they are said to be', encoding: 'gzip', code: '354' },
])('refuses $name', async ({ encoding, code }) => {
  const response = await post('{"name":"a"}', { 'Content-Encoding': encoding })
  expect(response.headers.get('x-clickhouse-exception-code')).toBe(code)
})

it('takes bytes that are no text', async () => {
  await emptied()
  expect((await post(Buffer.from([2, 0xff, 0xfe]), {}, 'RowBinary')).status).toBe(200)
  const result = await running.reader.query({
    query: 'SELECT hex(name) AS hex FROM event',
    format: 'JSONEachRow',
  })
  expect(await result.json()).toEqual([{ hex: 'FFFE' }])
})

it('takes no rows', async () => {
  await emptied()
  expect((await post('')).status).toBe(200)
  expect(await namesStored()).toEqual([])
})

it.each([
  { name: 'as it travels', headers: {}, encode: (text: string) => Buffer.from(text) },
  { name: 'as it inflates', headers: { 'Content-Encoding': 'gzip' }, encode: gzipSync },
])('refuses a body too large $name, by the name of the limit', async ({ headers, encode }) => {
  await emptied()
  const response = await post(encode(`{"name":"${'x'.repeat(4 * bodyBytesMax)}"}`), headers)
  expect({ status: response.status, code: response.headers.get('x-clickhouse-exception-code') }).toEqual({
    status: 413,
    code: '229',
  })
  expect(await response.text()).toContain('bodyBytesMax')
  expect(await namesStored()).toEqual([])
})

it('stores nothing of a body that breaks off, and keeps no file of it', async () => {
  await emptied()
  const { port, username, password } = new URL(running.url)
  const sending = request({
    port,
    host: '127.0.0.1',
    method: 'POST',
    path: `/?query=${encodeURIComponent('INSERT INTO event FORMAT JSONEachRow')}`,
    auth: `${username}:${password}`,
  })
  sending.on('error', () => {})
  sending.write('{"name":"whole"}\n')
  const incoming = join(running.dataDirectory, 'incoming')
  await vi.waitFor(async () => expect(await readdir(incoming)).toHaveLength(1), patient)
  sending.destroy()
  await vi.waitFor(async () => expect(await readdir(incoming)).toEqual([]), patient)
  expect(await namesStored()).toEqual([])
})

it('takes rows that stand in the statement', async () => {
  await emptied()
  await running.writer.command({ query: "INSERT INTO event VALUES ('it''s; -- here'), ('b')" })
  expect(await namesStored()).toEqual(['b', "it's; -- here"])
})

it('keeps no file of what it stored', async () => {
  await post('{"name":"a"}')
  const incoming = join(running.dataDirectory, 'incoming')
  await vi.waitFor(async () => expect(await readdir(incoming)).toEqual([]), patient)
})
