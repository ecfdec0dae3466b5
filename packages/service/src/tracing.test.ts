import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { inSpan, startSpan } from './span.ts'
import { contextOf, linkTo, traceHeadersOf } from './trace-context.ts'
import { createSpanRecorder, createTracing, untraced } from './tracing.ts'

const traceId = '0af7651916cd43dd8448eb211c80319c'
const sampled = { traceparent: `00-${traceId}-b7ad6b7169203331-01`, tracestate: 'a=1', baggage: 'user=7' }
const unsampled = { traceparent: `00-${traceId}-b7ad6b7169203331-00` }

const traced = (sampleRatio = 1) => {
  const recorder = createSpanRecorder()
  return {
    ...createTracing({ serviceName: 'test', processor: recorder.processor, sampleRatio }),
    ...recorder,
  }
}

test('a context travels in headers and out again', () => {
  expect(traceHeadersOf(contextOf(sampled))).toEqual(sampled)
})

test.each([
  {},
  { traceparent: '' },
  { traceparent: 'junk' },
  { traceparent: `00-${'0'.repeat(32)}-b7ad6b7169203331-01` },
])('%j brings no context', (headers) => {
  expect(traceHeadersOf(contextOf(headers))).toEqual({})
  expect(linkTo(contextOf(headers))).toBeUndefined()
})

test('a span is part of its caller’s trace, hands its context on, and links to others', async () => {
  const { tracer, finished } = traced()
  const parent = contextOf(sampled)
  const cause = linkTo(contextOf(unsampled))
  const headers = await inSpan(
    tracer,
    { name: 'kafka.produce', kind: 'producer', parent, links: cause ? [cause] : [] },
    async ({ context }) => traceHeadersOf(context),
  )
  const [span] = finished()
  expect(span?.spanContext().traceId).toBe(traceId)
  expect(headers).toEqual({ ...sampled, traceparent: `00-${traceId}-${span?.spanContext().spanId}-01` })
  expect(span?.links).toMatchObject([{ context: { spanId: 'b7ad6b7169203331' } }])
})

test('how something failed is told to the span, and to its caller', async () => {
  const { tracer, finished } = traced()
  const failed = inSpan(tracer, { name: 'insert' }, async () => {
    throw new Error('no table')
  })
  await expect(failed).rejects.toThrow('no table')
  expect(finished()).toMatchObject([{ events: [{ name: 'exception' }], status: { code: 2 } }])
})

test.each([
  ['a caller that records none', traced(), unsampled],
  ['a ratio of nothing', traced(0), {}],
  ['no tracing', { ...untraced, finished: () => [] }, sampled],
])('with %s no span is recorded, and the trace goes on', (_, { tracer, finished }, headers) => {
  const { span, context } = startSpan(tracer, { name: 'a', parent: contextOf(headers) })
  expect(span.isRecording()).toBe(false)
  span.end()
  expect(finished()).toEqual([])
  if ('traceparent' in headers) expect(traceHeadersOf(context).traceparent).toContain(traceId)
})

test('a close sends what has ended to the collector', async () => {
  const bodies: string[] = []
  const collector = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    bodies.push(`${request.url} ${body}`)
    response.setHeader('content-type', 'application/json').end('{}')
  })
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void collector.close())
  const endpoint = new URL(`http://127.0.0.1:${(collector.address() as AddressInfo).port}`)
  const { tracer, close } = createTracing({ serviceName: 'ingest', endpoint })
  startSpan(tracer, { name: 'POST /events' }).span.end()
  await close()
  expect(bodies).toHaveLength(1)
  expect(bodies[0]).toMatch(/^\/v1\/traces .*"service\.name".*"ingest".*"POST \/events"/)
})
