import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { RequestRecord } from '@mcp-sentinel/events'
import type { PolicyDocument } from '@mcp-sentinel/policy'
import { expect, onTestFinished, test, vi } from 'vitest'
import { guardFetch } from './bind/fetch.ts'
import { guardNode } from './bind/node.ts'
import { guardTransport } from './bind/transport.ts'
import { createGateway, type Gateway } from './gateway.ts'
import { listBytesMax } from './listing-body.ts'
import { staticPolicy } from './static-policy.ts'

const secret = 'hunter2-and-nobody-else'
const record = {
  arguments: [{ pointer: '/amount', as: 'value' as const }],
  result: [{ pointer: '/structuredContent/id', as: 'value' as const }, { pointer: '/content/0/text' }],
}
const document: PolicyDocument = {
  schema_version: 'v2',
  server: { name: 's' },
  tools: ['refund', 'silent', 'wire'].map((name) => ({ name, side_effect: 'read' })),
  grants: [
    {
      name: 'g',
      agent_id: 'me',
      allowed_side_effects: ['read'],
      tool_rules: [
        { name: 'refund', record },
        { name: 'wire', audit: 'required', record },
        { name: 'silent' },
      ],
    },
  ],
}

const stage = async () => {
  const records: RequestRecord[] = []
  const gateway = await createGateway({
    policy: staticPolicy(document),
    identify: () => ({ ok: true, caller: { agent: 'me' } }),
    record: {
      record: (one) => records.push(one),
      begin: async () => ({ close: (end) => records.push(end) }),
    },
  })
  onTestFinished(gateway.close)
  return { gateway, records }
}

const callOf = (name = 'refund', id = 1) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name, arguments: { amount: 5 } },
})
const answerOf = (id = 1) => ({
  jsonrpc: '2.0',
  id,
  result: { content: [{ type: 'text', text: secret }], structuredContent: { id: `r-${id}`, other: secret } },
})

/** Values by pointer, as a record shows them; nothing of what no rule names may be in it. */
const shownIn = (one: RequestRecord | undefined): object => {
  expect(JSON.stringify(one)).not.toContain(secret)
  expect(Object.keys(one?.commitments ?? {}).sort()).toEqual(
    (one?.disclosures ?? []).map(({ pointer }) => pointer).sort(),
  )
  return Object.fromEntries((one?.disclosures ?? []).map(({ pointer, value }) => [pointer, value]))
}
const withResult = (id = 1) => ({
  '/arguments/amount': 5,
  '/result/structuredContent/id': `r-${id}`,
  '/result/content/0/text': '[redacted]',
})
const withoutResult = { '/arguments/amount': 5 }

const json = { 'content-type': 'application/json' }
const events = { 'content-type': 'text/event-stream' }
const asEvent = (message: unknown): string => `event: message\ndata: ${JSON.stringify(message)}\n\n`
const progress = asEvent({ jsonrpc: '2.0', method: 'notifications/progress', params: {} })

interface Answer {
  readonly headers: Record<string, string>
  readonly body: string
}

/** Posts to a guarded handler that answers so, in whatever is made of it; gives what its client gets. */
const byFetch = async (gateway: Gateway, message: unknown, { headers, body }: Answer): Promise<string> => {
  const guarded = guardFetch(gateway, () => new Response(body, { headers }))
  const request = new Request('http://x/mcp', {
    method: 'POST',
    headers: json,
    body: JSON.stringify(message),
  })
  return (await guarded(request)).text()
}
const byNode = async (gateway: Gateway, message: unknown, { headers, body }: Answer): Promise<string> => {
  const half = body.length >> 1
  const server = createServer(
    guardNode(gateway, (_, res) => {
      res.writeHead(200, { ...headers, 'content-length': Buffer.byteLength(body) })
      res.write(body.slice(0, half))
      res.end(body.slice(half))
    }),
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  const sent = { method: 'POST', headers: json, body: JSON.stringify(message) }
  return (await fetch(`http://127.0.0.1:${port}/mcp`, sent)).text()
}

const spread = 'x'.repeat(listBytesMax)
const batch = [callOf('refund', 1), callOf('silent', 2), callOf('refund', 3)]

test.each<[string, unknown, Answer, readonly object[]]>([
  ['JSON', callOf(), { headers: json, body: JSON.stringify(answerOf()) }, [withResult()]],
  [
    'a stream',
    callOf(),
    { headers: events, body: `: hi\n\n${progress}${asEvent(answerOf())}` },
    [withResult()],
  ],
  ['a durable record', callOf('wire'), { headers: json, body: JSON.stringify(answerOf()) }, [withResult()]],
  [
    'a batch, each its own',
    batch,
    { headers: json, body: JSON.stringify([answerOf(3), answerOf(2), answerOf(1)]) },
    [withResult(1), {}, withResult(3)],
  ],
  ['another’s answer', callOf(), { headers: json, body: JSON.stringify(answerOf(7)) }, [withoutResult]],
  [
    'an error',
    callOf(),
    { headers: json, body: `{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"${secret}"}}` },
    [withoutResult],
  ],
  ['what is no JSON', callOf(), { headers: json, body: `{"id":1,"result":${secret}` }, [withoutResult]],
  [
    'other media',
    callOf(),
    { headers: { 'content-type': 'text/plain' }, body: JSON.stringify(answerOf()) },
    [withoutResult],
  ],
  [
    'JSON that is too large, which goes on all the same',
    callOf(),
    { headers: json, body: JSON.stringify({ ...answerOf(), spread }) },
    [withoutResult],
  ],
  [
    'an event that is too large, and those behind it',
    callOf(),
    { headers: events, body: asEvent({ spread }) + asEvent(answerOf()) },
    [withoutResult],
  ],
  ['a tool without such a rule', callOf('silent'), { headers: json, body: JSON.stringify(answerOf()) }, [{}]],
])('of %s', async (_, message, answer, expected) => {
  for (const send of [byFetch, byNode]) {
    const { gateway, records } = await stage()
    expect((await send(gateway, message, answer)) === answer.body).toBe(true)
    await vi.waitFor(() => expect(records).toHaveLength(expected.length))
    expect(records.map(shownIn)).toEqual(expected)
  }
})

test('of a message of any other transport', async () => {
  const { gateway, records } = await stage()
  const sent: unknown[] = []
  const wire = {
    onmessage: undefined as ((message: unknown) => void) | undefined,
    start: async () => {},
    close: async () => {},
    send: async (message: unknown) => void sent.push(message),
  }
  const guarded = guardTransport(gateway, wire)
  guarded.onmessage = () => void guarded.send(answerOf())
  await guarded.start()
  wire.onmessage?.(callOf())
  await vi.waitFor(() => expect(records).toHaveLength(1))
  expect(records.map(shownIn)).toEqual([withResult()])
  expect(sent).toEqual([answerOf()])
})
