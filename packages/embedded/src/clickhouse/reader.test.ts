import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { clientOf, type Running, startForTest } from '../fault-tests/running.ts'

let running: Running
let secretPath = ''

beforeAll(async () => {
  running = await startForTest()
  secretPath = join(running.dataDirectory, 'secret')
  await writeFile(secretPath, 'do not tell')
  for (const query of [
    'CREATE TABLE event (id UInt64, name String) ENGINE = MergeTree ORDER BY id',
    "INSERT INTO event VALUES (1, 'a')",
  ]) {
    await running.writer.command({ query })
  }
}, 30_000)
afterAll(() => running.close())

const answerOf = async (query: string, clickhouse_settings: Record<string, string | number> = {}) => {
  const result = await running.reader.exec({ query, clickhouse_settings })
  return Buffer.concat(await result.stream.toArray()).toString()
}

describe('a reader', () => {
  it.each([
    'SELECT * FROM event',
    'select id, name from event where id = 1;',
    '/* why */ WITH 1 AS one SELECT * FROM event WHERE id = one',
    '(SELECT * FROM event)',
    'FROM event SELECT *',
  ])('reads with %s', async (query) => {
    expect(await answerOf(query)).toBe('1\ta\n')
  })

  it.each(['SHOW TABLES', 'DESCRIBE TABLE event', 'EXPLAIN SELECT 1', 'EXISTS TABLE event'])(
    'may ask %s',
    async (query) => {
      expect(await answerOf(query)).not.toBe('')
    },
  )

  it('may bound what a query takes, and say how values are written', async () => {
    const settings = {
      max_execution_time: 5,
      max_memory_usage: '100000000',
      output_format_json_quote_64bit_integers: 1,
    }
    expect(await answerOf('SELECT id FROM event FORMAT JSONEachRow', settings)).toBe('{"id":"1"}\n')
  })

  const writes = [
    "INSERT INTO event VALUES (2, 'b')",
    "INSERT INTO event SELECT 2, 'b'",
    'CREATE TABLE other (id UInt8) ENGINE = Memory',
    'CREATE TEMPORARY TABLE other (id UInt8)',
    'CREATE FUNCTION other AS x -> x',
    'ALTER TABLE event DELETE WHERE 1',
    'DELETE FROM event WHERE 1',
    'TRUNCATE TABLE event',
    'DROP TABLE event',
    'OPTIMIZE TABLE event FINAL',
    'SYSTEM STOP MERGES',
    'KILL QUERY WHERE 1',
    'SET readonly = 0',
    'SET ROLE writer',
    'EXECUTE AS default SELECT 1',
    'SELECT 1; SET readonly = 0',
    "WITH 1 AS one INSERT INTO event SELECT one, 'b'",
    'SELECT 1 SETTINGS readonly = 0',
    'SELECT 1 SETTINGS max_threads = 1',
    "SELECT 1 INTO OUTFILE '/nowhere'",
    "SELECT 1 INTO /* */ oUtFiLe '/nowhere'",
  ]

  it.each(writes)('is refused %s', async (query) => {
    await expect(answerOf(query)).rejects.toMatchObject({ code: expect.stringMatching(/^(62|164|497)$/) })
    expect(await answerOf('SELECT count() FROM event')).toBe('1\n')
  })

  const sources = [
    "SELECT file('PATH')",
    "SELECT `file`('PATH')",
    "SELECT `fi\\x6ce`('PATH')",
    "SELECT * APPLY(file) FROM (SELECT 'PATH' AS path)",
    "SELECT arrayMap(x -> file(x), ['PATH'])",
    "SELECT * FROM file('PATH', 'LineAsString')",
    "DESCRIBE file('PATH')",
    'SELECT * FROM `PATH`',
    "SELECT * FROM 'PATH'",
    "SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString')",
    "SELECT * FROM remote('127.0.0.1', system.one)",
    "SELECT * FROM executable('PATH', 'TSV', 'a String')",
    "SELECT * FROM sqlite('PATH', 'x')",
    "SELECT 1 FORMAT Template SETTINGS format_template_row = 'PATH'",
  ]

  it.each(sources)('sees nothing else of this machine: %s', async (query) => {
    const refused = answerOf(query.replace('PATH', secretPath))
    await expect(refused).rejects.toMatchObject({ code: expect.stringMatching(/^(60|62|164|291|497)$/) })
    await expect(refused).rejects.not.toThrow('do not tell')
  })

  it.each([
    { format_template_row: 'PATH' },
    { output_format_schema: 'PATH' },
    { readonly: 0 },
    { allow_ddl: 1 },
  ])('may not set %j', async (settings) => {
    const given = Object.fromEntries(
      Object.entries(settings).map(([name, value]) => [name, String(value).replace('PATH', secretPath)]),
    )
    await expect(answerOf('SELECT 1 FORMAT Template', given)).rejects.toMatchObject({ code: '164' })
  })
})

describe('who is asked for', () => {
  it.each([
    { name: 'a wrong password', username: 'writer', password: 'wrong' },
    {
      name: 'the password of the other',
      username: 'writer',
      password: () => new URL(running.readerUrl).password,
    },
    { name: 'the user that the engine begins with', username: 'default', password: '' },
    { name: 'nobody', username: '', password: '' },
  ])('is refused as $name', async ({ username, password }) => {
    const { origin } = new URL(running.url)
    const given = typeof password === 'string' ? password : password()
    const client = clientOf(origin, { username, password: given })
    await expect(client.command({ query: 'SELECT 1' })).rejects.toMatchObject({
      code: '516',
      type: 'AUTHENTICATION_FAILED',
    })
    await client.close()
  })

  it('may be told in headers or in the address', async () => {
    const { origin, username, password } = new URL(running.readerUrl)
    const headers = { 'X-ClickHouse-User': username, 'X-ClickHouse-Key': password }
    expect(await (await fetch(`${origin}/?query=SELECT+1`, { headers })).text()).toBe('1\n')
    expect(
      await (await fetch(`${origin}/?query=SELECT+2&user=${username}&password=${password}`)).text(),
    ).toBe('2\n')
  })

  it('is asked on this machine only', () => {
    expect(new URL(running.url).hostname).toBe('127.0.0.1')
  })
})

it.each([
  "SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString')",
  "SELECT * FROM file('data', 'LineAsString')",
])('a writer does not reach beyond the data directory either: %s', async (query) => {
  await expect(running.writer.command({ query })).rejects.toMatchObject({ code: '497' })
})

it('a writer who only gets changes nothing', async () => {
  const { origin, username, password } = new URL(running.url)
  const headers = { 'X-ClickHouse-User': username, 'X-ClickHouse-Key': password }
  const response = await fetch(`${origin}/?query=DROP+TABLE+event`, { headers })
  expect({ status: response.status, code: response.headers.get('x-clickhouse-exception-code') }).toEqual({
    status: 500,
    code: '164',
  })
})
