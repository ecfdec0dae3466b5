import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'

const main = fileURLToPath(new URL('main.ts', import.meta.url))
const admin = { PLATFORM_ADMIN_EMAIL: 'root@example.org', PLATFORM_ADMIN_PASSWORD: 'correct horse' }
const key = 'a-key-that-nobody-guesses'

interface Running {
  readonly child: ChildProcess
  readonly printed: () => string
}

const run = (env: Record<string, string>, ...args: string[]): Running => {
  const child = spawn(process.execPath, ['--conditions=@mcp-sentinel/source', main, ...args], {
    env: { HOST: '127.0.0.1', PORT: '0', METRICS_PORT: '0', API_KEYS: key, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let printed = ''
  child.stdout?.on('data', (chunk: Buffer) => {
    printed += chunk
  })
  return { child, printed: () => printed }
}
const ended = async ({ child, printed }: Running) => {
  const [told, [code]] = await Promise.all([
    text(child.stderr as NodeJS.ReadableStream),
    once(child, 'close'),
  ])
  return { code, told, printed: printed() }
}
const directory = async (): Promise<string> => {
  const path = await mkdtemp(join(tmpdir(), 'api-main-'))
  onTestFinished(() => rm(path, { recursive: true }))
  return path
}
/** The origins that a process listens at, metrics first, when it has started. */
const started = async ({ child, printed }: Running): Promise<readonly string[]> => {
  while (!printed().includes('"started"')) {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}: ${printed()}`)
    await Promise.race([once(child.stdout as NodeJS.ReadableStream, 'data'), once(child, 'exit')])
  }
  return [...printed().matchAll(/Server listening at ([^"]+)/g)].map(([, origin]) => origin ?? '')
}

test('--check-config ends with 0, or with 78 and all that is wrong', async () => {
  const [good, bad] = await Promise.all([
    ended(run({ POSTGRES_DIRECTORY: 'nowhere' }, '--check-config')),
    ended(run({ PORT: 'x', PLATFORM_MODE: 'open' }, '--check-config')),
  ])
  expect([good.code, bad.code]).toEqual([0, 78])
  expect(bad.told).toContain('PORT: is not a whole number')
  expect(bad.told).toContain('PLATFORM_MODE: is none of')
})

test('a file that is no key is a fault of the configuration', async () => {
  const path = join(await directory(), 'key.pem')
  await writeFile(path, 'no key')
  const { code, told } = await ended(run({ PLATFORM_SIGNING_KEY_FILE: path }))
  expect([code, told.trim()]).toEqual([
    78,
    expect.stringContaining('PLATFORM_SIGNING_KEY_FILE: cannot be read'),
  ])
})

test('the bootstrap makes the admin and ends, again and again; then the admin logs in', async () => {
  const POSTGRES_DIRECTORY = join(await directory(), 'accounts')
  for (const made of [true, false]) {
    const { code, printed } = await ended(
      run({ POSTGRES_DIRECTORY, ...admin, PLATFORM_ADMIN_BOOTSTRAP_ONLY: 'true' }),
    )
    expect([code, printed.includes('made an account')]).toEqual([0, made])
    expect(printed).not.toContain('correct horse')
  }
  const running = run({ POSTGRES_DIRECTORY })
  const [metrics, origin] = await started(running)
  const login = await fetch(`${origin}/api/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'root@example.org', password: 'correct horse' }),
  })
  expect([login.status, await login.json()]).toMatchObject([200, { user: { role: 'admin' } }])
  expect((await fetch(`${origin}/ready`)).status).toBe(200)
  expect(await (await fetch(`${metrics}/metrics`)).text()).toContain('http_request_duration_seconds')
  running.child.kill('SIGTERM')
  expect((await ended(running)).code).toBe(0)
}, 60_000)

test('starts while Postgres is away, is not ready, and serves what needs none', async () => {
  const running = run({
    POSTGRES_DSN: 'postgres://user:password@127.0.0.1:1/platform',
    PLATFORM_JWT_SECRET: 'thirty-two-characters-or-more-of-a-secret',
  })
  const [, origin] = await started(running)
  const ask = async (path: string, headers = {}) => {
    const response = await fetch(`${origin}${path}`, { headers })
    return [response.status, await response.json()]
  }
  expect(await ask('/ready')).toEqual([503, { ok: false, error: 'platform_unavailable' }])
  expect(await ask('/live')).toMatchObject([200, {}])
  expect(await ask('/api/auth/me', { 'x-api-key': key })).toMatchObject([
    200,
    { principal: { role: 'user' } },
  ])
  expect(await ask('/api/auth/me', { 'x-api-key': `mcpu_${'a'.repeat(43)}` })).toMatchObject([
    503,
    { error: 'platform_unavailable' },
  ])
  running.child.kill('SIGTERM')
  expect((await ended(running)).code).toBe(0)
}, 60_000)

test('--migrate gives up when the server stays away for too long', async () => {
  const { code, printed } = await ended(
    run(
      {
        POSTGRES_DSN: 'postgres://user:password@127.0.0.1:1/platform',
        PLATFORM_JWT_SECRET: 'thirty-two-characters-or-more-of-a-secret',
        PLATFORM_DB_STARTUP_TIMEOUT: '1s',
      },
      '--migrate',
    ),
  )
  expect(code).toBe(1)
  expect(printed).toContain('could not start')
  expect(printed).not.toContain(':password')
})
