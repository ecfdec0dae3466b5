import { generateKeyPairSync } from 'node:crypto'
import { readdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { temporaryDirectory } from '../segment/fault-tests/temporary-directory.ts'
import { segmentName } from '../segment/files.ts'
import { breaksOf, eventOf, readEvents, readFrames, requestRecord } from '../spool/fault-tests/requests.ts'
import { createStandInSink } from '../spool/fault-tests/stand-in-sink.ts'
import { kindOf } from '../spool/frames.ts'
import { verifyChains } from '../verify.ts'
import {
  closeReserveBytes,
  createSpool,
  ownReserveBytes,
  type SpoolOptions,
  type SpoolReport,
} from './spool.ts'

const MiB = 1024 * 1024

const open = async (options: Partial<SpoolOptions> = {}) => {
  const directory = options.directory ?? (await temporaryDirectory())
  const reports: SpoolReport[] = []
  const spool = await createSpool({
    producer: 'ns/payments/pod-1',
    source: 'gateway',
    syncIntervalMs: 5,
    report: (report) => reports.push(report),
    ...options,
    directory,
  })
  onTestFinished(() => spool.close())
  return { directory, spool, reports }
}

const startsIn = async (directory: string) =>
  (await readEvents(directory))
    .filter(({ type }) => type === 'mcp.chain.start')
    .map(({ payload }) => JSON.parse(payload))

describe('what is recorded', () => {
  test('is in the file when the call returns, with its trace, behind the first record of its chain', async () => {
    const { directory, spool } = await open()
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    expect(spool.record(requestRecord('a'), { traceparent })).toBe(true)
    expect(spool.record(requestRecord('b'), {}, 'mcp.request.open')).toBe(true)
    const events = await readEvents(directory)
    expect(events.map(({ type, decisionId }) => [type, decisionId])).toEqual([
      ['mcp.chain.start', ''],
      ['mcp.request', 'a'],
      ['mcp.request.open', 'b'],
    ])
    expect(events[1]?.traceparent).toBe(traceparent)
    expect(breaksOf(events)).toEqual([])
    expect(spool.stats()).toMatchObject({ kept: 3, lost: 0, written: 3, shipped: 0 })
  })

  test('that is too large for an event is lost and told, and harms no other', async () => {
    const { directory, spool } = await open()
    expect(spool.record(requestRecord('large', { path: 'x'.repeat(MiB) }))).toBe(false)
    expect(spool.record(requestRecord('a'))).toBe(true)
    const events = await readEvents(directory)
    expect(events.map(({ type, lost, reason }) => [type, lost, reason])).toEqual([
      ['mcp.chain.start', 0, 'start'],
      ['mcp.gap', 1, 'too_large'],
      ['mcp.request', 0, 'allowed'],
    ])
    expect(breaksOf(events)).toEqual([])
  })

  test('after closing is lost, and said to be', async () => {
    const { spool, reports } = await open()
    await spool.close()
    expect(spool.record(requestRecord('a'))).toBe(false)
    expect(spool.stats().lost).toBe(1)
    expect(reports).toEqual([{ kind: 'loss', reason: 'closed' }])
    await expect(spool.begin(requestRecord('b'))).rejects.toMatchObject({ code: 'audit_unavailable' })
  })
})

describe('an intent', () => {
  test('is on the disk when it is given, is no event, and becomes one when it is closed', async () => {
    const { directory, spool } = await open({ syncIntervalMs: 3_600_000 })
    const tracestate = 'a=b'
    const intent = await spool.begin(requestRecord('call'), { tracestate })
    expect(spool.stats()).toMatchObject({ durable: 2, kept: 1, openIntents: 1 })
    const [start, intended] = await readFrames(directory)
    expect([start, intended].map((frame) => frame && kindOf(frame))).toEqual(['event', 'intent'])
    // Room to be carried on once, and for its event.
    const { bytes, value } = intended ?? { bytes: 0, value: '' }
    expect(spool.stats().reservedBytes).toBe(ownReserveBytes + bytes + value.length + closeReserveBytes)
    intent.close(requestRecord('call', { status: 204 }))
    intent.close(requestRecord('call', { status: 500 }))
    const [, , closed, ...more] = await readFrames(directory)
    expect(more).toEqual([])
    expect([intended?.headers, closed?.headers]).toEqual([
      { kind: 'intent', key: 'call' },
      { kind: 'close', key: 'call' },
    ])
    expect(JSON.parse(closed?.value.toString() ?? '')).toMatchObject({ tracestate, payload: { status: 204 } })
    expect(spool.stats()).toMatchObject({ openIntents: 0, reservedBytes: ownReserveBytes })
  })

  test('has one event of its own decision', async () => {
    const { spool } = await open()
    const intent = await spool.begin(requestRecord('a'))
    await expect(spool.begin(requestRecord('a'))).rejects.toThrow('one intent')
    expect(() => intent.close(requestRecord('b'))).toThrow('another decision')
  })

  test('whose end is too large to be told has what counts of it told', async () => {
    const { directory, spool } = await open()
    const intent = await spool.begin(requestRecord('a'))
    intent.close(requestRecord('a', { path: 'x'.repeat(2 * MiB), status: 418, bytes_out: 7 }))
    expect(JSON.parse((await readEvents(directory)).at(-1)?.payload ?? '')).toMatchObject({
      status: 418,
      bytes_out: 7,
      path: '/mcp',
    })
    const large = spool.begin(requestRecord('b', { path: 'x'.repeat(MiB) }))
    await expect(large).rejects.toMatchObject({ code: 'audit_unavailable', retryable: false })
  })

  test('that was open when the process ended becomes an event of unknown end, once', async () => {
    const first = await open()
    const { directory } = first
    await first.spool.begin(requestRecord('a', { audit: 'required' }), { traceparent: 'tp' })
    const closed = await first.spool.begin(requestRecord('b'))
    closed.close(requestRecord('b'))
    await first.spool.close()
    const second = await open({ directory })
    expect(second.reports).toEqual([{ kind: 'unknown', calls: 1 }])
    await second.spool.close()
    const third = await open({ directory })
    expect(third.reports).toEqual([])
    const events = await readEvents(directory)
    const unknown = events.filter(({ outcome }) => outcome === 'unknown')
    expect(unknown).toMatchObject([{ decisionId: 'a', traceparent: 'tp' }])
    expect(JSON.parse(unknown[0]?.payload ?? '')).toMatchObject({
      status: 0,
      latency_ms: 0,
      audit: 'required',
    })
    expect(breaksOf(events)).toEqual([])
  })
})

describe('a start', () => {
  test('says which chain it continues and why: closed in order, or not', async () => {
    const first = await open()
    const { directory } = first
    first.spool.record(requestRecord('a'))
    await first.spool.close()
    const second = await open({ directory })
    second.spool.record(requestRecord('b'))
    await second.spool.close()
    // As a crash leaves it: without its last frame, whole or torn.
    const [{ path } = { path: '' }] = [segmentName(directory, 0)]
    const size = (await readFile(path)).length
    await truncate(path, size - 3)
    const third = await open({ directory })
    expect(third.reports).toMatchObject([{ kind: 'torn-tail', cut: { file: path } }])
    const [one, two, three] = await startsIn(directory)
    expect([one, two, three].map(({ reason }) => reason)).toEqual(['start', 'start', 'recovered'])
    expect([one.prev_chain, two.prev_chain, three.prev_chain]).toEqual([
      '',
      one._audit.chain,
      two._audit.chain,
    ])
    expect(breaksOf(await readEvents(directory))).toEqual([])
  })

  test.each<[string, (bytes: Buffer) => Buffer]>([
    ['damaged in the middle', (bytes) => Buffer.from(bytes).fill(9, 100, 120)],
    ['of a later version', (bytes) => Buffer.from(bytes).fill(2, 6, 7)],
  ])('on files that are %s sets them aside whole, says so, and begins anew', async (_, damage) => {
    const sink = createStandInSink()
    const first = await open({ sink })
    const { directory } = first
    for (let n = 0; n < 5; n++) first.spool.record(requestRecord(`a${n}`))
    expect(await first.spool.drain(20_000)).toBe(true)
    await first.spool.close()
    const { path } = segmentName(directory, 0)
    const damaged = damage(await readFile(path))
    await writeFile(path, damaged)

    const next = createStandInSink()
    const { spool, reports } = await open({ directory, sink: next })
    const [report] = reports
    const files = report?.kind === 'unreadable' ? report.files : []
    expect(files).toHaveLength(1)
    expect(await readFile(files[0] as string)).toEqual(damaged)
    spool.record(requestRecord('b'))
    expect(await spool.drain(20_000)).toBe(true)
    expect(next.events().map(({ type, reason }) => [type, reason])).toEqual([
      ['mcp.chain.start', 'unreadable'],
      ['mcp.request', 'allowed'],
    ])
  })

  test('of a second owner is refused, and so are bounds that cannot work', async () => {
    const { directory } = await open()
    await expect(open({ directory })).rejects.toMatchObject({ code: 'segment_locked', retryable: true })
    await expect(open({ bytesMax: 1000 })).rejects.toThrow(RangeError)
    await expect(open({ bytesMax: MiB, segmentBytesMax: MiB })).rejects.toThrow(RangeError)
  })
})

describe('checkpoints', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const checkpointKey = { kid: 'k1', privateKey }
  const signedIn = async (directory: string) => {
    const payloads = (await readEvents(directory)).map(({ payload }) => payload)
    return verifyChains(payloads, { keys: new Map([['k1', publicKey]]) })
  }

  test('come every thousand events, and at the end', async () => {
    const { directory, spool } = await open({ checkpointKey })
    for (let n = 0; n < 1500; n++) spool.record(requestRecord(`a${n}`))
    expect(await signedIn(directory)).toMatchObject({ breaks: [], chains: [{ signedUpTo: 1001 }] })
    await spool.close()
    expect(await signedIn(directory)).toMatchObject({
      breaks: [],
      chains: [{ signedUpTo: 1502, last: 1503 }],
    })
  })

  test('come ten seconds after an event that none has signed, and not when there is none', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const { directory, spool } = await open({ checkpointKey, syncIntervalMs: 3_600_000 })
    spool.record(requestRecord('a'))
    vi.advanceTimersByTime(9_999)
    expect(await readEvents(directory)).toHaveLength(2)
    vi.advanceTimersByTime(1)
    vi.advanceTimersByTime(60_000)
    expect((await readEvents(directory)).map(({ type }) => type)).toEqual([
      'mcp.chain.start',
      'mcp.request',
      'mcp.checkpoint',
    ])
  })
})

test('a clock that goes back breaks no chain and loses nothing', async () => {
  let now = 1_800_000_000_000
  const { directory, spool } = await open({ clock: () => (now -= 1000) })
  for (let n = 0; n < 20; n++) expect(spool.record(requestRecord(`a${n}`))).toBe(true)
  await spool.close()
  await (await open({ directory, clock: () => 1000 })).spool.close()
  const events = await readEvents(directory)
  expect(breaksOf(events)).toEqual([])
  expect(events).toHaveLength(22)
})

test('files go when they are shipped, but none while an intent in it is open, however often the spool turns over', async () => {
  const sink = createStandInSink()
  const { directory, spool } = await open({ sink, bytesMax: MiB, segmentBytesMax: 32 * 1024 })
  const held = await spool.begin(requestRecord('held'))
  const lost = await spool.begin(requestRecord('left'))
  for (let round = 0; round < 30; round++) {
    for (let n = 0; n < 100; n++) expect(spool.record(requestRecord(`${round}-${n}`))).toBe(true)
    expect(await spool.drain(20_000)).toBe(true)
    expect(spool.stats().bytes).toBeLessThan(MiB / 4)
    const intents = (await readFrames(directory)).filter((frame) => kindOf(frame) === 'intent')
    expect(new Set(intents.map(({ headers }) => headers['key']))).toEqual(new Set(['held', 'left']))
  }
  expect((await readdir(directory)).filter((name) => name.endsWith('.segment')).length).toBeLessThan(8)
  held.close(requestRecord('held', { outcome: 'closed' }))
  expect(await spool.drain(20_000)).toBe(true)
  await spool.close()
  lost.close(requestRecord('left'))
  const next = createStandInSink()
  const again = await open({ directory, sink: next })
  expect(await again.spool.drain(20_000)).toBe(true)
  const events = [...sink.events(), ...next.events()]
  expect(events.filter(({ decisionId }) => ['held', 'left'].includes(decisionId))).toMatchObject([
    { decisionId: 'held', outcome: 'closed' },
    { decisionId: 'left', outcome: 'unknown' },
  ])
  expect(breaksOf(events)).toEqual([])
})

test('a sink that cannot be closed holds up nothing that is written, nor the next owner', async () => {
  const sink = createStandInSink()
  sink.close = () => Promise.reject(new Error('not now'))
  const directory = await temporaryDirectory()
  const spool = await createSpool({ directory, producer: 'ns/payments/pod-1', source: 'gateway', sink })
  spool.record(requestRecord('a'))
  await expect(spool.close()).rejects.toThrow('not now')
  const next = await open({ directory })
  expect((await startsIn(directory)).map(({ reason }) => reason)).toEqual(['start', 'start'])
  expect(next.reports).toEqual([])
})

test('files that are not its own are left alone', async () => {
  const directory = await temporaryDirectory()
  await writeFile(join(directory, 'notes.txt'), 'mine')
  const { spool } = await open({ directory })
  spool.record(requestRecord('a'))
  await spool.close()
  expect(await readFile(join(directory, 'notes.txt'), 'utf8')).toBe('mine')
  expect(eventOf((await readFrames(directory))[1]?.value ?? Buffer.alloc(0)).decisionId).toBe('a')
})
