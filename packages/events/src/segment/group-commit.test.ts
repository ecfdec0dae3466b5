import { expect, onTestFinished, test, vi } from 'vitest'
import { createFaultyFiles, createGate } from './fault-tests/faulty-files.ts'
import { temporaryDirectory } from './fault-tests/temporary-directory.ts'
import type { SegmentEntry } from './frame.ts'
import { createSegmentReader } from './reader.ts'
import { createSegmentWriter, type SegmentWriterOptions } from './writer.ts'

const entry = (text: string): SegmentEntry => ({ receivedAtMs: 1, value: Buffer.from(text) })
const bestEffort = { durable: false }

const openWriter = async (options: Partial<SegmentWriterOptions> = {}) => {
  const directory = await temporaryDirectory()
  const files = createFaultyFiles()
  const writer = await createSegmentWriter({
    directory,
    open: files.open,
    syncIntervalMs: 3_600_000,
    ...options,
  })
  onTestFinished(() => writer.close())
  const syncsAtOpen = files.counts.datasync
  const texts = async (): Promise<string[]> => {
    const reader = createSegmentReader({ directory })
    const { frames } = await reader.read(0, { limit: writer.written() })
    await reader.close()
    return frames.map(({ value }) => value.toString())
  }
  return { writer, ...files, syncs: () => files.counts.datasync - syncsAtOpen, texts }
}

test('what comes during a sync shares the next one, which starts when that one returned', async () => {
  const { writer, faults, syncs } = await openWriter()
  const gates = [createGate(), createGate()]
  let started = 0
  let running = 0
  faults.datasync = async () => {
    expect(++running).toBe(1)
    await gates[started++]?.wait()
    running--
  }
  const first = writer.append([entry('first')])
  await gates[0]?.reached
  // The answers to these say that they were written while the sync was on its way.
  const during = Array.from({ length: 100 }, (_, n) => writer.append([entry(`during ${n}`)]))
  expect(await writer.append([entry('best effort')], bestEffort)).toEqual({ first: 101, next: 102 })
  expect([writer.written(), writer.durable(), syncs()]).toEqual([102, 0, 1])

  gates[0]?.open()
  expect(await first).toEqual({ first: 0, next: 1 })
  await gates[1]?.reached
  expect([writer.durable(), syncs()]).toEqual([1, 2])
  gates[1]?.open()
  const ranges = await Promise.all(during)
  expect(ranges).toEqual(during.map((_, n) => ({ first: n + 1, next: n + 2 })))
  expect([writer.durable(), syncs()]).toEqual([102, 2])
})

test('calls of one turn are one write and one sync, and keep their order', async () => {
  const { writer, counts, syncs, texts } = await openWriter()
  const writesAtOpen = counts.write
  const expected = Array.from({ length: 300 }, (_, n) => `call ${n}`)
  let turn = Promise.resolve()
  const calls = expected.map((text, n) => {
    // As after many awaits: later in the same turn of the event loop.
    turn = turn.then(() => {})
    return turn.then(() => writer.append([entry(text)], { durable: n % 3 === 0 }))
  })
  await Promise.all(calls)
  expect([counts.write - writesAtOpen, syncs()]).toEqual([1, 1])
  expect(await texts()).toEqual(expected)
})

test('entries of one call stay together and get their offsets in order; none get none', async () => {
  const { writer, texts } = await openWriter()
  expect(
    await Promise.all([
      writer.append([entry('a'), entry('b')]),
      writer.append([]),
      writer.append([entry('c')]),
    ]),
  ).toEqual([
    { first: 0, next: 2 },
    { first: 2, next: 2 },
    { first: 2, next: 3 },
  ])
  expect(await texts()).toEqual(['a', 'b', 'c'])
})

test('best effort is answered without a sync, and is on the disk after its interval', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const { writer, faults, syncs } = await openWriter({ syncIntervalMs: 200 })
  const gates = [createGate(), createGate()]
  let started = 0
  faults.datasync = () => gates[started++]?.wait()
  await writer.append([entry('a')], bestEffort)
  vi.advanceTimersByTime(199)
  expect(syncs()).toBe(0)
  vi.advanceTimersByTime(1)
  await gates[0]?.reached
  expect([writer.written(), writer.durable()]).toEqual([1, 0])
  // Written during a sync that began before it: when that one ends, its own interval is long over.
  await writer.append([entry('b')], bestEffort)
  vi.advanceTimersByTime(200)
  gates[0]?.open()
  await gates[1]?.reached
  expect(writer.durable()).toBe(1)
  gates[1]?.open()
  await writer.close()
  expect([writer.durable(), syncs()]).toEqual([2, 2])
})

test('what waits is bounded: above it append is refused, and taken again when there is room', async () => {
  const { writer, faults, texts } = await openWriter({ waitingBytesMax: 250 })
  const gate = createGate()
  faults.datasync = gate.wait
  const hundred = entry('x'.repeat(74))
  const taken = [writer.append([hundred]), writer.append([hundred])]
  await expect(writer.append([hundred])).rejects.toMatchObject({ code: 'overloaded', retryable: true })
  await gate.reached
  // Written by now, but not answered: the disk may be slow for longer than memory lasts.
  await expect(writer.append([hundred])).rejects.toMatchObject({ code: 'overloaded' })
  await expect(writer.append([hundred, hundred, hundred])).rejects.toMatchObject({
    code: 'too_large',
    retryable: false,
  })
  gate.open()
  await Promise.all(taken)
  await writer.append([hundred, hundred])
  expect(await texts()).toHaveLength(4)
})

test('closing syncs what nobody waits for', async () => {
  const { writer, syncs } = await openWriter()
  await writer.append([entry('a')], bestEffort)
  expect([writer.durable(), syncs()]).toEqual([0, 0])
  await writer.close()
  expect([writer.durable(), syncs()]).toEqual([1, 1])
})

test('closing answers all that was taken, syncs it, and takes no more', async () => {
  const { writer } = await openWriter()
  const taken = [writer.append([entry('a')]), writer.append([entry('b')], bestEffort)]
  const closing = writer.close()
  await expect(writer.append([entry('c')])).rejects.toMatchObject({ code: 'segment_closed' })
  await closing
  expect(await Promise.all(taken)).toHaveLength(2)
  expect([writer.written(), writer.durable()]).toEqual([2, 2])
  await writer.close()
})

test.each<[string, SegmentEntry]>([
  ['a value', { receivedAtMs: 1, value: Buffer.alloc(9 * 1024 * 1024) }],
  ['headers', { receivedAtMs: 1, value: Buffer.alloc(1), headers: { baggage: 'x'.repeat(20_000) } }],
])('%s too large for a frame is refused, and nothing of its call is written', async (_, large) => {
  const { writer } = await openWriter()
  await expect(writer.append([entry('a'), large])).rejects.toMatchObject({ code: 'too_large' })
  await expect(writer.append([{ ...entry('a'), receivedAtMs: -1 }])).rejects.toThrow('receivedAtMs')
  expect(await writer.append([entry('b')])).toEqual({ first: 0, next: 1 })
})
