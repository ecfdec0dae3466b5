import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type RequestListener, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { RequestRecord } from '@mcp-sentinel/events'
import { type Stub, startStub } from '@mcp-sentinel/fixture-servers/stub'
import { startV1Fixture } from '@mcp-sentinel/fixture-servers/v1'
import { createGateway, definitionDigest } from '@mcp-sentinel/gateway-middleware'
import { headerIdentity } from '@mcp-sentinel/gateway-middleware/adapters/header-identity'
import { heldPolicy } from '@mcp-sentinel/gateway-middleware/held-policy'
import type { PolicyDocument } from '@mcp-sentinel/policy'
import { afterEach, expect, test, vi } from 'vitest'
import { createUpstream } from './forward.ts'
import { listTools } from './list-tools.ts'
import { createLiveDefinitions } from './live-definitions.ts'
import { createSessionIds } from './session-id.ts'
import { createSidecar } from './sidecar.ts'
import { createUpstreamCredential } from './upstream-credential.ts'

let opened = new AsyncDisposableStack()
afterEach(async () => {
  await opened.disposeAsync()
  opened = new AsyncDisposableStack()
})

const grantedTo = (server: string, human: string, tool: string): PolicyDocument => ({
  server: { name: server, namespace: 'mcp-servers' },
  auth: { mode: 'header' },
  session: { required: true },
  tools: ['add', 'subtract'].map((name) => ({ name, side_effect: 'read' as const })),
  grants: [
    {
      name: `${human}-${server}`,
      human_id: human,
      max_trust: 'high',
      allowed_side_effects: ['read'],
      tool_rules: [{ name: tool }],
    },
  ],
  sessions: [{ name: `${human}-session`, human_id: human, consented_trust: 'high' }],
})

const serve = async (handle: RequestListener): Promise<string> => {
  const server = createServer(handle)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  opened.defer(async () => {
    server.close()
    server.closeAllConnections()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`
}

interface Guarded {
  readonly url: string
  readonly records: RequestRecord[]
  readonly change: (next: PolicyDocument) => void
  readonly openCalls: () => number
}

const guard = async (
  upstreamUrl: string,
  document: PolicyDocument,
  timeouts: { readonly headTimeoutMs?: number; readonly idleTimeoutMs?: number } = {},
  { pins = false } = {},
): Promise<Guarded> => {
  const records: RequestRecord[] = []
  const policy = heldPolicy(document)
  const sessionIds = createSessionIds([{ kid: 'k', key: Buffer.alloc(32, 7) }])
  const definitions = pins
    ? createLiveDefinitions({
        policy,
        list: () => listTools({ url: upstreamUrl, timeoutMs: 5_000 }),
        intervalMs: 60_000,
        report: () => {},
      })
    : undefined
  if (definitions !== undefined) opened.defer(async () => definitions.close())
  const gateway = await createGateway({
    definitions,
    policy,
    identify: headerIdentity(),
    record: (record) => records.push(record),
    denial: 'http',
    ownsSession: (caller, session) => sessionIds.unseal(caller, session) !== undefined,
  })
  const upstream = createUpstream({
    origin: new URL(upstreamUrl).origin,
    connectTimeoutMs: 1_000,
    headTimeoutMs: 60_000,
    idleTimeoutMs: 60_000,
    ...timeouts,
  })
  opened.defer(upstream.close)
  opened.defer(gateway.close)
  const credential = createUpstreamCredential({
    statementOf: ({ human }) => `signed ${human}`,
    tokenOf: (ref) => (ref === 'vault/t' ? 'upstream-token' : undefined),
  })
  const sidecar = createSidecar({ gateway, upstream, sessionIds, credential, definitions })
  return {
    url: await serve((req, res) => void sidecar.handle(req, res)),
    records,
    change: policy.set,
    openCalls: gateway.openCalls,
  }
}

const stub = async (): Promise<Stub> => {
  const one = await startStub()
  opened.defer(one.close)
  return one
}

const callOf = (name: string) => ({
  jsonrpc: '2.0',
  id: 7,
  method: 'tools/call',
  params: { name, arguments: {} },
})

const as = (human: string, session = `${human}-session`): Record<string, string> => ({
  'x-mcp-human-id': human,
  'x-mcp-agent-session': session,
})

const post = (url: string, body: unknown, headers: Record<string, string> = {}, signal?: AbortSignal) =>
  fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...headers,
    },
    body: JSON.stringify(body),
    ...(signal && { signal }),
  })

test.each(['application/json', 'text/event-stream'])(
  'what a rule wants of a result is recorded from %s, which goes on as it came',
  async (type) => {
    const message = '{"jsonrpc":"2.0", "id":7,"result":{"structuredContent":{"id":"r-1","pin":"hunter2"}}}'
    const body = type === 'application/json' ? message : `: hi\n\ndata: ${message}\n\n`
    const asked: IncomingHttpHeaders[] = []
    const behind = await serve((req, res) => {
      asked.push(req.headers)
      res.writeHead(200, { 'content-type': type }).end(body)
    })
    const granted = grantedTo('a', 'alice', 'add')
    const record = { result: [{ pointer: '/structuredContent/id', as: 'value' as const }] }
    const { url, records } = await guard(behind, {
      ...granted,
      schema_version: 'v2',
      grants: granted.grants?.map((one) => ({ ...one, tool_rules: [{ name: 'add', record }] })),
    })
    expect(await (await post(url, callOf('add'), as('alice'))).text()).toBe(body)
    await vi.waitFor(() => expect(records).toHaveLength(1))
    expect(records[0]?.disclosures).toMatchObject([{ pointer: '/result/structuredContent/id', value: 'r-1' }])
    expect(JSON.stringify(records)).not.toContain('hunter2')
    // What is packed cannot be read on its way.
    expect(asked[0]?.['accept-encoding']).toBeUndefined()
  },
)

test('two servers: what one policy grants is worth nothing at the other, and each records its own', async () => {
  const [stubA, stubB] = [await stub(), await stub()]
  const a = await guard(stubA.url, grantedTo('server-a-mcp', 'alice', 'add'))
  const b = await guard(stubB.url, grantedTo('server-b-mcp', 'bob', 'subtract'))
  const rows = [
    [a, as('alice'), 'add', 200, 'allowed'],
    [a, as('alice'), 'subtract', 403, 'tool_not_granted'],
    [b, as('alice'), 'add', 401, 'session_not_found'],
    [b, as('alice'), 'subtract', 401, 'session_not_found'],
    [b, as('bob'), 'subtract', 200, 'allowed'],
    [a, as('bob'), 'add', 401, 'session_not_found'],
    [a, {}, 'add', 401, 'missing_identity'],
    [a, as('alice', 'unknown'), 'add', 401, 'session_not_found'],
  ] as const
  for (const [server, who, tool, status, reason] of rows) {
    const answer = await post(server.url, callOf(tool), who)
    expect([tool, answer.status]).toEqual([tool, status])
    const body = (await answer.json()) as { id: number; error?: { code: number; data: { reason: string } } }
    expect(body.id).toBe(7)
    if (status !== 200) {
      expect(body.error).toMatchObject({ code: status * 1000, data: { reason } })
      expect(answer.headers.get('x-mcp-denial-reason')).toBe(reason)
    }
  }
  const told = (guarded: Guarded) =>
    guarded.records.map(({ human_id, status, server }) => [server, human_id, status])
  await vi.waitFor(() => expect(told(a)).toHaveLength(5))
  expect(told(a)).toEqual([
    ['server-a-mcp', 'alice', 200],
    ['server-a-mcp', 'alice', 403],
    ['server-a-mcp', 'bob', 401],
    ['server-a-mcp', '', 401],
    ['server-a-mcp', 'alice', 401],
  ])
  expect(told(b).map(([, human, status]) => [human, status])).toEqual([
    ['alice', 401],
    ['alice', 401],
    ['bob', 200],
  ])
  expect([stubA.calls.length, stubB.calls.length]).toEqual([1, 1])
})

const open: PolicyDocument = {
  schema_version: 'v2',
  server: { name: 'open' },
  policy: { default_decision: 'allow', governs: ['tools'] },
  tools: [{ name: 'add', side_effect: 'read' }],
  grants: [{ name: 'all', human_id: 'alice', max_trust: 'high', allowed_side_effects: ['read'] }],
  sessions: [{ name: 'alice-session', human_id: 'alice', upstream_token_ref: 'vault/t' }],
}

test('the server sees who we found out is calling, its own Host, and no token of the caller’s', async () => {
  const upstream = await stub()
  const { url } = await guard(upstream.url, open)
  await post(url, callOf('add'), {
    ...as('alice'),
    authorization: 'Bearer callers',
    'x-mcp-team-id': '',
    'x-forwarded-for': '198.51.100.7',
    'x-custom': 'kept',
    te: 'trailers',
    'x-mcp-identity': 'forged',
    'x-mcp-adapter-assertion': 'theirs',
  })
  const { headers } = upstream.calls[0] as { headers: IncomingHttpHeaders }
  expect(headers).toMatchObject({
    host: new URL(url).host,
    authorization: 'Bearer upstream-token',
    'x-mcp-human-id': 'alice',
    'x-mcp-agent-session': 'alice-session',
    'x-custom': 'kept',
    'x-forwarded-for': '198.51.100.7, 127.0.0.1',
  })
  expect(headers).not.toHaveProperty('x-mcp-team-id')
  expect(headers).not.toHaveProperty('te')
  expect(headers['x-mcp-identity']).toBe('signed alice')
  expect(headers).not.toHaveProperty('x-mcp-adapter-assertion')
})

test('a body goes on byte for byte', async () => {
  const upstream = await stub()
  const { url } = await guard(upstream.url, open)
  const text =
    '{ "id" : 7,\n"jsonrpc":"2.0","method":"tools\\/call","params":{"name":"add","arguments":{"n":1.50,"big":12345678901234567890}}}'
  await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...as('alice') },
    body: text,
  })
  expect(upstream.calls[0]?.body).toBe(text)
})

test.each(['stream', 'rare-stream', 'late-headers=20', 'status=500', 'not-json'])(
  'an answer comes back byte for byte: %s',
  async (fault) => {
    const upstream = await stub()
    const { url, records } = await guard(upstream.url, open)
    const headers = { ...as('alice'), 'x-stub-fault': fault }
    const [direct, through] = await Promise.all([
      post(upstream.url, callOf('add'), headers),
      post(url, callOf('add'), headers),
    ])
    expect(through.status).toBe(direct.status)
    expect(through.headers.get('content-type')).toBe(direct.headers.get('content-type'))
    const bytes = Buffer.from(await through.arrayBuffer())
    expect(bytes.equals(Buffer.from(await direct.arrayBuffer()))).toBe(true)
    await vi.waitFor(() => expect(records).toHaveLength(1))
    expect(records[0]).toMatchObject({ status: direct.status, bytes_out: bytes.length, outcome: 'closed' })
  },
)

test.each([
  ['reset', 502, {}],
  ['hang', 504, { headTimeoutMs: 300 }],
] as const)(
  'a server that fails before its answer (%s) is told of with the id of the request: %i',
  async (fault, status, timeouts) => {
    const upstream = await stub()
    const { url, records } = await guard(upstream.url, open, timeouts)
    const answer = await post(url, callOf('add'), { ...as('alice'), 'x-stub-fault': fault })
    expect(answer.status).toBe(status)
    expect(await answer.json()).toMatchObject({
      id: 7,
      error: { code: status * 1000, data: { reason: 'upstream_unavailable' } },
    })
    await vi.waitFor(() => expect(records[0]).toMatchObject({ decision: 'allow', status }))
  },
)

test('a server that is not there is told of', async () => {
  const upstream = await stub()
  const { url } = await guard(upstream.url, open)
  await upstream.close()
  opened.defer(async () => {})
  expect((await post(url, callOf('add'), as('alice'))).status).toBe(502)
})

test.each(['reset-in-body', 'reset-in-stream'])(
  'an answer that breaks off breaks off for the client too: %s',
  async (fault) => {
    const upstream = await stub()
    const { url, records } = await guard(upstream.url, open)
    const answer = await post(url, callOf('add'), { ...as('alice'), 'x-stub-fault': fault })
    await expect(answer.text()).rejects.toThrow()
    await vi.waitFor(() => expect(records[0]).toMatchObject({ outcome: 'aborted' }))
  },
)

test.each(['hang', 'hang-in-body', 'endless-stream', 'silent-stream'])(
  'a client that goes away ends the call at the server: %s',
  async (fault) => {
    const upstream = await stub()
    const { url, records, openCalls } = await guard(upstream.url, open)
    const abort = new AbortController()
    const answered = post(url, callOf('add'), { ...as('alice'), 'x-stub-fault': fault }, abort.signal)
    if (fault === 'hang') await vi.waitFor(() => expect(upstream.calls).toHaveLength(1))
    else await answered
    abort.abort()
    await answered.catch(() => {})
    await vi.waitFor(() => expect(upstream.calls[0]).toMatchObject({ outcome: 'cancelled' }))
    await vi.waitFor(() => expect(records[0]).toMatchObject({ outcome: 'aborted' }))
    expect(openCalls()).toBe(0)
  },
)

test('a client that does not read holds back the server', async () => {
  let taken = 0
  const endless = await serve((_, res) => {
    const more = Buffer.alloc(65_536)
    const write = (): boolean => res.write(more, (error) => !error && write())
    res.writeHead(200, { 'content-type': 'text/event-stream' })
    res.on('drain', () => {
      taken += more.length
    })
    write()
  })
  const { url, records } = await guard(endless, open)
  const sent = request(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...as('alice') },
  })
  sent.end(JSON.stringify(callOf('add')))
  const [answer] = await once(sent, 'response')
  answer.pause()
  // What lies between the two is full some time, and then nothing moves.
  let before = -1
  await vi.waitFor(
    () => {
      const now = taken
      const hasMoved = now !== before
      before = now
      expect(hasMoved).toBe(false)
    },
    { timeout: 5_000, interval: 200 },
  )
  sent.destroy()
  await vi.waitFor(() => expect(records[0]).toMatchObject({ outcome: 'aborted' }))
})

const initialize = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'c', version: '1' } },
}

test('a session of the protocol is whose it is: nobody else calls, listens or ends it', async () => {
  const fixture = await startV1Fixture()
  opened.defer(fixture.close)
  const { url, records } = await guard(fixture.url, open)
  const begun = await post(url, initialize, as('alice'))
  const session = begun.headers.get('mcp-session-id') as string
  await begun.text()
  const list = { jsonrpc: '2.0', id: 2, method: 'tools/list' }
  const within = { 'mcp-session-id': session, 'mcp-protocol-version': '2025-11-25' }
  expect((await post(url, list, { ...as('alice'), ...within })).status).toBe(200)
  for (const who of [{}, { 'x-mcp-human-id': 'mallory' }]) {
    expect((await post(url, list, { ...who, ...within })).status).toBe(404)
    for (const method of ['GET', 'DELETE'])
      expect(
        (await fetch(url, { method, headers: { accept: 'text/event-stream', ...who, ...within } })).status,
      ).toBe(404)
  }
  // The server's own id, which one might have seen elsewhere, is worth nothing here.
  const inner = { ...within, 'mcp-session-id': session.split('.')[0] as string }
  expect((await post(url, list, { ...as('alice'), ...inner })).status).toBe(404)
  expect(records.filter(({ reason }) => reason === 'mcp_session_not_found')).toHaveLength(7)
  expect((await fetch(url, { method: 'DELETE', headers: { ...as('alice'), ...within } })).status).toBe(200)
})

test('a stream is cut when its session is revoked', async () => {
  const upstream = await stub()
  const { url, change, records } = await guard(upstream.url, open)
  const answer = await post(url, callOf('add'), { ...as('alice'), 'x-stub-fault': 'silent-stream' })
  const read = answer.text()
  change({ ...open, sessions: [{ name: 'alice-session', human_id: 'alice', revoked: true }] })
  await expect(read).rejects.toThrow()
  await vi.waitFor(() => expect(upstream.calls[0]).toMatchObject({ outcome: 'cancelled' }))
  expect(records[0]).toMatchObject({ decision: 'allow', outcome: 'aborted' })
})

test('a list shows what its reader may use, as JSON and in a stream', async () => {
  const fixture = await startV1Fixture()
  opened.defer(fixture.close)
  const document: PolicyDocument = {
    ...open,
    policy: { listing: 'permitted' },
    tools: [
      { name: 'echo', side_effect: 'read' },
      { name: 'erase', side_effect: 'destructive' },
    ],
  }
  const { url } = await guard(fixture.url, document)
  const begun = await post(url, initialize, as('alice'))
  await begun.text()
  const answer = await post(
    url,
    { jsonrpc: '2.0', id: 2, method: 'tools/list' },
    { ...as('alice'), 'mcp-session-id': begun.headers.get('mcp-session-id') as string },
  )
  const names = [...(await answer.text()).matchAll(/"name":"([^"]+)"/g)].map(([, name]) => name)
  expect(names).toEqual(['echo'])
})

test('a tool that is not any more what was approved is refused, from the moment that the server says so', async () => {
  const fixture = await startV1Fixture()
  opened.defer(fixture.close)
  const name = 'test_trigger_tool_change'
  const announced = (await listTools({ url: fixture.url, timeoutMs: 5_000 })) as { readonly name: string }[]
  const digest = definitionDigest(announced.find((tool) => tool.name === name))
  const pinned: PolicyDocument = {
    ...open,
    tools: [{ name, side_effect: 'read', definition_digest: digest }],
  }
  const { url, records } = await guard(fixture.url, pinned, {}, { pins: true })
  const begun = await post(url, initialize, as('alice'))
  await begun.text()
  const within = { ...as('alice'), 'mcp-session-id': begun.headers.get('mcp-session-id') as string }
  const listening = new AbortController()
  opened.defer(async () => listening.abort())
  const stream = await fetch(url, {
    headers: { accept: 'text/event-stream', ...within },
    signal: listening.signal,
  })
  expect(stream.status).toBe(200)
  await vi.waitFor(async () => {
    const answer = await post(url, callOf(name), within)
    await answer.text()
    expect(answer.status).toBe(200)
  })
  // The call has changed the tool itself; what the client hears of it, the gateway has heard before.
  for await (const chunk of stream.body ?? [])
    if (Buffer.from(chunk).includes('notifications/tools/list_changed')) break
  await vi.waitFor(async () => {
    const answer = await post(url, callOf(name), within)
    await answer.text()
    expect(answer.headers.get('x-mcp-denial-reason')).toBe('tool_definition_changed')
  })
  expect(fixture.calls.filter((call) => call.name === name)).toHaveLength(1)
  expect(records.at(-1)).toMatchObject({ decision: 'deny', tool_name: name })
})
