import { once } from 'node:events'
import { cpSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createEmbeddedPostgres } from '@mcp-sentinel/embedded/postgres'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { makeSampleCall, sampleCalls } from './sample-calls.ts'
import { seedResources } from './sample-resources.ts'
import { questions, showWays } from './show-ways.ts'
import { up } from './up.ts'

const folder = async (): Promise<string> => {
  const path = await mkdtemp(join(tmpdir(), 'up-'))
  onTestFinished(() => rm(path, { recursive: true, force: true }))
  return path
}
const soon = { timeout: 10_000 }

let made: string
beforeAll(async () => {
  made = await mkdtemp(join(tmpdir(), 'up-made-'))
  await (await createEmbeddedPostgres({ dataDirectory: made })).close()
}, 60_000)
afterAll(() => rm(made, { recursive: true, force: true }))
/** With a cluster for the accounts, which takes seconds to make; whoever starts for the first time makes their own. */
const begun = async (): Promise<string> => {
  const path = await folder()
  cpSync(made, join(path, 'postgres'), { recursive: true })
  return path
}

test('the stack comes up, guards the sample, keeps its data, and follows its resources', {
  timeout: 60_000,
}, async () => {
  const directory = await folder()
  const lines: string[] = []
  const start = () => up({ directory, port: 0, print: (line) => lines.push(line) })
  const first = await start()
  expect(await first.show()).toBe(true)
  const said = lines.join('\n')
  expect(said).toMatch(/sidecar at \S+, policy r:[0-9a-f]{6}/)
  expect(said).toMatch(/list_documents\s+allowed\s+grant workspace-ops/)
  expect(said).toMatch(/delete_document\s+refused\s+trust_too_low/)
  expect(said).toContain('would pass: consent to high in session sess-demo')

  const [, deletion] = sampleCalls
  if (deletion === undefined) throw new Error('there is a second call')
  const edit = async (file: string, from: string, to: string): Promise<void> => {
    const path = join(first.resources, 'mcp-servers', file)
    const text = await readFile(path, 'utf8')
    expect(text).toContain(from)
    await writeFile(path, text.replace(from, to))
  }
  first.follow()
  await edit('mcpagentsessions/sess-demo.yaml', 'consentedTrust: medium', 'consentedTrust: high')
  const told =
    /policy {2}r:[0-9a-f]{6} → r:[0-9a-f]{6} in force after \d+ ms {2}\(resources\/mcp-servers\/mcpagentsessions\/sess-demo\.yaml\)/
  await vi.waitFor(() => expect(lines.join('\n')).toMatch(told), soon)
  // The calls are made again.
  await vi.waitFor(() => expect(lines.join('\n')).toMatch(/delete_document\s+allowed/), soon)

  await edit('mcpaccessgrants/workspace-ops.yaml', 'maxTrust', 'maxTrsut')
  const fault =
    'resources/mcp-servers/mcpaccessgrants/workspace-ops.yaml:12:3 /spec/maxTrsut: "maxTrsut" is not a member here; did you mean maxTrust?'
  await vi.waitFor(() => expect(lines.join('\n')).toContain(fault), soon)
  expect((await makeSampleCall(first.url, deletion)).isRefused).toBe(false)
  await edit('mcpaccessgrants/workspace-ops.yaml', 'maxTrsut', 'maxTrust')
  await first.close()

  // What was written into the files is their user's, and stays.
  const second = await start()
  onTestFinished(second.close)
  expect((await makeSampleCall(second.url, deletion)).isRefused).toBe(false)
  expect(await second.show()).toBe(false)
})

test('each part is supervised: it tells how it is, what it said, and comes back when it is restarted or killed', {
  timeout: 60_000,
}, async () => {
  const lines: string[] = []
  const stack = await up({ directory: await begun(), port: 0, print: (line) => lines.push(line) })
  onTestFinished(stack.close)
  const { workloads } = stack
  const statuses = async () =>
    (await workloads.components()).map(({ key, status, message }) => `${key} ${status}${message}`)
  const keys = [
    'clickhouse',
    'processor',
    'ingest',
    'api',
    'dashboard',
    'workspace-assistant',
    'workspace-assistant-gateway',
  ]
  const ready = keys.map((key) => `${key} Ready`)
  expect(await statuses()).toEqual(ready)
  const gateway = async (previous = false) =>
    (await workloads.logs('workspace-assistant-gateway', { previous })).map(({ text }) => text).join('\n')
  const pid = async () => Number(/^process (\d+)$/m.exec(await gateway())?.[1])
  const first = await pid()
  expect(await gateway()).toContain('"msg":"guarding"')

  expect(await workloads.restart({ all: true })).toEqual(keys)
  await vi.waitFor(async () => expect(await gateway(true)).toContain(`process ${first}`), { timeout: 30_000 })
  await vi.waitFor(async () => expect(await statuses()).toEqual(ready), soon)
  expect(await stack.show()).toBe(true)
  expect(lines.filter((line) => /ended|failed/.test(line))).toEqual([])

  const second = await pid()
  expect(second).not.toBe(first)
  process.kill(second, 'SIGKILL')
  await vi.waitFor(async () => expect(await pid()).not.toBe(second), soon)
  await vi.waitFor(async () => expect(await statuses()).toEqual(ready), soon)
  expect(lines).toContain('  Gateway of workspace-assistant ended (SIGKILL), and is started again')
  expect(await stack.show()).toBe(true)
})

test('one origin serves it all: pages, API, ingest; two can log in, and are told with what once', {
  timeout: 60_000,
}, async () => {
  const directory = await begun()
  const first = await up({ directory, port: 0, print: () => {} })
  await first.show()
  const { origin, logins, adminKey } = first
  expect(logins.map(({ email }) => email)).toEqual(['admin@localhost', 'user@localhost'])
  const lines: string[] = []
  showWays(first, (line) => lines.push(line))
  for (const { email, password } of logins) expect(lines.join('\n')).toContain(`${email}  ${password}`)

  for (const question of questions) {
    expect(lines.join('\n')).toContain(`'${origin}${question}'`)
    const answer = await fetch(`${origin}${question}`, { headers: { 'x-api-key': adminKey } })
    expect([question, answer.status]).toEqual([question, 200])
  }
  const login = (from: string, { email, password }: { readonly email: string; readonly password: string }) =>
    fetch(`${from}/api/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email, password }),
    })
  for (const each of logins) expect((await login(origin, each)).status).toBe(200)
  expect((await fetch(`${origin}/config.js`)).headers.get('content-type')).toContain('text/javascript')
  const event = await fetch(`${origin}/ingest/events`, { method: 'POST', body: '{}' })
  expect(event.status).toBe(401)
  await first.close()

  const second = await up({ directory, port: 0, print: () => {} })
  expect(second.logins).toEqual([])
  for (const each of logins) expect((await login(second.origin, each)).status).toBe(200)
  await second.close()
  const third = await up({ directory, port: 0, print: () => {}, newPasswords: true })
  onTestFinished(third.close)
  expect(third.logins.map(({ email }) => email)).toEqual(['admin@localhost', 'user@localhost'])
  for (const each of logins) expect((await login(third.origin, each)).status).toBe(401)
  for (const each of third.logins) expect((await login(third.origin, each)).status).toBe(200)
})

test('what cannot be read from the start on shuts the server, until it is mended', {
  timeout: 60_000,
}, async () => {
  const directory = await begun()
  await seedResources(join(directory, 'resources'))
  const file = join(directory, 'resources/mcp-servers/mcpaccessgrants/workspace-ops.yaml')
  const good = await readFile(file, 'utf8')
  await writeFile(file, good.replace('maxTrust', 'maxTrsut'))
  const lines: string[] = []
  const stack = await up({ directory, port: 0, print: (line) => lines.push(line) })
  onTestFinished(stack.close)
  expect(lines.join('\n')).toContain(
    'resources/mcp-servers/mcpaccessgrants/workspace-ops.yaml:12:3 /spec/maxTrsut',
  )
  expect(lines.join('\n')).toContain('every call is refused (GrantUnreadable)')
  expect(await stack.show()).toBe(false)
  expect(lines.join('\n')).toContain('list_documents   could not be called')

  await writeFile(file, good)
  await vi.waitFor(async () => expect(await stack.show()).toBe(true), soon)
})

test('a port that is taken is a fault that names it', { timeout: 60_000 }, async () => {
  const taken = createServer()
  taken.listen(0, '127.0.0.1')
  await once(taken, 'listening')
  onTestFinished(() => void taken.close())
  const { port } = taken.address() as AddressInfo
  const lines: string[] = []
  await expect(up({ directory: await begun(), port, print: (line) => lines.push(line) })).rejects.toThrow(
    `port ${port} is in use`,
  )
})
