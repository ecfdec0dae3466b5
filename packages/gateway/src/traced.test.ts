import type { RequestRecord } from '@mcp-sentinel/events'
import { createSpanRecorder, createTracing } from '@mcp-sentinel/service'
import { expect, test } from 'vitest'
import { traced } from './traced.ts'

const record: RequestRecord = {
  agent_id: 'a',
  bytes_in: 0,
  bytes_out: 0,
  cluster: '',
  decision: 'deny',
  decision_id: 'd',
  human_id: '',
  latency_ms: 40,
  method: 'POST',
  namespace: '',
  path: '/mcp',
  policy_version: '',
  reason: 'tool_denied',
  rpc_method: 'tools/call',
  server: 's',
  session_id: '',
  status: 403,
  subject_team_id: '',
  team_id: '',
  tool_name: 'refund',
}
const trace = { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` }

const stage = () => {
  const spans = createSpanRecorder()
  const { tracer } = createTracing({ serviceName: 'test', processor: spans.processor })
  const written: string[] = []
  const recorder = traced(
    {
      record: (_, __, type) => written.push(type ?? 'record'),
      begin: async () => ({ close: () => written.push('close') }),
    },
    tracer,
    () => 1_000_040,
  )
  return { recorder, written, finished: spans.finished }
}

test('a request of a recorded trace has a span under its caller’s', () => {
  const { recorder, finished, written } = stage()
  recorder.record(record, trace)
  const [span] = finished()
  expect(span?.name).toBe('tools/call refund')
  expect(span?.spanContext().traceId).toBe('a'.repeat(32))
  expect(span?.parentSpanContext?.spanId).toBe('b'.repeat(16))
  expect(span?.attributes).toMatchObject({ 'mcp.method.name': 'tools/call', 'error.type': 'tool_denied' })
  expect([span?.startTime, span?.endTime]).toEqual([
    [1000, 0],
    [1000, 40_000_000],
  ])
  expect(written).toEqual(['record'])
})

test('one that must be recorded has its span when it has ended', async () => {
  const { recorder, finished, written } = stage()
  const intent = await recorder.begin?.(record, trace)
  expect(finished()).toHaveLength(0)
  intent?.close(record)
  expect(finished()).toHaveLength(1)
  expect(written).toEqual(['close'])
})

test.each([
  ['of a trace that is not recorded', { traceparent: trace.traceparent.replace(/01$/, '00') }, undefined],
  ['without a trace', undefined, undefined],
  ['that is still open', trace, 'mcp.request.open'],
] as const)('a request %s has none', (_, given, type) => {
  const { recorder, finished, written } = stage()
  recorder.record(record, given, type)
  expect(finished()).toHaveLength(0)
  expect(written).toHaveLength(1)
})
