import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createChain, createIds, encodeEnvelope, headAfter, type RequestRecord } from '@mcp-sentinel/events'
import { newestEvents } from '@mcp-sentinel/events/clickhouse'
import { createSpanRecorder, createTracing, type ReadableSpan } from '@mcp-sentinel/service'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Logs, startPipeline } from '../pipeline.ts'

const apiKey = 'a key of one test run only'
const record: Omit<RequestRecord, 'decision_id'> = {
  agent_id: 'ops-agent',
  bytes_in: 0,
  bytes_out: 0,
  cluster: '',
  decision: 'allow',
  human_id: '',
  latency_ms: 0,
  method: 'POST',
  namespace: 'mcp-servers',
  path: '/mcp',
  policy_version: 'v2',
  reason: 'allowed',
  rpc_method: 'tools/call',
  server: 'payments',
  session_id: '',
  status: 200,
  subject_team_id: '',
  team_id: '',
  tool_name: 'refund',
}

/** The way from `POST /events` to a row and to the spans of its trace, on whatever log. */
export const wayOfAnEvent = (
  name: string,
  open: () => Promise<{ logs: Logs; topic: string } | undefined>,
) => {
  describe(name, () => {
    const recorder = createSpanRecorder()
    const { tracer } = createTracing({ serviceName: 'test', processor: recorder.processor })
    let directory: string
    let topic: string
    let pipeline: Awaited<ReturnType<typeof startPipeline>>

    beforeAll(async () => {
      directory = await mkdtemp(join(tmpdir(), 'way-of-an-event-'))
      const opened = await open()
      topic = opened?.topic ?? 'mcp.events'
      pipeline = await startPipeline({
        directory,
        apiKey,
        tracer,
        topic,
        ...(opened && { logs: opened.logs }),
      })
    }, 60_000)
    afterAll(async () => {
      await pipeline.close()
      await rm(directory, { recursive: true, force: true })
    }, 60_000)

    const ids = createIds(Date.now)
    const traceOf = (digit: string) => `00-${digit.repeat(32)}-00f067aa0ba902b7-01`
    const aCall = (id: string): RequestRecord => ({ ...record, decision_id: id })
    const aChain = () =>
      createChain({ producer: 'mcp-servers/payments/pod-1', source: 'gateway', clock: Date.now, ids })
    const post = (body: Buffer | string, type: string, headers: Record<string, string> = {}) =>
      fetch(pipeline.ingestUrl, {
        method: 'POST',
        headers: { 'x-api-key': apiKey, 'content-type': type, ...headers },
        body,
      })
    const rowOf = async (decision_id: string) => {
      const found = () => newestEvents(pipeline.store, { filter: { decision_id }, limit: 2 })
      await expect.poll(async () => (await found()).events.length, { timeout: 20_000 }).toBe(1)
      return (await found()).events[0]
    }
    const spansOf = (traceId: string): readonly ReadableSpan[] =>
      recorder.finished().filter((span) => span.spanContext().traceId === traceId)

    it('is one trace, from the request to the row', async () => {
      const id = ids()
      const event = encodeEnvelope(aChain().request(aCall(id)))
      const response = await post(event, 'application/json', { traceparent: traceOf('a') })
      expect(response.status).toBe(202)
      expect(await response.json()).toEqual({ ok: true })

      const row = await rowOf(id)
      expect(row?.trace_id).toBe('a'.repeat(32))
      await expect
        .poll(
          () =>
            spansOf('a'.repeat(32))
              .map((span) => span.name)
              .sort(),
          { timeout: 5_000 },
        )
        .toEqual(
          [
            'POST /events',
            'kafka.produce',
            'kafka.consume',
            'clickhouse.insert_batch',
            'clickhouse.insert_event',
          ].sort(),
        )
      const batch = spansOf('a'.repeat(32)).find((span) => span.name === 'clickhouse.insert_batch')
      expect(batch?.attributes).toMatchObject({ 'batch.size': 1, 'kafka.topic': topic })
      expect(batch?.attributes['kafka.offset_ranges']).toMatch(new RegExp(`^${topic}/\\d+:(\\d+)-\\1$`))
    })

    it('keeps each event’s own trace through a batch', async () => {
      const chain = aChain()
      const sent = ['b', 'c', 'd'].map((digit) => ({ digit, id: ids() }))
      const events = sent.map(({ digit, id }) =>
        encodeEnvelope(chain.request(aCall(id), { traceparent: traceOf(digit), baggage: `call=${digit}` })),
      )
      const response = await post(
        Buffer.concat(events.flatMap((one) => [one, Buffer.from('\n')])),
        'application/x-ndjson',
      )
      expect(await response.json()).toMatchObject({ ok: true, accepted: 3 })

      for (const { digit, id } of sent) {
        expect((await rowOf(id))?.trace_id).toBe(digit.repeat(32))
        await expect.poll(() => spansOf(digit.repeat(32)).map((span) => span.name)).toContain('kafka.consume')
        await expect
          .poll(() => spansOf(digit.repeat(32)).map((span) => span.name))
          .toContain('clickhouse.insert_event')
      }
      const batches = recorder.finished().filter((span) => span.name === 'clickhouse.insert_batch')
      const traces = batches.flatMap((span) => [
        span.spanContext().traceId,
        ...span.links.map(({ context }) => context.traceId),
      ])
      expect(traces).toEqual(expect.arrayContaining(sent.map(({ digit }) => digit.repeat(32))))
    })

    it('keeps the payload to the byte, so that the next event still names its head', async () => {
      const chain = aChain()
      const [first, second] = [ids(), ids()]
      const events = [chain.start(), chain.request(aCall(first)), chain.request(aCall(second))]
      for (const event of events) await post(encodeEnvelope(event), 'application/json')
      const payload = (await rowOf(first))?.payload ?? ''
      expect(payload).toBe(events[1]?.payload)
      expect(JSON.parse((await rowOf(second))?.payload ?? '')._audit.prev).toBe(headAfter(payload))
    })

    it('stores an older producer’s event, which has no chain and no id', async () => {
      const id = ids()
      const body = JSON.stringify({
        timestamp: new Date().toISOString(),
        source: 'mcp-gateway',
        event_type: 'mcp.request',
        payload: { server: 'payments', namespace: 'mcp-servers', decision: 'deny', decision_id: id },
      })
      expect((await post(body, 'application/json')).status).toBe(202)
      expect(await rowOf(id)).toMatchObject({ server: 'payments', decision: 'deny', chain: '', seq: 0 })
    })
  })
}
