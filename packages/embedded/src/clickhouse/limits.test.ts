import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { clientOf, type Running, startForTest } from '../fault-tests/running.ts'

let running: Running

beforeAll(async () => {
  running = await startForTest({ memoryBytesMax: 300 * 1024 * 1024 })
}, 30_000)
afterAll(() => running.close())

const endless =
  'SELECT count() FROM numbers(1000000000000) WHERE NOT ignore(sipHash64(number)) SETTINGS max_threads = 1'

/** A busy machine takes its time. */
const patient = { timeout: 15_000 }
const runningNow = async (): Promise<unknown> => {
  const query = "SELECT count() FROM system.processes WHERE Settings['log_comment'] LIKE 'endless%'"
  const result = await running.reader.query({ query, format: 'JSONCompactEachRow' })
  return (await result.json<[number]>())[0]?.[0]
}

it('fails the query that takes more memory than there is, and no other', async () => {
  const pid = running.pid()
  const greedy = running.reader.query({ query: 'SELECT length(groupArray(number)) FROM numbers(1000000000)' })
  await expect(greedy).rejects.toMatchObject({ code: '241', type: 'MEMORY_LIMIT_EXCEEDED' })
  expect(await running.reader.ping({ select: true })).toEqual({ success: true })
  expect(running.pid()).toBe(pid)
})

it('reads and writes beside queries that take long, until four of the writer run', async () => {
  const client = clientOf(running.url, { max_open_connections: 20 })
  const caller = new AbortController()
  const ask = (name: string) =>
    client.command({ query: endless, query_id: `endless-${name}`, abort_signal: caller.signal })
  const long = ['a', 'b', 'c'].map(ask)
  await vi.waitFor(async () => expect(await runningNow()).toBe(3), patient)
  expect(await client.ping({ select: true })).toEqual({ success: true })

  long.push(ask('d'), ask('e'))
  await vi.waitFor(async () => expect(await runningNow()).toBe(4), patient)
  expect(await running.reader.ping({ select: true })).toEqual({ success: true })

  caller.abort()
  await Promise.allSettled(long)
  await vi.waitFor(async () => expect(await runningNow()).toBe(0), patient)
  expect(await client.ping({ select: true })).toEqual({ success: true })
  await client.close()
})

it.each(['session_id', 'role', 'compress', 'decompress'])('refuses %s by name', async (name) => {
  const { origin, username, password } = new URL(running.url)
  const headers = { 'X-ClickHouse-User': username, 'X-ClickHouse-Key': password }
  const response = await fetch(`${origin}/?query=SELECT+1&${name}=1`, { headers })
  expect(response.status).toBe(501)
  expect(await response.text()).toContain(`${name} is not supported`)
})

it('answers at one path only', async () => {
  const { origin } = new URL(running.url)
  expect((await fetch(`${origin}/other`)).status).toBe(404)
})

it('shows no password, in files, to queries or among the processes', async () => {
  const passwords = [running.url, running.readerUrl].map((url) => new URL(url).password)
  const written = await Promise.all(
    ['config.xml', 'users.xml'].map((name) =>
      readFile(join(running.dataDirectory, 'configuration', name), 'utf8'),
    ),
  )
  const known = await running.reader.query({ query: 'SELECT * FROM system.processes', format: 'JSONEachRow' })
  const { stdout: process } = await promisify(execFile)('ps', ['eww', '-p', String(running.pid())])
  const shown = [...written, await known.text(), process].join('\n')
  expect(passwords.filter((password) => password === '' || shown.includes(password))).toEqual([])
})

it('closes old parts out soon, since every insert leaves one', async () => {
  const query = "SELECT value FROM system.merge_tree_settings WHERE name = 'old_parts_lifetime'"
  const result = await running.reader.query({ query, format: 'JSONEachRow' })
  expect(await result.json()).toEqual([{ value: '30' }])
})
