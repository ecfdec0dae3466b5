import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createSpool, type SpoolOptions, type SpoolReport } from '../adapters/spool.ts'
import { EventError } from '../errors.ts'
import { createGate } from '../segment/fault-tests/faulty-files.ts'
import { temporaryDirectory } from '../segment/fault-tests/temporary-directory.ts'
import { breaksOf, requestRecord } from './fault-tests/requests.ts'
import { createStandInSink } from './fault-tests/stand-in-sink.ts'

const open = async (options: Partial<SpoolOptions> & { directory?: string } = {}) => {
  const directory = options.directory ?? (await temporaryDirectory())
  const sink = createStandInSink()
  const reports: SpoolReport[] = []
  const spool = await createSpool({
    producer: 'ns/payments/pod-1',
    source: 'gateway',
    sink,
    syncIntervalMs: 1,
    backoff: { minMs: 1, maxMs: 4 },
    report: (report) => reports.push(report),
    ...options,
    directory,
  })
  onTestFinished(() => spool.close())
  const recordMany = (count: number, name: string): void => {
    for (let n = 0; n < count; n++) spool.record(requestRecord(`${name}-${n}`))
  }
  return { directory, sink, reports, spool, recordMany }
}

const unavailable = (retryable: boolean, details = {}): EventError =>
  new EventError('sink_unavailable', retryable ? 'answered 503' : 'answered 401', { retryable, details })

const drained = 20_000

test('events go in their order, in batches that are bounded, one at a time; local frames stay here', async () => {
  const { sink, spool, recordMany } = await open()
  const gate = createGate()
  sink.instead = async (take) => {
    await gate.wait()
    return take()
  }
  recordMany(1, 'first')
  await gate.reached
  recordMany(2500, 'more')
  const intent = await spool.begin(requestRecord('call'))
  intent.close(requestRecord('call'))
  for (let n = 0; n < 8; n++) spool.record(requestRecord(`large-${n}`, { path: 'x'.repeat(900_000) }))
  gate.open()
  expect(await spool.drain(drained)).toBe(true)
  const sizes = sink.batches.map((batch) => batch.length)
  expect(Math.max(...sizes)).toBe(1000)
  expect(sink.batches.flat()).toHaveLength(1 + 1 + 2500 + 1 + 8)
  const bytes = sink.batches.map((batch) => batch.reduce((sum, { payload }) => sum + payload.length, 0))
  expect(Math.max(...bytes)).toBeLessThanOrEqual(4 * 1024 * 1024)
  expect(breaksOf(sink.batches.flat())).toEqual([])
  expect(spool.stats()).toMatchObject({ pendingBytes: 0, shipped: spool.stats().written })
})

test('few events wait for others, but not where somebody waits for them', async () => {
  const { sink, spool, recordMany } = await open({ shipIntervalMs: 3_600_000 })
  expect(await spool.drain(drained)).toBe(true)
  recordMany(2, 'few')
  await spool.begin(requestRecord('call'))
  expect(spool.stats()).toMatchObject({ written: 4, durable: 4, shipped: 1 })
  expect(await spool.drain(drained)).toBe(true)
  expect(sink.batches.map((batch) => batch.length)).toEqual([1, 2])
  recordMany(2400, 'many')
  expect(await spool.drain(drained)).toBe(true)
  expect(sink.batches.map((batch) => batch.length)).toEqual([1, 2, 1000, 1000, 400])
})

test('a sink that fails is asked again until it takes them, and somebody hears of each fault once', async () => {
  const { sink, reports, spool, recordMany } = await open()
  let asked = 0
  sink.instead = (take) => {
    asked++
    if (asked < 8) throw unavailable(asked < 4, asked === 1 ? { retryAfterMs: 5 } : {})
    return take()
  }
  recordMany(10, 'a')
  expect(await spool.drain(drained)).toBe(true)
  expect(sink.batches.flat().length).toBeGreaterThanOrEqual(11)
  const told = reports.map((report) => (report.kind === 'blocked' ? report.error.message : report.kind))
  expect(told).toEqual(['answered 503', 'answered 401', 'resumed'])
  expect(spool.stats().blocked).toBeUndefined()
})

test('while a sink fails, why it does can be seen, and nothing is lost', async () => {
  const { sink, spool, recordMany, directory } = await open()
  const met = createGate()
  sink.instead = () => {
    met.open()
    throw unavailable(false)
  }
  recordMany(10, 'a')
  await met.wait()
  expect(await spool.drain(1)).toBe(false)
  expect(spool.stats()).toMatchObject({ shipped: 0, blocked: { message: 'answered 401', retryable: false } })
  await spool.close()
  expect(sink.isClosed()).toBe(true)
  const next = await open({ directory })
  expect(await next.spool.drain(drained)).toBe(true)
  expect(next.sink.events()).toHaveLength(12)
})

test('an acknowledgement that is lost makes events come twice, and none go missing', async () => {
  const { sink, spool, recordMany } = await open()
  let asked = 0
  sink.instead = (take) => {
    const taken = take()
    if (asked++ % 2 === 0) throw new TypeError('fetch failed')
    return taken
  }
  for (let n = 0; n < 20; n++) {
    recordMany(10, `round-${n}`)
    expect(await spool.drain(drained)).toBe(true)
  }
  expect(sink.batches.flat().length).toBeGreaterThan(201)
  expect(sink.events()).toHaveLength(201)
  expect(breaksOf(sink.events())).toEqual([])
})

test('a sink that hangs holds up neither records nor closing, and the next start sends what it had', async () => {
  const { sink, spool, recordMany, directory } = await open()
  const hanging = createGate()
  sink.instead = async () => {
    await hanging.wait()
    return { rejected: [] }
  }
  recordMany(5, 'a')
  await hanging.reached
  recordMany(5, 'b')
  const draining = spool.drain(drained)
  await spool.close()
  expect(await draining).toBe(false)
  const next = await open({ directory })
  expect(await next.spool.drain(drained)).toBe(true)
  expect(next.sink.events()).toHaveLength(12)
  expect(breaksOf(next.sink.events())).toEqual([])
})

test('what is rejected for good goes to a file with its reason, is reported, and the rest goes on', async () => {
  const { sink, spool, recordMany, reports, directory } = await open()
  sink.instead = (take, events) => {
    take()
    const rejected = events.flatMap((event, index) =>
      Buffer.from(event).includes('bad-')
        ? [{ index, code: 'invalid_fields' as const, message: 'not so' }]
        : [],
    )
    return { rejected }
  }
  recordMany(3, 'good')
  recordMany(2, 'bad')
  recordMany(3, 'good-too')
  expect(await spool.drain(drained)).toBe(true)
  const lines = (await readFile(join(directory, 'rejected.ndjson'), 'utf8')).trimEnd().split('\n')
  const kept = lines.map((line) => JSON.parse(line))
  expect(kept).toMatchObject(Array(2).fill({ code: 'invalid_fields', message: 'not so' }))
  expect(kept.map(({ event }) => JSON.parse(event).payload.decision_id)).toEqual(['bad-0', 'bad-1'])
  expect(reports.flatMap((report) => (report.kind === 'rejected' ? report.codes : []))).toEqual([
    'invalid_fields',
    'invalid_fields',
  ])
  await spool.close()
  const next = await open({ directory })
  expect(await next.spool.drain(drained)).toBe(true)
  expect(next.sink.events().map(({ type }) => type)).toEqual(['mcp.chain.start'])
})

test('when the file of the rejected is full, shipping waits for somebody to move it away', async () => {
  const { sink, spool, recordMany, reports, directory } = await open({ rejectedBytesMax: 4000 })
  sink.instead = (_, events) => ({
    rejected: events.map((_, index) => ({ index, code: 'too_large' as const, message: '' })),
  })
  recordMany(1, 'a')
  expect(await spool.drain(drained)).toBe(true)
  recordMany(20, 'b')
  expect(await spool.drain(20)).toBe(false)
  expect(spool.stats().blocked).toMatchObject({ code: 'rejected_full', retryable: false })
  await rename(join(directory, 'rejected.ndjson'), join(directory, 'seen.ndjson'))
  expect(await spool.drain(drained)).toBe(true)
  const read = async (name: string) => (await readFile(join(directory, name), 'utf8')).split('\n').length - 1
  expect((await read('seen.ndjson')) + (await read('rejected.ndjson'))).toBe(22)
  expect(reports.at(-1)).toMatchObject({ kind: 'rejected' })
})

test('after a restart shipping goes on where it was; where that is not known, or cannot be, from the start', async () => {
  const { sink, spool, recordMany, directory } = await open()
  recordMany(50, 'a')
  expect(await spool.drain(drained)).toBe(true)
  expect(sink.events()).toHaveLength(51)
  await spool.close()

  const second = await open({ directory })
  second.recordMany(2, 'b')
  expect(await second.spool.drain(drained)).toBe(true)
  expect(second.sink.events()).toHaveLength(3)
  await second.spool.close()

  const path = join(directory, 'shipper.group')
  const unknown = [
    () => rm(path),
    () => writeFile(path, 'nonsense'),
    () => writeFile(path, 'epoch 1\ncommitted 9999\n'),
  ]
  for (const [n, forget] of unknown.entries()) {
    await forget()
    const next = await open({ directory })
    expect(await next.spool.drain(drained)).toBe(true)
    expect(next.sink.events()).toHaveLength(51 + 3 + 1 + n)
    expect(breaksOf(next.sink.events())).toEqual([])
    await next.spool.close()
  }
})

test('draining does not wait out a backoff', async () => {
  const { sink, spool, recordMany } = await open({ backoff: { minMs: 3_600_000, maxMs: 3_600_000 } })
  const met = createGate()
  sink.instead = () => {
    met.open()
    throw unavailable(true)
  }
  recordMany(3, 'a')
  await met.wait()
  expect(await spool.drain(10)).toBe(false)
  sink.instead = undefined
  expect(await spool.drain(drained)).toBe(true)
})
