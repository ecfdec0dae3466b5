import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { clientOf, type Running, startForTest } from '../fault-tests/running.ts'

/** A busy machine takes its time. */
const patient = { timeout: 15_000 }

let running: Running

beforeAll(async () => {
  running = await startForTest()
}, 30_000)
afterAll(() => running.close())

const valuesOf = async (query: string, query_params: Record<string, unknown> = {}): Promise<unknown[]> => {
  const result = await running.reader.query({ query, query_params, format: 'JSONCompactEachRow' })
  const [row] = await result.json<unknown[]>()
  return row ?? []
}

describe('query parameters', () => {
  const cases: readonly (readonly [string, unknown, unknown?])[] = [
    ['String', `it's a "quote", a \`tick\`, a \\ and a {brace}`],
    ['String', 'two\nlines\tand a tab\r and \b'],
    ['String', "'); DROP TABLE event; --"],
    ['String', "\\'"],
    ['String', '日本語 🎉'],
    ['Array(String)', ["a'b", 'c\\d', 'e\nf', '']],
    ['Array(Array(UInt8))', [[1, 2], []]],
    ['Map(String, String)', { "k'1": 'v\\1', k2: 'v\n2' }],
    ['Nullable(String)', null],
    ['Nullable(String)', 'NULL'],
    ['UInt64', 42],
    ['Bool', true],
    ["DateTime64(3, 'UTC')", new Date('2026-06-01T12:34:56.789Z'), '2026-06-01 12:34:56.789'],
  ]

  it.each(cases)('%s %j comes back as it went', async (type, value, expected = value) => {
    expect(await valuesOf(`SELECT {value:${type}}`, { value })).toEqual([expected])
  })

  it('names tables and columns', async () => {
    const query = 'SELECT {column:Identifier} FROM {database:Identifier}.{table:Identifier}'
    expect(await valuesOf(query, { column: 'dummy', database: 'system', table: 'one' })).toEqual([0])
  })

  it('travels in a form when it is large', async () => {
    const value = 'x'.repeat(100_000)
    const result = await running.reader.query({
      query: 'SELECT length({value:String}) AS length',
      query_params: { value },
      format: 'JSONEachRow',
      use_multipart_params: true,
    })
    expect(await result.json()).toEqual([{ length: 100_000 }])
  })

  it('is gone after its query', async () => {
    await valuesOf('SELECT {value:String}', { value: 'once' })
    await expect(valuesOf('SELECT {value:String}')).rejects.toMatchObject({ code: '456' })
  })
})

describe('settings', () => {
  const limit = "SELECT toUInt64(getSetting('max_threads')), getSetting('log_comment')"

  it('hold for the query that brought them', async () => {
    const result = await running.writer.query({
      query: limit,
      format: 'JSONCompactEachRow',
      clickhouse_settings: { max_threads: 3, log_comment: "it's \\ this" },
    })
    expect(await result.json()).toEqual([[3, "it's \\ this"]])
  })

  it('are gone after it, however it ended', async () => {
    const clickhouse_settings = { max_threads: 3, max_result_rows: '1' }
    await running.writer.command({ query: 'SELECT 1', clickhouse_settings })
    await expect(running.writer.command({ query: 'SELEC', clickhouse_settings })).rejects.toThrow()
    await running.writer.command({ query: 'SET max_threads = 7' })
    expect((await valuesOf(limit))[0]).toBeLessThan(3)
  })

  it('are refused by name when there is no such setting', async () => {
    const settings = { no_such_setting: 1 } as never
    const asked = running.writer.command({ query: 'SELECT 1', clickhouse_settings: settings })
    await expect(asked).rejects.toMatchObject({ code: '115', type: 'UNKNOWN_SETTING' })
  })
})

describe('errors', () => {
  const cases = [
    { query: 'SELECT FROM WHERE', code: '62', type: 'SYNTAX_ERROR', status: 400 },
    { query: 'selec', code: '62', type: 'SYNTAX_ERROR', status: 400 },
    { query: 'SELECT 1; SELECT 2', code: '62', type: 'SYNTAX_ERROR', status: 400 },
    { query: 'SELECT * FROM absent', code: '60', type: 'UNKNOWN_TABLE', status: 404 },
    { query: 'SELECT absent', code: '47', type: 'UNKNOWN_IDENTIFIER', status: 404 },
    {
      query: "SELECT throwIf(1, 'no')",
      code: '395',
      type: 'FUNCTION_THROW_IF_VALUE_IS_NON_ZERO',
      status: 500,
    },
    {
      query: 'SELECT count() FROM numbers(1000000000000) SETTINGS max_execution_time = 0.1',
      code: '159',
      type: 'TIMEOUT_EXCEEDED',
      status: 408,
    },
  ]

  it.each(cases)('$code for $query', async ({ query, code, type, status }) => {
    const refused = running.writer.query({ query, format: 'JSONEachRow' })
    await expect(refused.then((result) => result.text())).rejects.toMatchObject({ code, type })
    const response = await fetchAs(running.url, { body: query })
    expect(response.headers.get('x-clickhouse-exception-code')).toBe(code)
    expect(response.status).toBe(status)
    expect(await response.text()).toMatch(/^Code: \d+\. DB::Exception: .*\(version 26\./s)
  })

  it('point at the place in the query as it was written', async () => {
    const response = await fetchAs(running.url, { body: 'SELECT 1 +* 2' })
    expect(await response.text()).toContain('failed at position 13')
  })

  it('that come after rows end the rows', async () => {
    const result = await running.writer.query({
      query: 'SELECT throwIf(number = 300000) FROM numbers(400000) SETTINGS max_block_size = 1000',
      format: 'JSONEachRow',
    })
    await expect(result.json()).rejects.toMatchObject({ code: '395' })
  })

  it('of a materialised view fail the insert', async () => {
    for (const query of [
      'CREATE TABLE gate (id UInt64) ENGINE = Null',
      'CREATE TABLE kept (id UInt64) ENGINE = MergeTree ORDER BY id',
      "CREATE MATERIALIZED VIEW fence TO kept AS SELECT id FROM gate WHERE NOT throwIf(id = 2, 'fenced')",
    ]) {
      await running.writer.command({ query })
    }
    const insert = (ids: number[]) =>
      running.writer.insert({
        table: 'gate',
        values: ids.map((id) => ({ id })),
        format: 'JSONEachRow',
        clickhouse_settings: { async_insert: 0 },
      })
    await insert([1])
    await expect(insert([3, 2])).rejects.toMatchObject({ code: '395' })
    expect(await valuesOf('SELECT groupArray(id) FROM kept')).toEqual([[1]])
  })
})

describe('a running query', () => {
  const endless = 'SELECT count() FROM numbers(1000000000000) WHERE NOT ignore(sipHash64(number))'
  const running_ = async (comment: string): Promise<unknown> =>
    (
      await valuesOf(
        "SELECT count() FROM system.processes WHERE startsWith(Settings['log_comment'], {comment:String})",
        {
          comment,
        },
      )
    )[0]

  it('is found by its log_comment, or else by the query_id that its client gave', async () => {
    const controller = new AbortController()
    const { signal } = controller
    const asked = [
      running.writer.command({ query: endless, query_id: 'flush-1', abort_signal: signal }),
      running.writer.command({
        query: endless,
        clickhouse_settings: { log_comment: 'flush-2' },
        abort_signal: signal,
      }),
    ]
    await vi.waitFor(async () => expect(await running_('flush-')).toBe(2), patient)
    controller.abort()
    await Promise.allSettled(asked)
  })

  it('ends when its caller is gone', async () => {
    const controller = new AbortController()
    const asked = running.writer.command({
      query: endless,
      query_id: 'abort-1',
      abort_signal: controller.signal,
    })
    await vi.waitFor(async () => expect(await running_('abort-')).toBe(1), patient)
    controller.abort()
    await expect(asked).rejects.toThrow('aborted')
    await vi.waitFor(async () => expect(await running_('abort-')).toBe(0), patient)
  })

  it('ends when its caller reads no further', async () => {
    const result = await running.writer.query({
      query: 'SELECT number FROM system.numbers',
      format: 'JSONEachRow',
      query_id: 'unread-1',
    })
    const rows = result.stream()
    await once(rows, 'data')
    result.close()
    await vi.waitFor(async () => expect(await running_('unread-')).toBe(0), patient)
  })
})

it('streams a result that is larger than it would hold', async () => {
  const result = await running.reader.query({
    query: 'SELECT number FROM numbers(1000000)',
    format: 'JSONEachRow',
  })
  let count = 0
  for await (const rows of result.stream<{ number: number }>()) count += rows.length
  expect(count).toBe(1_000_000)
})

it('answers from the database that the URL names', async () => {
  await running.writer.command({ query: 'CREATE DATABASE `other one`' })
  const client = clientOf(running.url, { database: 'other one' })
  const result = await client.query({ query: 'SELECT currentDatabase() AS name', format: 'JSONEachRow' })
  expect(await result.json()).toEqual([{ name: 'other one' }])
  await client.close()
})

it('says which query it answered', async () => {
  const { query_id, response_headers } = await running.writer.command({ query: 'SELECT 1', query_id: 'mine' })
  expect({ query_id, header: response_headers['x-clickhouse-query-id'] }).toEqual({
    query_id: 'mine',
    header: 'mine',
  })
})

const fetchAs = (url: string, init: RequestInit): Promise<Response> => {
  const { username, password, origin } = new URL(url)
  const authorization = `Basic ${btoa(`${username}:${password}`)}`
  return fetch(origin, { method: 'POST', ...init, headers: { authorization, ...init.headers } })
}
