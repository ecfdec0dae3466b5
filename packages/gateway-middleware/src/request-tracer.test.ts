import type { RequestRecord, TraceContext } from '@mcp-sentinel/events'
import { expect, test } from 'vitest'
import { createGateway } from './gateway.ts'
import type { IncomingTrace, RequestTracer, SpanEnd } from './request-tracer.ts'
import { staticPolicy } from './static-policy.ts'

const traceparent = (digit: string, flags = '01') => `00-${digit.repeat(32)}-${digit.repeat(16)}-${flags}`
const own: TraceContext = { traceparent: traceparent('f') }

/** A guard with a tracer that keeps what it is told. `span` is what it makes of a request. */
const stage = async (makesSpans = true) => {
  const begun: IncomingTrace[] = []
  const ended: SpanEnd[] = []
  const traces: (TraceContext | undefined)[] = []
  const records: RequestRecord[] = []
  const tracer: RequestTracer = {
    begin: (incoming) => {
      begun.push(incoming)
      return makesSpans ? { context: own, end: (end) => ended.push(end) } : undefined
    },
  }
  const gateway = await createGateway({
    policy: staticPolicy({
      schema_version: 'v2',
      server: { name: 's' },
      policy: { denial: 'http' },
      tools: [
        { name: 'add', side_effect: 'read' },
        { name: 'wire', side_effect: 'destructive' },
      ],
      grants: [{ name: 'g', agent_id: 'me', allowed_side_effects: ['read'] }],
    }),
    identify: () => ({ ok: true, caller: { agent: 'me' } }),
    record: (record, trace) => {
      records.push(record)
      traces.push(trace)
    },
    tracer,
    clock: () => 1_800_000_000_000,
  })
  const send = async (body: unknown, headers: Record<string, string> = {}) => {
    const admission = await gateway.admit({
      method: body === undefined ? 'GET' : 'POST',
      path: '/mcp',
      header: (name) => ({ 'content-type': 'application/json', ...headers })[name],
      body:
        body === undefined ? { kind: 'none' } : { kind: 'bytes', bytes: Buffer.from(JSON.stringify(body)) },
    })
    if (admission.kind === 'passed') admission.close({ status: 200, bytesOut: 1, outcome: 'closed' })
    return admission
  }
  return { begun, ended, traces, records, send }
}

const call = (name: string, meta?: object, id = 1) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name, ...(meta && { _meta: meta }) },
})

const nothing = { traceparent: undefined, tracestate: undefined, baggage: undefined }
const http = { traceparent: traceparent('a'), tracestate: 'v=1', baggage: 'k=v' }
const meta = { traceparent: traceparent('b'), tracestate: 'w=2', baggage: 'l=w' }

test.each<[string, unknown, Record<string, string>, TraceContext, TraceContext | undefined]>([
  ['its headers', call('add'), http, http, undefined],
  ['its message', call('add', meta), {}, meta, undefined],
  ['its message, and points to its headers', call('add', meta), http, meta, http],
  [
    'both alike, and points nowhere',
    call('add', { traceparent: http.traceparent }),
    http,
    { traceparent: http.traceparent },
    undefined,
  ],
  ['nothing', call('add'), {}, {}, undefined],
  ['nothing, for what is no context', call('add', { traceparent: 7 }), { traceparent: 'x' }, {}, undefined],
  ['nothing, for ids of zeros', call('add'), { traceparent: traceparent('0') }, {}, undefined],
  ['the headers of a batch', [call('add', meta), call('add', meta, 2)], http, http, undefined],
  ['the headers of a stream', undefined, http, http, undefined],
  ['the headers of what cannot be read', 7, http, http, undefined],
])('a span is below %s', async (_, body, headers, parent, link) => {
  const { begun, send } = await stage()
  await send(body, headers)
  expect(begun).toHaveLength(1)
  expect({ ...nothing, ...begun[0]?.parent }).toEqual({ ...nothing, ...parent })
  expect(begun[0]?.link && { ...nothing, ...begun[0].link }).toEqual(link && { ...nothing, ...link })
  expect(begun[0]?.startedAt).toBe(1_800_000_000_000)
})

test('records and whoever is called next are told of the span, and it ends with what came of the calls', async () => {
  const { send, traces, ended, records } = await stage()
  const passed = await send([call('add'), call('add', undefined, 2)], http)
  expect(passed.kind === 'passed' && passed.trace).toBe(own)
  expect(traces).toEqual([own, own])
  expect(ended).toMatchObject([{ method: 'POST', status: 200, isAborted: false }])
  expect(ended[0]?.decisions).toEqual(
    records.map(({ decision_id }) => ({
      decisionId: decision_id,
      isAllowed: true,
      reason: 'allowed',
      rpcMethod: 'tools/call',
      tool: 'add',
    })),
  )
})

test('a refusal ends it, too', async () => {
  const { send, ended, traces } = await stage()
  await send(call('wire'))
  expect(traces).toEqual([own])
  expect(ended).toMatchObject([
    { status: 403, decisions: [{ isAllowed: false, reason: 'side_effect_not_allowed', tool: 'wire' }] },
  ])
})

test('without a span all goes by as it came', async () => {
  const { send, traces } = await stage(false)
  const passed = await send(call('add', meta), http)
  expect(passed.kind === 'passed' && passed.trace).toBeUndefined()
  expect(traces).toEqual([meta])
})
