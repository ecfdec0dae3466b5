import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer, text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { startStub } from '@mcp-sentinel/fixture-servers/stub'
import { expect, onTestFinished, test, vi } from 'vitest'

// Each test starts processes, and the machine may be busy.
vi.setConfig({ testTimeout: 30_000 })

const main = fileURLToPath(new URL('main.ts', import.meta.url))

const run = (env: Record<string, string>, ...args: string[]): ChildProcess => {
  const child = spawn(process.execPath, ['--conditions=@mcp-sentinel/source', main, ...args], {
    env: { HOST: '127.0.0.1', PORT: '0', METRICS_PORT: '0', MCP_SERVER_NAME: 'payments', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}
const ended = async (child: ChildProcess): Promise<{ code: unknown; told: string }> => {
  const [told, [code]] = await Promise.all([text(child.stderr as NodeJS.ReadableStream), once(child, 'exit')])
  return { code, told }
}
const folder = async (): Promise<string> => {
  const path = await mkdtemp(join(tmpdir(), 'gateway-main-'))
  onTestFinished(() => rm(path, { recursive: true }))
  return path
}
/** Where it guards, and where its metrics are. */
const started = async (child: ChildProcess): Promise<{ url: string; metrics: string }> => {
  let read = ''
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
    read += chunk
    if (read.includes('"started"')) break
  }
  const port = /"port":(\d+)/.exec(read)?.[1]
  const metrics = /Server listening at ([^"]+)/.exec(read)?.[1] ?? ''
  return { url: `http://127.0.0.1:${port}`, metrics }
}

/** Ingest, as far as a spool needs it. */
const ingest = async () => {
  const events: { readonly event_type: string; readonly payload: Record<string, unknown> }[] = []
  const keys: unknown[] = []
  const server = createServer(async (req, res) => {
    const lines = (await buffer(req)).toString().trim().split('\n')
    keys.push(req.headers['x-api-key'])
    events.push(...lines.map((line) => JSON.parse(line)))
    res.writeHead(202, { 'content-type': 'application/json' })
    res.end(JSON.stringify({ ok: true, accepted: lines.length, rejected: [] }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`, events, keys }
}

const policy = `
server: { name: payments }
tools: [{ name: add, side_effect: read }]
grants: [{ name: readers, agent_id: reader, allowed_side_effects: [read] }]
`

const call = (url: string, agent: string, headers: Record<string, string> = {}) =>
  fetch(`${url}/mcp`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-mcp-agent-id': agent, ...headers },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'add' } }),
  })

test('--check-config ends with 0, or with 78 and all that is wrong', async () => {
  const [good, bad, open] = await Promise.all([
    ended(run({}, '--check-config')),
    ended(
      run(
        { PORT: 'x', UPSTREAM_URL: 'http://127.0.0.1:1/mcp', POLICY_URL: 'http://127.0.0.1:2' },
        '--check-config',
      ),
    ),
    ended(run({ HOST: '0.0.0.0' }, '--check-config')),
  ])
  expect([good.code, bad.code, open.code]).toEqual([0, 78, 78])
  expect(bad.told).toContain('PORT: is not a whole number')
  expect(open.told).toContain('HEADER_IDENTITY_TRUST: is not set')
})

test('a policy that cannot be read is a fault that is told with its place', async () => {
  const path = join(await folder(), 'policy.yaml')
  await writeFile(path, 'server: { name: payments }\ngrant: []\n')
  const child = run({ POLICY_FILE: path })
  const [told, [code]] = await Promise.all([text(child.stdout as NodeJS.ReadableStream), once(child, 'exit')])
  expect(code).toBe(1)
  expect(told).toContain('policy.yaml:2:1')
})

test('by its older names: decides, forwards, ships what it decided, and ends when it is told to', async () => {
  const [path, upstream, events] = [await folder(), await startStub(), await ingest()]
  onTestFinished(upstream.close)
  await writeFile(join(path, 'policy.json'), policy)
  const child = run({
    UPSTREAM_URL: new URL(upstream.url).origin,
    POLICY_FILE: join(path, 'policy.json'),
    MCP_ANALYTICS_INGEST_URL: events.url,
    MCP_ANALYTICS_API_KEY: 'a-key-that-nobody-guesses',
    SPOOL_DIRECTORY: join(path, 'spool'),
  })
  const { url, metrics } = await started(child)
  expect(await (await fetch(`${url}/health`)).text()).toBe('ok')
  expect(await (await fetch(`${url}/ready`)).text()).toBe('ready')
  expect((await fetch(`${url}/.well-known/oauth-protected-resource`)).status).toBe(404)
  expect((await call(url, 'reader')).status).toBe(200)
  const refused = await call(url, 'stranger')
  expect([refused.status, refused.headers.get('x-mcp-denial-reason')]).toEqual([403, 'no_matching_grant'])

  expect(await (await fetch(`${metrics}/metrics`)).text()).toContain(
    'mcp_gateway_policy_decisions_total{server="payments",namespace="",rpc_method="tools/call",decision="deny",reason="no_matching_grant"} 1',
  )
  expect(await (await fetch(`${metrics}/config/status`)).json()).toMatchObject({
    ready: true,
    schema_version: 'v1',
    durability: 'process',
  })
  expect((await fetch(`${url}/metrics`)).status).toBe(405)

  // It changes while it is in force, and the next call is judged by it.
  await writeFile(join(path, 'policy.json'), policy.replace('agent_id: reader', 'agent_id: stranger'))
  await vi.waitFor(async () => expect((await call(url, 'stranger')).status).toBe(200), { timeout: 10_000 })
  expect((await call(url, 'reader')).status).toBe(403)

  child.kill('SIGTERM')
  expect((await ended(child)).code).toBe(0)
  const decisions = events.events.filter(({ event_type }) => event_type === 'mcp.request')
  expect(
    decisions.slice(0, 2).map(({ payload }) => [payload['decision'], payload['agent_id'], payload['status']]),
  ).toEqual([
    ['allow', 'reader', 200],
    ['deny', 'stranger', 403],
  ])
  expect(decisions.at(-1)?.payload['decision']).toBe('deny')
  expect(new Set(events.keys)).toEqual(new Set(['a-key-that-nobody-guesses']))
})

test('an open stream ends with the process, after the time it is given, and is recorded', async () => {
  const [path, upstream, events] = [await folder(), await startStub(), await ingest()]
  onTestFinished(upstream.close)
  await writeFile(join(path, 'policy.yaml'), policy)
  const child = run({
    UPSTREAM_URL: new URL(upstream.url).origin,
    POLICY_FILE: join(path, 'policy.yaml'),
    ANALYTICS_INGEST_URL: events.url,
    SPOOL_DIRECTORY: join(path, 'spool'),
    SHUTDOWN_TIMEOUT: '200ms',
  })
  const { url } = await started(child)
  const answer = await call(url, 'reader', { 'x-stub-fault': 'silent-stream' })
  const read = answer.text()
  child.kill('SIGTERM')
  await expect(read).rejects.toThrow()
  expect((await ended(child)).code).toBe(0)
  const [decision] = events.events.filter(({ event_type }) => event_type === 'mcp.request')
  expect(decision?.payload).toMatchObject({ decision: 'allow', outcome: 'aborted' })
})

test('what is in arguments that no rule names is in no record, log, span or metric', async () => {
  const secret = 'hunter2-and-nobody-else'
  const [path, upstream, events] = [await folder(), await startStub(), await ingest()]
  onTestFinished(upstream.close)
  const spans: Buffer[] = []
  const collector = createServer(async (req, res) => {
    spans.push(await buffer(req))
    res.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  })
  collector.listen(0, '127.0.0.1')
  await once(collector, 'listening')
  onTestFinished(() => void collector.close())
  const rule =
    'tool_rules: [{ name: add, when: [{ pointer: /a, op: lt, value: 9 }], record: { arguments: [{ pointer: /a, as: value }, { pointer: /pin }] } }]'
  await writeFile(
    join(path, 'policy.yaml'),
    `schema_version: v2${policy.replace('allowed_side_effects: [read]', `allowed_side_effects: [read], ${rule}`)}`,
  )
  const child = run({
    UPSTREAM_URL: new URL(upstream.url).origin,
    POLICY_FILE: join(path, 'policy.yaml'),
    ANALYTICS_INGEST_URL: events.url,
    SPOOL_DIRECTORY: join(path, 'spool'),
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(collector.address() as AddressInfo).port}`,
    TRACE_SAMPLE_RATIO: '1',
    LOG_LEVEL: 'trace',
  })
  const logged: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => logged.push(chunk))
  const { url, metrics } = await started(child)
  const statuses: number[] = []
  for (const [args, headers] of [
    [`{"a":5,"pin":"${secret}","note":"${secret}"}`, {}],
    [`{"a":10,"pin":"${secret}"}`, {}],
    [`{"a":5,"note":"${secret}`, {}],
    [`{"a":5,"note":"${secret}"}`, { 'x-stub-fault': 'reset' }],
  ] as const) {
    const body = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add","arguments":${args}}}`
    const sent = { 'content-type': 'application/json', 'x-mcp-agent-id': 'reader', ...headers }
    statuses.push((await fetch(`${url}/mcp`, { method: 'POST', headers: sent, body })).status)
  }
  expect(statuses.slice(0, 3)).toEqual([200, 403, 400])
  const figures = await (await fetch(`${metrics}/metrics`)).text()
  child.kill('SIGTERM')
  expect((await ended(child)).code).toBe(0)
  const told = Buffer.concat(logged).toString() + figures + Buffer.concat(spans).toString('latin1')
  for (const source of ['guarding', 'mcp_gateway_requests_total', 'gen_ai.tool.name'])
    expect(told).toContain(source)
  const spool = await readdir(join(path, 'spool'))
  const kept = await Promise.all(spool.map((file) => readFile(join(path, 'spool', file), 'latin1')))
  const recorded = JSON.stringify(events.events)
  expect(recorded).toContain('/arguments/pin')
  expect([told, kept.join(), recorded].map((text) => text.includes(secret))).toEqual([false, false, false])
})

test('without a policy it starts, and refuses', async () => {
  const upstream = await startStub()
  onTestFinished(upstream.close)
  const { url } = await started(run({ UPSTREAM_URL: new URL(upstream.url).origin }))
  expect((await call(url, 'reader')).headers.get('x-mcp-denial-reason')).toBe('no_matching_grant')
  expect(upstream.calls).toHaveLength(0)
})

test('until its control plane has spoken it is not ready, and refuses', async () => {
  const env = { POLICY_URL: 'http://127.0.0.1:1/policy', POLICY_TOKEN: 'a-token-that-nobody-guesses' }
  const { url } = await started(run({ UPSTREAM_URL: 'http://127.0.0.1:1', ...env }))
  const refused = await call(url, 'reader')
  expect([refused.status, refused.headers.get('x-mcp-denial-reason')]).toEqual([503, 'policy_unavailable'])
  expect((await fetch(`${url}/ready`)).status).toBe(503)
})

test('what has to be durable does not go on where nothing is kept', async () => {
  const [path, upstream] = [await folder(), await startStub()]
  onTestFinished(upstream.close)
  const grant = 'allowed_side_effects: [read], tool_rules: [{ name: add, audit: required }]'
  const strict = `schema_version: v2${policy.replace('allowed_side_effects: [read]', grant)}`
  await writeFile(join(path, 'policy.yaml'), strict)
  const env = { UPSTREAM_URL: new URL(upstream.url).origin, POLICY_FILE: join(path, 'policy.yaml') }
  const unkept = await started(run(env))
  expect((await call(unkept.url, 'reader')).headers.get('x-mcp-denial-reason')).toBe('audit_unavailable')
  expect(upstream.calls).toHaveLength(0)
  const kept = await started(run({ ...env, SPOOL_DIRECTORY: join(path, 'spool') }))
  expect((await call(kept.url, 'reader')).status).toBe(200)
})
