import type { RequestRecord } from '@mcp-sentinel/events'
import type { PolicyDocument } from '@mcp-sentinel/policy'
import { expect, test, vi } from 'vitest'
import { createGateway } from '../gateway.ts'
import { heldPolicy } from '../held-policy.ts'
import { guardTransport } from './transport.ts'

const document: PolicyDocument = {
  schema_version: 'v2',
  server: { name: 's' },
  policy: { listing: 'permitted' },
  tools: [
    { name: 'add', side_effect: 'read' },
    { name: 'erase', side_effect: 'destructive' },
  ],
  grants: [{ name: 'g', agent_id: 'me', allowed_side_effects: ['read'] }],
}

type Message = Readonly<Record<string, unknown>>

interface Wire {
  readonly sent: Message[]
  onmessage?: (message: Message, extra?: unknown) => void
  onclose?: () => void
  onerror?: (error: Error) => void
  start(): Promise<void>
  send(message: Message): Promise<void>
  close(): Promise<void>
}

/** A transport of neither SDK: what both have, and methods that work on itself only, as those of some classes do. */
const createWire = (): Wire => {
  const wire: Wire = {
    sent: [],
    async start() {
      if (this !== wire) throw new TypeError('not mine')
    },
    async send(message) {
      if (this !== wire) throw new TypeError('not mine')
      wire.sent.push(message)
    },
    async close() {
      if (this !== wire) throw new TypeError('not mine')
      wire.onclose?.()
    },
  }
  return wire
}

const stage = async () => {
  const records: RequestRecord[] = []
  const policy = heldPolicy(document)
  const gateway = await createGateway({
    policy,
    identify: () => ({ ok: true, caller: { agent: 'me' } }),
    record: (record) => records.push(record),
  })
  const wire = createWire()
  const guarded = guardTransport(gateway, wire)
  const received: Message[] = []
  guarded.onmessage = (message) => received.push(message)
  await guarded.start()
  return {
    wire,
    guarded,
    received,
    records,
    gateway,
    say: (message: Message) => wire.onmessage?.(message),
    change: policy.set,
  }
}

const call = (name: string, id = 1): Message => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name, arguments: {} },
})

test('a call that passes reaches the server, and its answer the client', async () => {
  const { say, received, guarded, wire, records } = await stage()
  say(call('add'))
  await vi.waitFor(() => expect(received).toEqual([call('add')]))
  await guarded.send({ jsonrpc: '2.0', id: 1, result: { content: [] } })
  expect(wire.sent).toEqual([{ jsonrpc: '2.0', id: 1, result: { content: [] } }])
  expect(records[0]).toMatchObject({ decision: 'allow', status: 200, method: 'STDIO', outcome: 'closed' })
})

test('a call that is refused is answered, and does not reach the server', async () => {
  const { say, received, wire, records } = await stage()
  say(call('erase'))
  await vi.waitFor(() => expect(wire.sent).toHaveLength(1))
  expect(wire.sent[0]).toMatchObject({ id: 1, result: { isError: true } })
  expect(received).toEqual([])
  expect(records[0]).toMatchObject({ decision: 'deny', reason: 'side_effect_not_allowed' })
})

test('what has no answer gets none, not even a refusal', async () => {
  const { say, received, wire, records } = await stage()
  const { id: _, ...notification } = call('erase')
  say(notification)
  say({ jsonrpc: '2.0', id: 5 })
  say({ jsonrpc: '2.0', method: 'notifications/initialized' })
  await vi.waitFor(() => expect(received).toHaveLength(1))
  expect(wire.sent).toEqual([])
  expect(records.map(({ decision }) => decision)).toEqual(['deny', 'deny', 'allow'])
})

test('messages stay in their order', async () => {
  const { say, received } = await stage()
  const sent = Array.from({ length: 20 }, (_, index) => call('add', index))
  for (const message of sent) say(message)
  await vi.waitFor(() => expect(received).toHaveLength(20))
  expect(received).toEqual(sent)
})

test('a modern message needs no headers to be believed', async () => {
  const { say, received } = await stage()
  const meta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' }
  say({ ...call('add'), params: { name: 'add', _meta: meta } })
  await vi.waitFor(() => expect(received).toHaveLength(1))
})

test('a list shows what may be used', async () => {
  const { say, received, guarded, wire } = await stage()
  say({ jsonrpc: '2.0', id: 1, method: 'tools/list' })
  await vi.waitFor(() => expect(received).toHaveLength(1))
  await guarded.send({ jsonrpc: '2.0', id: 1, result: { tools: [{ name: 'add' }, { name: 'erase' }] } })
  expect(wire.sent[0]).toMatchObject({ result: { tools: [{ name: 'add' }] } })
})

test('what the server sends by itself goes out as it is', async () => {
  const { guarded, wire } = await stage()
  const asked = { jsonrpc: '2.0', id: 1, method: 'sampling/createMessage', params: {} }
  await guarded.send(asked)
  await guarded.send({ jsonrpc: '2.0', method: 'notifications/progress', params: {} })
  expect(wire.sent).toHaveLength(2)
  expect(wire.sent[0]).toBe(asked)
})

test('a call that may not go on is cancelled at the server, and its answer goes nowhere', async () => {
  const { say, received, guarded, wire, change, records } = await stage()
  say(call('add'))
  await vi.waitFor(() => expect(received).toHaveLength(1))
  change({ ...document, grants: [] })
  expect(received[1]).toMatchObject({ method: 'notifications/cancelled', params: { requestId: 1 } })
  expect(wire.sent).toEqual([expect.objectContaining({ id: 1, error: expect.anything() })])
  await guarded.send({ jsonrpc: '2.0', id: 1, result: { content: [] } })
  expect(wire.sent).toHaveLength(1)
  expect(records[0]).toMatchObject({ decision: 'allow', outcome: 'aborted' })
})

test('an id that is in use is not used twice', async () => {
  const { say, received, wire } = await stage()
  say(call('add'))
  say(call('add'))
  await vi.waitFor(() => expect(wire.sent).toHaveLength(1))
  expect(wire.sent[0]).toMatchObject({ id: 1, error: { code: -32600 } })
  expect(received).toHaveLength(1)
})

test('what is open when the wire closes is recorded', async () => {
  const { say, received, guarded, records, gateway } = await stage()
  let closed = 0
  guarded.onclose = () => {
    closed += 1
  }
  say(call('add'))
  await vi.waitFor(() => expect(received).toHaveLength(1))
  await guarded.close()
  expect(records[0]).toMatchObject({ outcome: 'aborted' })
  expect([closed, gateway.openCalls()]).toEqual([1, 0])
})
