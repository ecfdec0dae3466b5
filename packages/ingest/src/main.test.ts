import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { createSegmentLog } from '@mcp-sentinel/events/adapters/segment-log'
import { expect, onTestFinished, test } from 'vitest'

const main = fileURLToPath(new URL('main.ts', import.meta.url))
const key = 'a-key-that-nobody-guesses'

const run = (env: Record<string, string>, ...args: string[]): ChildProcess => {
  const child = spawn(process.execPath, ['--conditions=@mcp-sentinel/source', main, ...args], {
    env: { HOST: '127.0.0.1', PORT: '0', METRICS_PORT: '0', INGEST_API_KEYS: key, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}
const ended = async (child: ChildProcess): Promise<{ code: unknown; told: string }> => {
  const [told, [code]] = await Promise.all([text(child.stderr as NodeJS.ReadableStream), once(child, 'exit')])
  return { code, told }
}
const directory = async (): Promise<string> => {
  const path = await mkdtemp(join(tmpdir(), 'ingest-main-'))
  onTestFinished(() => rm(path, { recursive: true }))
  return path
}
/** The lines of a log, until one that tells what is looked for. */
const until = async (child: ChildProcess, message: string): Promise<string[]> => {
  let read = ''
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
    read += chunk
    if (read.includes(`"${message}"`)) break
  }
  return read.trim().split('\n')
}

test('--check-config ends with 0, or with 78 and all that is wrong', async () => {
  const [good, bad] = await Promise.all([
    ended(run({ LOG_DIRECTORY: 'nowhere' }, '--check-config')),
    ended(run({ PORT: 'x', APPEND_TIMEOUT: '1' }, '--check-config')),
  ])
  expect([good.code, bad.code]).toEqual([0, 78])
  expect(bad.told).toContain('PORT: is not a whole number')
  expect(bad.told).toContain('APPEND_TIMEOUT: is not a duration')
})

test.each<[string, string | undefined, string]>([
  ['that are not there', undefined, 'cannot be read'],
  ['that are none', '{"keys":[]}', 'is no JWKS'],
])('keys of tokens %s are a fault of the configuration', async (_, content, fault) => {
  const path = join(await directory(), 'keys.json')
  if (content !== undefined) await writeFile(path, content)
  const { code, told } = await ended(run({ LOG_DIRECTORY: 'nowhere', INGEST_TOKEN_KEYS: path }))
  expect([code, told.trim()]).toEqual([78, expect.stringContaining(`INGEST_TOKEN_KEYS: ${fault}`)])
})

test('takes an event, ends when it is told to, and leaves the event in the log', async () => {
  const path = await directory()
  const child = run({ LOG_DIRECTORY: path })
  const lines = (await until(child, 'started')).map((line) => JSON.parse(line) as { msg: string })
  const origins = lines.flatMap(({ msg }) => /^Server listening at (\S+)$/.exec(msg)?.[1] ?? [])
  const [metrics, origin] = origins
  const response = await fetch(`${origin}/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': key },
    body: JSON.stringify({ source: 'a', event_type: 'mcp.request', payload: { server: 'payments' } }),
  })
  expect(response.status).toBe(202)
  expect(await (await fetch(`${metrics}/metrics`)).text()).toContain('ingest_events_accepted_total 1')
  child.kill('SIGTERM')
  expect((await ended(child)).code).toBe(0)

  const log = await createSegmentLog({ directory: path })
  const consumer = await log.consume('test')
  const records = await (await consumer.nextClaim())?.read(0, { recordsMax: 10, bytesMax: 1024 ** 2 })
  expect(records?.map(({ value }) => JSON.parse(String(value)).payload)).toEqual([{ server: 'payments' }])
  await log.close()
})

test('starts while Kafka is away, and says that it is not ready', async () => {
  const child = run({ KAFKA_BROKERS: '127.0.0.1:1' })
  const lines = await until(child, 'started')
  const origin = lines.flatMap((line) => /Server listening at ([^"]+)/.exec(line)?.[1] ?? []).at(-1)
  const ready = await fetch(`${origin}/ready`)
  expect([ready.status, await ready.json()]).toEqual([503, { ok: false, error: 'kafka_unavailable' }])
  expect((await fetch(`${origin}/live`)).status).toBe(200)
  child.kill('SIGTERM')
  expect((await ended(child)).code).toBe(0)
})
