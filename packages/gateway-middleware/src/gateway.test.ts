import type { RequestRecord } from '@mcp-sentinel/events'
import type { PolicyDocument } from '@mcp-sentinel/policy'
import { expect, test } from 'vitest'
import type { Exchange } from './exchange.ts'
import { createGateway, type Gateway } from './gateway.ts'
import { heldPolicy } from './held-policy.ts'
import type { Identify } from './identify.ts'
import type { Recorder } from './recorder.ts'

const document: PolicyDocument = {
  schema_version: 'v2',
  server: { name: 'payments', namespace: 'mcp-servers', team_id: 'team-a', cluster: 'prod' },
  policy: { denial: 'http', policy_version: 'p7' },
  tools: [
    { name: 'get_invoice', side_effect: 'read', required_trust: 'low' },
    { name: 'refund', side_effect: 'destructive', required_trust: 'high' },
    { name: 'wire', side_effect: 'destructive' },
  ],
  grants: [
    { name: 'readers', agent_id: 'reader', allowed_side_effects: ['read'] },
    {
      name: 'ops',
      agent_id: 'ops',
      max_trust: 'high',
      allowed_side_effects: ['read', 'destructive'],
      tool_rules: [{ name: 'get_invoice' }, { name: 'refund' }, { name: 'wire', audit: 'required' }],
    },
  ],
  sessions: [{ name: 's1', agent_id: 'ops', consented_trust: 'high' }],
}

const byHeaders: Identify = ({ header }) => ({
  ok: true,
  caller: { agent: header('x-agent'), session: header('x-session') },
})

interface Sent {
  readonly as?: string
  readonly session?: string
  readonly body?: unknown
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
}

const exchangeOf = ({ as, session, body, method = 'POST', headers = {} }: Sent): Exchange => {
  const all: Record<string, string | undefined> = {
    'content-type': 'application/json',
    'x-agent': as,
    'x-session': session,
    ...headers,
  }
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body ?? null))
  return {
    method,
    path: '/mcp',
    header: (name) => all[name],
    body: body === undefined ? { kind: 'none' } : { kind: 'bytes', bytes },
  }
}

const call = (name: string, args: object = {}, id = 1) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name, arguments: args },
})

interface Stage {
  readonly gateway: Gateway
  readonly records: RequestRecord[]
  readonly change: (next: PolicyDocument | undefined) => void
  readonly send: (sent: Sent) => Promise<string>
}

/** Says of each request what became of it, shortly: `pass`, or status and reason. */
const stage = async (
  given: {
    policy?: PolicyDocument | undefined
    record?: Recorder
    identify?: Identify
    clock?: () => number
  } = {},
): Promise<Stage> => {
  const records: RequestRecord[] = []
  const policy = heldPolicy('policy' in given ? given.policy : document)
  const gateway = await createGateway({
    policy,
    denial: 'http',
    identify: given.identify ?? byHeaders,
    record: given.record ?? { record: (record) => records.push(record) },
    ...(given.clock && { clock: given.clock }),
  })
  const send = async (sent: Sent): Promise<string> => {
    const admission = await gateway.admit(exchangeOf(sent))
    if (admission.kind === 'refused')
      return `${admission.answer.status} ${admission.answer.headers['x-mcp-denial-reason']}`
    admission.close({ status: 200, bytesOut: 10, outcome: 'closed' })
    return 'pass'
  }
  return { gateway, records, change: policy.set, send }
}

const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' }
const meta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' }
const modernCall = { ...call('get_invoice'), params: { name: 'get_invoice', _meta: meta } }
const modern = {
  'mcp-protocol-version': '2026-07-28',
  'mcp-method': 'tools/call',
  'mcp-name': 'get_invoice',
}

const table: readonly (readonly [string, Sent, string])[] = [
  ['an allowed call', { as: 'reader', body: call('get_invoice') }, 'pass'],
  ['a call by nobody', { body: call('get_invoice') }, '401 missing_identity'],
  ['a call by a stranger', { as: 'x', body: call('get_invoice') }, '403 no_matching_grant'],
  ['a call of another side effect', { as: 'reader', body: call('refund') }, '403 side_effect_not_allowed'],
  ['a call of no known tool', { as: 'reader', body: call('nope') }, '403 tool_side_effect_unknown'],
  [
    'a session that is not there',
    { as: 'ops', session: 's9', body: call('refund') },
    '401 session_not_found',
  ],
  ['a list, by nobody', { body: list }, 'pass'],
  ['a notification', { body: { jsonrpc: '2.0', method: 'notifications/initialized' } }, 'pass'],
  ['an answer of the client’s', { body: { jsonrpc: '2.0', id: 7, result: {} } }, 'pass'],
  [
    'a refused notification',
    { as: 'x', body: { ...call('refund'), id: undefined } },
    '403 no_matching_grant',
  ],
  ['a batch of allowed calls', { as: 'ops', body: [call('refund'), call('get_invoice', {}, 2)] }, 'pass'],
  [
    'a batch with one refused',
    { as: 'reader', body: [call('get_invoice'), call('refund', {}, 2)] },
    '403 side_effect_not_allowed',
  ],
  ['a batch of nothing', { body: [] }, '400 rpc_inspection_failed'],
  [
    'a batch of 101',
    { as: 'reader', body: Array.from({ length: 101 }, () => list) },
    '400 rpc_inspection_failed',
  ],
  ['no body', {}, '400 rpc_inspection_failed'],
  ['not JSON', { body: '{"jsonrpc":"2.0",' }, '400 rpc_inspection_failed'],
  ['a text', { body: '"x"' }, '400 rpc_inspection_failed'],
  ['JSON-RPC 1', { body: { ...list, jsonrpc: '1.0' } }, '400 rpc_inspection_failed'],
  ['no method and no answer', { body: { jsonrpc: '2.0', id: 1 } }, '400 rpc_inspection_failed'],
  ['a request that is an answer too', { body: { ...list, result: {} } }, '400 rpc_inspection_failed'],
  ['an empty method', { body: { ...list, method: '' } }, '400 rpc_inspection_failed'],
  ['an id of null', { body: { ...list, id: null } }, '400 rpc_inspection_failed'],
  [
    'an id that does not survive',
    { body: '{"jsonrpc":"2.0","id":9007199254740993,"method":"tools/list"}' },
    '400 rpc_inspection_failed',
  ],
  ['parameters by position', { body: { ...list, params: [1] } }, '400 rpc_inspection_failed'],
  ['a tool without a name', { as: 'ops', body: { ...call('x'), params: {} } }, '400 rpc_inspection_failed'],
  [
    'a tool whose name is no text',
    { as: 'ops', body: { ...call('x'), params: { name: ['refund'] } } },
    '400 rpc_inspection_failed',
  ],
  [
    'arguments as text',
    { as: 'ops', body: { ...call('x'), params: { name: 'refund', arguments: '{}' } } },
    '400 rpc_inspection_failed',
  ],
  [
    'a method nearly spelled right',
    { as: 'reader', body: { ...call('refund'), method: 'Tools/Call' } },
    '400 rpc_inspection_failed',
  ],
  [
    'a method with a space behind',
    { as: 'reader', body: { ...call('refund'), method: 'tools/call ' } },
    '400 rpc_inspection_failed',
  ],
  [
    'a full-width method',
    { as: 'reader', body: { ...call('refund'), method: 'ｔools/call' } },
    '400 rpc_inspection_failed',
  ],
  [
    'text/plain',
    { as: 'reader', body: call('get_invoice'), headers: { 'content-type': 'text/plain' } },
    '415 rpc_inspection_failed',
  ],
  [
    'no content type',
    { as: 'reader', body: call('get_invoice'), headers: { 'content-type': '' } },
    '415 rpc_inspection_failed',
  ],
  [
    'a content type in capitals',
    {
      as: 'reader',
      body: call('get_invoice'),
      headers: { 'content-type': 'Application/JSON; Charset="UTF-8"' },
    },
    'pass',
  ],
  [
    'two content types',
    { as: 'reader', body: call('get_invoice'), headers: { 'content-type': 'application/json, text/plain' } },
    '415 rpc_inspection_failed',
  ],
  [
    'another charset',
    {
      as: 'reader',
      body: call('get_invoice'),
      headers: { 'content-type': 'application/json; charset=utf-16' },
    },
    '415 rpc_inspection_failed',
  ],
  [
    'a compressed body',
    { as: 'reader', body: call('get_invoice'), headers: { 'content-encoding': 'gzip' } },
    '415 rpc_inspection_failed',
  ],
  [
    'identity twice',
    { as: 'reader', body: call('get_invoice'), headers: { 'content-encoding': 'identity, identity' } },
    '415 rpc_inspection_failed',
  ],
  ['more than 1 MiB', { as: 'reader', body: `"${'x'.repeat(1024 ** 2)}"` }, '413 rpc_inspection_failed'],
  ['a modern call', { as: 'reader', body: modernCall, headers: modern }, 'pass'],
  [
    'a modern body, no version header',
    { as: 'reader', body: modernCall, headers: { ...modern, 'mcp-protocol-version': '' } },
    '400 rpc_inspection_failed',
  ],
  [
    'a modern body, a legacy header',
    { as: 'reader', body: modernCall, headers: { ...modern, 'mcp-protocol-version': '2025-11-25' } },
    '400 rpc_inspection_failed',
  ],
  [
    'a modern header, a legacy body',
    { as: 'reader', body: call('get_invoice'), headers: { 'mcp-protocol-version': '2026-07-28' } },
    '400 rpc_inspection_failed',
  ],
  [
    'a batch with a modern element',
    { as: 'reader', body: [modernCall], headers: modern },
    '400 rpc_inspection_failed',
  ],
  [
    'a lying Mcp-Method',
    { as: 'reader', body: modernCall, headers: { ...modern, 'mcp-method': 'tools/list' } },
    '400 rpc_inspection_failed',
  ],
  [
    'a lying Mcp-Name',
    { as: 'reader', body: modernCall, headers: { ...modern, 'mcp-name': 'refund' } },
    '400 rpc_inspection_failed',
  ],
  [
    'Mcp-Name in base64',
    { as: 'reader', body: modernCall, headers: { ...modern, 'mcp-name': '=?base64?Z2V0X2ludm9pY2U=?=' } },
    'pass',
  ],
  [
    'a lying Mcp-Name in base64',
    { as: 'reader', body: modernCall, headers: { ...modern, 'mcp-name': '=?base64?cmVmdW5k?=' } },
    '400 rpc_inspection_failed',
  ],
  [
    'no Mcp-Name',
    { as: 'reader', body: modernCall, headers: { ...modern, 'mcp-name': undefined as unknown as string } },
    '400 rpc_inspection_failed',
  ],
  [
    'a lying Mcp-Method on legacy',
    { as: 'ops', body: call('refund'), headers: { 'mcp-method': 'tools/list' } },
    '400 rpc_inspection_failed',
  ],
  ['a name of 8,193 characters', { as: 'ops', body: call('x'.repeat(8_193)) }, '400 rpc_inspection_failed'],
  [
    'a name twice',
    {
      as: 'reader',
      body: '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_invoice","name":"refund"}}',
    },
    '400 rpc_inspection_failed',
  ],
  [
    'a name that another reader takes for one',
    {
      as: 'reader',
      body: '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_invoice","Name":"refund"}}',
    },
    '400 rpc_inspection_failed',
  ],
  ['a byte order mark', { as: 'ops', body: `\uFEFF${JSON.stringify(list)}` }, '400 rpc_inspection_failed'],
  [
    'a Connection header that takes away what was judged',
    { as: 'reader', body: call('get_invoice'), headers: { connection: 'close, Content-Type' } },
    '400 rpc_inspection_failed',
  ],
  [
    'a Connection header',
    { as: 'reader', body: call('get_invoice'), headers: { connection: 'keep-alive, Upgrade,TE' } },
    'pass',
  ],
  ['listening', { method: 'GET' }, 'pass'],
  [
    'listening with a session that is not there',
    { method: 'GET', as: 'ops', session: 's9' },
    '401 session_not_found',
  ],
  ['listening with a body', { method: 'GET', body: call('refund') }, '400 rpc_inspection_failed'],
  ['ending a session', { method: 'DELETE' }, 'pass'],
  ['a call by PUT', { method: 'PUT', as: 'ops', body: call('refund') }, '405 rpc_inspection_failed'],
]

test.each(table)('%s', async (_, sent, expected) => {
  const { send, records } = await stage()
  expect(await send(sent)).toBe(expected)
  // Whatever is refused is written down, and whatever has a method.
  const isCall = sent.method === undefined && !JSON.stringify(sent.body ?? null).includes('"result":{}}')
  if (expected !== 'pass' || isCall) expect(records.length).toBeGreaterThan(0)
  for (const { decision } of records) expect(decision).toBe(expected === 'pass' ? 'allow' : 'deny')
})

test('a record says who, what, and how it ended', async () => {
  const { send, records } = await stage()
  await send({ as: 'ops', session: 's1', body: call('refund') })
  expect(records[0]).toMatchObject({
    agent_id: 'ops',
    session_id: 's1',
    server: 'payments',
    namespace: 'mcp-servers',
    team_id: 'team-a',
    cluster: 'prod',
    decision: 'allow',
    reason: 'allowed',
    rpc_method: 'tools/call',
    tool_name: 'refund',
    matched_grant: 'ops',
    matched_session: 's1',
    required_trust: 'high',
    effective_trust: 'high',
    method: 'POST',
    path: '/mcp',
    status: 200,
    bytes_out: 10,
    outcome: 'closed',
  })
  expect(records[0]?.bytes_in).toBe(JSON.stringify(call('refund')).length)
})

test('in a batch only what was refused for itself says so; the rest is recorded as refused with it', async () => {
  const { send, records } = await stage()
  await send({ as: 'reader', body: [call('get_invoice'), call('refund', {}, 2)] })
  expect(records.map(({ tool_name, reason }) => [tool_name, reason])).toEqual([
    ['get_invoice', 'batch_refused'],
    ['refund', 'side_effect_not_allowed'],
  ])
})

test('without a policy nothing passes', async () => {
  const { send, records, change } = await stage({ policy: undefined })
  expect(await send({ as: 'reader', body: call('get_invoice') })).toBe('503 policy_unavailable')
  expect(records[0]?.reason).toBe('policy_unavailable')
  change(document)
  expect(await send({ as: 'reader', body: call('get_invoice') })).toBe('pass')
})

test('who cannot be identified is refused with a challenge, whatever the style', async () => {
  const { gateway } = await stage({
    policy: { ...document, policy: { denial: 'tool-result' } },
    identify: () => ({ ok: false, reason: 'missing_bearer_token', challenge: 'Bearer realm="x"' }),
  })
  const admission = await gateway.admit(exchangeOf({ body: call('refund') }))
  expect(admission).toMatchObject({
    answer: { status: 401, headers: { 'www-authenticate': 'Bearer realm="x"' } },
  })
})

test('an identity that cannot be asked lets nobody pass', async () => {
  const { send, records } = await stage({
    identify: () => {
      throw new Error('no route to the directory')
    },
  })
  expect(await send({ as: 'ops', body: call('refund') })).toBe('403 undecided')
  expect(records[0]?.reason).toBe('undecided')
})

test('a recorder that throws stops no call that it need not stop', async () => {
  const { send } = await stage({
    record: {
      record: () => {
        throw new Error('closed')
      },
    },
  })
  expect(await send({ as: 'ops', body: call('refund') })).toBe('pass')
  expect(await send({ as: 'ops', body: call('wire') })).toBe('503 audit_unavailable')
})

test('a preflight is let through without credentials', async () => {
  const { gateway } = await stage({
    identify: () => ({ ok: false, reason: 'missing_bearer_token' }),
  })
  const asked = { method: 'OPTIONS', headers: { 'access-control-request-method': 'POST' } }
  expect((await gateway.admit(exchangeOf(asked))).kind).toBe('passed')
  expect((await gateway.admit(exchangeOf({ method: 'OPTIONS' }))).kind).toBe('refused')
})

test('a call that must be recorded waits until it is, and its record says how it ended', async () => {
  const told: string[] = []
  const { send } = await stage({
    record: {
      record: () => told.push('record'),
      begin: async ({ decision_id, status }) => {
        told.push(`begin ${status}`)
        return { close: (end) => told.push(`close ${end.status} ${end.decision_id === decision_id}`) }
      },
    },
  })
  expect(await send({ as: 'ops', body: call('wire') })).toBe('pass')
  expect(told).toEqual(['begin 0', 'close 200 true'])
})

test.each<[string, Recorder['begin']]>([
  ['cannot be', () => Promise.reject(new Error('disk full'))],
  ['is nowhere to be', undefined],
])('a call that must be recorded and %s does not go on', async (_, begin) => {
  const records: RequestRecord[] = []
  const { send } = await stage({ record: { record: (one) => records.push(one), ...(begin && { begin }) } })
  expect(await send({ as: 'ops', body: call('wire') })).toBe('503 audit_unavailable')
  expect(records.map(({ reason, decision }) => [reason, decision])).toEqual([['audit_unavailable', 'deny']])
  expect(await send({ as: 'ops', body: call('refund') })).toBe('pass')
})

test('of a batch that cannot be recorded as a whole, each call has one record, under the id that it began with', async () => {
  const told: string[] = []
  const begun: string[] = []
  const tellingOf = (how: string) => (record: RequestRecord) =>
    told.push(
      `${how} ${begun.indexOf(record.decision_id)} ${record.status} ${record.decision} ${record.reason}`,
    )
  const { send } = await stage({
    record: {
      record: tellingOf('written'),
      begin: async ({ decision_id }) => {
        if (begun.push(decision_id) > 1) throw new Error('disk full')
        return { close: tellingOf('closed') }
      },
    },
  })
  expect(await send({ as: 'ops', body: [call('wire'), call('wire', {}, 2)] })).toBe('503 audit_unavailable')
  expect(told).toEqual(['closed 0 503 deny audit_unavailable', 'written 1 503 deny audit_unavailable'])
})

test.each<[string, (stage: Stage) => void]>([
  ['the policy denies it now', ({ change }) => change({ ...document, grants: [] })],
  [
    'its session was revoked',
    ({ change }) => change({ ...document, sessions: [{ name: 's1', agent_id: 'ops', revoked: true }] }),
  ],
  [
    'the server was switched off',
    ({ change }) => change({ ...document, server: { name: 'payments', disabled: true } }),
  ],
  ['the policy is gone', ({ change }) => change(undefined)],
])('an open call is cut when %s', async (_, happen) => {
  const on = await stage()
  const cuts: string[] = []
  for (const sent of [
    { as: 'ops', session: 's1', body: call('refund') },
    { method: 'GET', as: 'ops', session: 's1' },
  ]) {
    const admission = await on.gateway.admit(exchangeOf(sent))
    if (admission.kind === 'passed') admission.onCut(() => cuts.push(sent.method ?? 'POST'))
  }
  on.change(document)
  expect(cuts).toEqual([])
  happen(on)
  // Taking grants away stops calls; who only listens, listens on.
  expect(cuts).toEqual(_ === 'the policy denies it now' ? ['POST'] : ['POST', 'GET'])
  expect(on.gateway.openCalls()).toBe(2 - cuts.length)
})

test('what is cut before anybody could say what to do then is cut when they do', async () => {
  const on = await stage()
  const admission = await on.gateway.admit(exchangeOf({ as: 'ops', body: call('refund') }))
  on.change({ ...document, grants: [] })
  const cuts: string[] = []
  if (admission.kind === 'passed') admission.onCut(() => cuts.push('cut'))
  expect(cuts).toEqual(['cut'])
})

test('an idle session is over, a busy one is not, and nobody else keeps it alive', async () => {
  let now = 1_000_000
  const clock = (): number => now
  const policy = { ...document, session: { idle_timeout: '1h' } }
  const { send } = await stage({ policy, clock })
  const mine = { as: 'ops', session: 's1', body: call('refund') }
  expect(await send(mine)).toBe('pass')
  now += 3_500_000
  expect(await send(mine)).toBe('pass')
  now += 3_500_000
  expect(await send({ as: 'reader', session: 's1', body: list })).toBe('pass')
  expect(await send(mine)).toBe('pass')
  now += 3_500_000
  expect(await send({ as: 'reader', session: 's1', body: list })).toBe('pass')
  now += 200_000
  expect(await send(mine)).toBe('401 session_expired')
})
