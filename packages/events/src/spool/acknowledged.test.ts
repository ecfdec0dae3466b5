import { expect, onTestFinished, test, vi } from 'vitest'
import { createSpool, type SpoolOptions, type SpoolReport } from '../adapters/spool.ts'
import { EventError } from '../errors.ts'
import { createGate } from '../segment/fault-tests/faulty-files.ts'
import { temporaryDirectory } from '../segment/fault-tests/temporary-directory.ts'
import { breaksOf, countDecisions, readEvents, requestRecord } from './fault-tests/requests.ts'
import { createStandInSink } from './fault-tests/stand-in-sink.ts'

const open = async (options: Partial<SpoolOptions> = {}) => {
  const directory = options.directory ?? (await temporaryDirectory())
  const sink = createStandInSink()
  const reports: SpoolReport[] = []
  const spool = await createSpool({
    producer: 'ns/payments/pod-1',
    source: 'gateway',
    sink,
    ackTimeoutMs: 20_000,
    backoff: { minMs: 1, maxMs: 4 },
    report: (report) => reports.push(report),
    ...options,
    directory,
  })
  onTestFinished(() => spool.close())
  return { directory, sink, reports, spool }
}

const refused = { code: 'audit_unavailable', retryable: true }

test('a call goes on when the sink was told of it, and closes with one event', async () => {
  const { spool, sink } = await open()
  const gate = createGate()
  sink.instead = async (take) => {
    await gate.wait()
    return take()
  }
  const begun = vi.fn()
  const begin = spool.begin(requestRecord('call')).then((intent) => {
    begun()
    return intent
  })
  await gate.reached
  // On the disk, and on its way: nobody has answered for it yet.
  expect(spool.stats().durable).toBe(spool.stats().written)
  expect(begun).not.toHaveBeenCalled()
  gate.open()
  const intent = await begin
  expect(sink.events().map(({ type, decisionId }) => [type, decisionId])).toEqual([
    ['mcp.chain.start', ''],
    ['mcp.request.open', 'call'],
  ])
  intent.close(requestRecord('call', { outcome: 'closed' }))
  expect(await spool.drain(20_000)).toBe(true)
  expect(countDecisions(sink.events())).toEqual(new Map([['call', 1]]))
  expect(breaksOf(sink.events())).toEqual([])
})

test('calls that begin together share what is sent', async () => {
  const { spool, sink } = await open()
  await Promise.all(Array.from({ length: 100 }, (_, n) => spool.begin(requestRecord(`call-${n}`))))
  expect(sink.events().filter(({ type }) => type === 'mcp.request.open')).toHaveLength(100)
  expect(sink.batches.length).toBeLessThan(20)
})

test('who asks for no more than the disk does not wait', async () => {
  const { spool, sink } = await open({ ackTimeoutMs: undefined })
  sink.instead = () => new Promise<never>(() => {})
  const intent = await spool.begin(requestRecord('call'))
  intent.close(requestRecord('call'))
  expect(spool.stats()).toMatchObject({ openIntents: 0 })
})

test.each<[string, () => Promise<never>]>([
  ['is away', () => Promise.reject(new EventError('sink_unavailable', 'away', { retryable: true }))],
  ['does not answer', () => new Promise<never>(() => {})],
  ['does not let us in', () => Promise.reject(new EventError('sink_unavailable', 'answered 401'))],
])('when the sink %s, a call is refused in time, and nothing is left open', async (_, instead) => {
  const { spool, sink, directory } = await open({ ackTimeoutMs: 30 })
  sink.instead = instead
  await expect(spool.begin(requestRecord('call'))).rejects.toMatchObject(refused)
  expect(spool.stats()).toMatchObject({ openIntents: 0, owed: 0 })
  spool.record(requestRecord('call', { decision: 'deny', reason: 'audit_unavailable', status: 503 }))
  await spool.close()
  const told = (await readEvents(directory)).filter(({ decisionId }) => decisionId === 'call')
  expect(told.map(({ type, reason }) => [type, reason])).toEqual([
    ['mcp.request.open', 'allowed'],
    ['mcp.request', 'audit_unavailable'],
  ])
})

test('one that the sink rejects does not go on; the others of its batch do', async () => {
  const { spool, sink, reports } = await open()
  sink.instead = (take, events) => {
    take()
    const index = events.findIndex((event) => Buffer.from(event).includes('"decision_id":"bad"'))
    return { rejected: index < 0 ? [] : [{ index, code: 'invalid_fields', message: 'no' }] }
  }
  const begun = await Promise.allSettled(['one', 'bad', 'two'].map((id) => spool.begin(requestRecord(id))))
  expect(begun.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(begun[1]).toMatchObject({ reason: refused })
  expect(spool.stats().openIntents).toBe(2)
  expect(reports).toContainEqual({ kind: 'rejected', codes: ['invalid_fields'] })
})

test('when it is back, calls go on again, after what was told before them', async () => {
  const { spool, sink } = await open({ ackTimeoutMs: 30 })
  sink.instead = () => Promise.reject(new EventError('sink_unavailable', 'away', { retryable: true }))
  await expect(spool.begin(requestRecord('first'))).rejects.toMatchObject(refused)
  sink.instead = undefined
  await vi.waitFor(async () => {
    const intent = await spool.begin(requestRecord(`second-${performance.now()}`))
    intent.close(requestRecord(sink.events().at(-1)?.decisionId ?? ''))
  })
  expect(sink.events().map(({ decisionId }) => decisionId)).toContain('first')
  expect(breaksOf(sink.events())).toEqual([])
})

test('a call that waits is refused when the spool is closed', async () => {
  const { spool, sink } = await open()
  const gate = createGate()
  sink.instead = async (take) => {
    await gate.wait()
    return take()
  }
  const begin = spool.begin(requestRecord('call'))
  const refusal = expect(begin).rejects.toMatchObject(refused)
  await gate.reached
  await spool.close()
  await refusal
})

test('a call that went on when its process died is told as unknown, and once', async () => {
  const directory = await temporaryDirectory()
  const first = await open({ directory })
  await first.spool.begin(requestRecord('call'))
  await first.spool.close()
  const { spool, sink } = await open({ directory })
  expect(await spool.drain(20_000)).toBe(true)
  expect(sink.events().filter(({ type }) => type === 'mcp.request')).toMatchObject([
    { decisionId: 'call', outcome: 'unknown' },
  ])
})

test('without a sink there is nobody who could acknowledge', async () => {
  const directory = await temporaryDirectory()
  const options = { directory, producer: 'a/b/c', source: 's', ackTimeoutMs: 100 }
  await expect(createSpool(options)).rejects.toThrow(TypeError)
})
