import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ClickHouseClient } from '@clickhouse/client'
import { expect, it, onTestFinished, vi } from 'vitest'
import { createEmbeddedClickHouse } from '../clickhouse.ts'
import { clientOf, startForTest } from './running.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const emptyDirectory = async (): Promise<string> => {
  const { path, remove } = await temporaryDirectory()
  onTestFinished(remove)
  return path
}

const source = fileURLToPath(new URL('..', import.meta.url))

it('keeps what it took, from one start to the next', async () => {
  const dataDirectory = await emptyDirectory()
  const first = await createEmbeddedClickHouse({ dataDirectory })
  const writer = clientOf(first.url)
  await writer.command({ query: 'CREATE TABLE event (id UInt64) ENGINE = MergeTree ORDER BY id' })
  await writer.insert({ table: 'event', values: [{ id: 1 }], format: 'JSONEachRow' })
  await writer.close()
  await first.close()

  const second = await createEmbeddedClickHouse({ dataDirectory })
  const reader = clientOf(second.readerUrl)
  const result = await reader.query({ query: 'SELECT id FROM event', format: 'JSONEachRow' })
  expect(await result.json()).toEqual([{ id: 1 }])
  expect(second.url).not.toBe(first.url)
  await reader.close()
  await second.close()
})

it('refuses a directory that somebody else owns, by its name, and does the owner no harm', async () => {
  const owner = await startForTest()
  const second = createEmbeddedClickHouse({ dataDirectory: owner.dataDirectory })
  await expect(second).rejects.toMatchObject({
    name: 'EmbeddedError',
    code: 'data_directory_locked',
    message: `${owner.dataDirectory} is in use by another process`,
  })
  await owner.writer.command({ query: 'CREATE TABLE event (id UInt64) ENGINE = MergeTree ORDER BY id' })
  await owner.writer.insert({ table: 'event', values: [{ id: 1 }], format: 'JSONEachRow' })
  await owner.close()
})

it('refuses a port that is taken, by its number', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const address = other.address()
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0
  await expect(
    createEmbeddedClickHouse({ dataDirectory: await emptyDirectory(), port }),
  ).rejects.toMatchObject({
    code: 'port_in_use',
    message: `port ${port} of 127.0.0.1 cannot be taken: EADDRINUSE`,
  })
  other.close()
})

it('refuses a directory that cannot be', async () => {
  const path = join(await emptyDirectory(), 'a-file')
  await writeFile(path, '')
  await expect(createEmbeddedClickHouse({ dataDirectory: join(path, 'below') })).rejects.toMatchObject({
    code: 'data_directory_unusable',
  })
})

it('says when it takes too long, and leaves nothing behind', async () => {
  const dataDirectory = await emptyDirectory()
  const late = createEmbeddedClickHouse({ dataDirectory, startDeadlineMs: 1 })
  await expect(late).rejects.toMatchObject({
    code: 'engine_not_started',
    message: 'ClickHouse did not start: it was not ready after 1 ms',
  })
  const inTime = await createEmbeddedClickHouse({ dataDirectory })
  await inTime.close()
})

/** The sources in a place of their own, where the engine's package is what the test makes of it. */
const sourcesElsewhere = async (): Promise<string> => {
  const folder = await emptyDirectory()
  await cp(source, join(folder, 'src'), { recursive: true, filter: (path) => !path.endsWith('.test.ts') })
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
  await writeFile(
    join(folder, 'start.ts'),
    `import { createEmbeddedClickHouse } from './src/index.ts'
    const failed = createEmbeddedClickHouse({ dataDirectory: ${JSON.stringify(join(folder, 'data'))} })
    await failed.catch(({ code, message }) => console.log(JSON.stringify({ code, message })))`,
  )
  return folder
}

const outcomeIn = async (folder: string): Promise<unknown> => {
  const child = spawn(process.execPath, [join(folder, 'start.ts')], { stdio: ['ignore', 'pipe', 'inherit'] })
  const output = await child.stdout.toArray()
  return JSON.parse(Buffer.concat(output).toString())
}

it('says what to install where the engine is missing', async () => {
  expect(await outcomeIn(await sourcesElsewhere())).toEqual({
    code: 'engine_missing',
    message: 'the optional package chdb is not installed: npm install chdb',
  })
})

it('says what to do where the engine cannot be loaded', async () => {
  const folder = await sourcesElsewhere()
  const chdb = join(folder, 'node_modules', 'chdb')
  await mkdir(chdb, { recursive: true })
  await writeFile(join(chdb, 'package.json'), '{ "name": "chdb", "main": "index.cjs" }')
  await writeFile(join(chdb, 'index.cjs'), 'throw new Error("no native binding for linux-x64-musl")')
  expect(await outcomeIn(folder)).toEqual({
    code: 'engine_unloadable',
    message: expect.stringMatching(
      /needs Linux with glibc or macOS; elsewhere .* no native binding for linux-x64-musl$/,
    ),
  })
})

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

const untilRuns = (client: ClickHouseClient, comment: string): Promise<void> =>
  vi.waitFor(async () => {
    const result = await client.query({
      query: "SELECT count() FROM system.processes WHERE Settings['log_comment'] = {comment:String}",
      query_params: { comment },
      format: 'JSONCompactEachRow',
    })
    expect(await result.json()).toEqual([[1]])
  })

const endless = 'SELECT count() FROM numbers(1000000000000) WHERE NOT ignore(sipHash64(number))'

it('ends with the process that started it, even while a query runs', async () => {
  const holder = fork(fileURLToPath(new URL('./holder.ts', import.meta.url)), [await emptyDirectory()], {
    execArgv: [],
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  const [said] = holder.stdout ? await once(holder.stdout, 'data') : []
  const { pid, url } = JSON.parse(String(said))
  const client = clientOf(url)
  const refused = expect(client.command({ query: endless, query_id: 'endless' })).rejects.toThrow()
  await untilRuns(client, 'endless')
  expect(isAlive(pid)).toBe(true)
  holder.kill('SIGKILL')
  await vi.waitFor(() => expect(isAlive(pid)).toBe(false), 5_000)
  await refused
  await client.close()
})

it('answers what it is asked before it closes', async () => {
  const running = await startForTest()
  const query = 'SELECT sleepEachRow(0.1) FROM numbers(5) SETTINGS max_block_size = 1'
  const asked = running.writer.query({ query, query_id: 'brief', format: 'JSON' })
  await untilRuns(running.reader, 'brief')
  const closed = running.close()
  expect(await (await asked).json()).toMatchObject({ rows: 5 })
  await closed
})

it('closes within its deadline, whatever runs', async () => {
  const running = await startForTest({ stopDeadlineMs: 50 })
  const asked = running.writer.command({ query: endless, query_id: 'endless' })
  const refused = expect(asked).rejects.toThrow()
  await untilRuns(running.reader, 'endless')
  const pid = running.pid()
  await running.close()
  await refused
  expect(isAlive(pid)).toBe(false)
})
