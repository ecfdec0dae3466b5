import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { TraceContext } from '@mcp-sentinel/events'
import { createGateway } from '@mcp-sentinel/gateway-middleware'
import { staticPolicy } from '@mcp-sentinel/gateway-middleware/static-policy'
import { createSpanRecorder, createTracing, type ReadableSpan, type Tracer } from '@mcp-sentinel/service'
import { expect, onTestFinished, test } from 'vitest'
import { createUpstream } from './forward.ts'
import { createOnwardSpans, createRequestTracer } from './request-spans.ts'
import { createSessionIds } from './session-id.ts'
import { createSidecar } from './sidecar.ts'
import { createUpstreamCredential } from './upstream-credential.ts'

const serve = async (handle: Parameters<typeof createServer>[1]): Promise<URL> => {
  const server = createServer(handle)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
}

/** A server, a sidecar before it with or without spans, and what each of them saw. */
const stage = async ({ sampleRatio = 1, isTraced = true, breaksOff = false } = {}) => {
  const seen: { readonly req: IncomingMessage; readonly body: string }[] = []
  const behind = await serve(async (req, res) => {
    seen.push({ req, body: await text(req) })
    if (breaksOff) res.destroy()
    else res.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  })
  const spans = createSpanRecorder()
  const { tracer } = createTracing({ serviceName: 'test', processor: spans.processor, sampleRatio })
  let started = 0
  const counting = new Proxy(tracer, {
    get: (target, name) => {
      if (name === 'startSpan') started++
      return Reflect.get(target, name)
    },
  }) as Tracer
  const traces: (TraceContext | undefined)[] = []
  const gateway = await createGateway({
    policy: staticPolicy({
      schema_version: 'v2',
      server: { name: 's' },
      policy: { denial: 'http' },
      tools: ['add', 'erase'].map((name) => ({ name, side_effect: name === 'add' ? 'read' : 'destructive' })),
      grants: [{ name: 'g', agent_id: 'me', allowed_side_effects: ['read'] }],
    }),
    identify: () => ({ ok: true, caller: { agent: 'me' } }),
    record: (_, trace) => traces.push(trace),
    tracer: isTraced ? createRequestTracer(counting) : undefined,
  })
  const upstream = createUpstream({
    origin: behind.origin,
    connectTimeoutMs: 5_000,
    headTimeoutMs: 60_000,
    idleTimeoutMs: 60_000,
  })
  onTestFinished(upstream.close)
  onTestFinished(gateway.close)
  const sidecar = createSidecar({
    gateway,
    upstream,
    sessionIds: createSessionIds([{ kid: 'k', key: Buffer.alloc(32, 7) }]),
    credential: createUpstreamCredential({}),
    startOnward: isTraced ? createOnwardSpans(counting, behind) : undefined,
  })
  const front = await serve((req, res) => void sidecar.handle(req, res))
  const call = async (tool: string, headers: Record<string, string> = {}, meta?: object) => {
    const params = { name: tool, arguments: { pin: secret }, ...(meta && { _meta: meta }) }
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params })
    const answer = await fetch(new URL('/mcp', front), {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    })
    await answer.text()
    await gateway.idle()
    return { status: answer.status, body }
  }
  const ofKind = (kind: number): ReadableSpan | undefined => spans.finished().find((one) => one.kind === kind)
  return {
    call,
    seen,
    traces,
    finished: spans.finished,
    started: () => started,
    server: () => ofKind(1),
    client: () => ofKind(2),
  }
}

const secret = 'hunter2-and-nobody-else'
const [traceId, spanId] = ['a'.repeat(32), 'b'.repeat(16)]
const traceparent = `00-${traceId}-${spanId}-01`
const headerOf = (span: ReadableSpan | undefined) =>
  `00-${span?.spanContext().traceId}-${span?.spanContext().spanId}-01`

test('a call has a span below its caller’s, what is sent on one below that, and the server is told of it', async () => {
  const { call, seen, server, client, traces } = await stage()
  const { status, body } = await call('add', { traceparent, tracestate: 'v=1', baggage: 'user=%20ada;p' })
  expect(status).toBe(200)
  expect(server()?.spanContext().traceId).toBe(traceId)
  expect(server()?.parentSpanContext?.spanId).toBe(spanId)
  expect(client()?.parentSpanContext?.spanId).toBe(server()?.spanContext().spanId)
  expect(seen[0]?.req.headers).toMatchObject({
    traceparent: headerOf(client()),
    tracestate: 'v=1',
    baggage: 'user=%20ada;p',
  })
  expect(seen[0]?.body).toBe(body)
  expect(traces).toEqual([{ traceparent: headerOf(server()), tracestate: 'v=1', baggage: 'user=%20ada;p' }])
  expect([server()?.name, client()?.name]).toEqual(['tools/call add', 'tools/call add'])
  expect(server()?.attributes).toMatchObject({
    'mcp.method.name': 'tools/call',
    'gen_ai.tool.name': 'add',
    'gen_ai.operation.name': 'execute_tool',
    'http.request.method': 'POST',
    'http.response.status_code': 200,
    'mcp.sentinel.decision': 'allow',
  })
  expect(client()?.attributes).toMatchObject({
    'http.response.status_code': 200,
    'server.address': '127.0.0.1',
  })
})

test('what the message says is the parent, what its headers say a link, and the body stays as it is', async () => {
  const { call, seen, server, client } = await stage()
  const meta = { traceparent: `00-${'c'.repeat(32)}-${'d'.repeat(16)}-01`, tracestate: 'w=2' }
  const { body } = await call('add', { traceparent, tracestate: 'v=1' }, meta)
  expect(server()?.spanContext().traceId).toBe('c'.repeat(32))
  expect(server()?.parentSpanContext?.spanId).toBe('d'.repeat(16))
  expect(server()?.links.map(({ context }) => context.traceId)).toEqual([traceId])
  expect(seen[0]?.req.headers).toMatchObject({ traceparent: headerOf(client()), tracestate: 'w=2' })
  expect(seen[0]?.body).toBe(body)
})

test('a trace begins here where none was begun', async () => {
  const { call, seen, server, client, traces } = await stage()
  await call('add')
  expect(server()?.parentSpanContext).toBeUndefined()
  expect(seen[0]?.req.headers['traceparent']).toBe(headerOf(client()))
  expect(traces[0]?.traceparent).toBe(headerOf(server()))
})

test('a trace that its caller does not record makes no span, and goes by as it came', async () => {
  const { call, seen, traces, started } = await stage()
  const unsampled = traceparent.replace(/01$/, '00')
  await call('add', { traceparent: unsampled, tracestate: 'v=1' })
  expect(started()).toBe(0)
  expect(seen[0]?.req.headers).toMatchObject({ traceparent: unsampled, tracestate: 'v=1' })
  expect(traces).toMatchObject([{ traceparent: unsampled }])
})

test('one that begins here and is not recorded has no span, and all that follow are told so', async () => {
  const { call, seen, traces, finished } = await stage({ sampleRatio: 0 })
  await call('add')
  expect(finished()).toEqual([])
  expect(seen[0]?.req.headers['traceparent']).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/)
  expect(traces[0]?.traceparent).toBe(seen[0]?.req.headers['traceparent'])
})

test('without spans the server is told what came', async () => {
  const { call, seen, finished } = await stage({ isTraced: false })
  await call('add', { traceparent, tracestate: 'v=1', baggage: 'a=b' })
  await call('add')
  expect(seen[0]?.req.headers).toMatchObject({ traceparent, tracestate: 'v=1', baggage: 'a=b' })
  expect(seen[1]?.req.headers['traceparent']).toBeUndefined()
  expect(finished()).toEqual([])
})

test('a refusal has a span that says why, and nothing that strangers could make grow in its name', async () => {
  const { call, server, client, seen } = await stage()
  expect((await call('erase', { traceparent })).status).toBe(403)
  expect(seen).toEqual([])
  expect(client()).toBeUndefined()
  expect(server()?.name).toBe('mcp')
  expect(server()?.attributes).toMatchObject({
    'gen_ai.tool.name': 'erase',
    'error.type': 'side_effect_not_allowed',
    'http.response.status_code': 403,
  })
  expect(server()?.status.code).toBe(0)
})

test('a server that breaks off is a failure of both spans', async () => {
  const { call, server, client } = await stage({ breaksOff: true })
  expect((await call('add')).status).toBe(502)
  expect([server()?.status.code, client()?.status.code]).toEqual([2, 2])
  expect(server()?.attributes['http.response.status_code']).toBe(502)
})

test('of the arguments nothing is in a span', async () => {
  const { call, finished } = await stage()
  await call('add', { traceparent })
  await call('erase', { traceparent })
  const told = finished().map(({ name, attributes, events, links, status }) => ({
    name,
    attributes,
    events,
    links,
    status,
  }))
  expect(told).toHaveLength(3)
  expect(JSON.stringify(told)).not.toContain(secret)
})
