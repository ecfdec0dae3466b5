import { readdir } from 'node:fs/promises'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createGate, diskError } from './fault-tests/faulty-files.ts'
import { createFaultySyncFiles } from './fault-tests/faulty-sync-files.ts'
import { temporaryDirectory } from './fault-tests/temporary-directory.ts'
import { openFile } from './files.ts'
import type { SegmentEntry } from './frame.ts'
import { createSegmentReader } from './reader.ts'
import { recover } from './recover.ts'
import { createSyncTail, type FileSize } from './sync-tail.ts'
import { createSyncWriter, type SyncWriterOptions } from './sync-writer.ts'

const entry = (text: string): SegmentEntry => ({ receivedAtMs: 1, value: Buffer.from(text) })

const openWriter = async (options: Partial<SyncWriterOptions> & { segmentBytesMax?: number } = {}) => {
  const directory = await temporaryDirectory()
  const { segmentBytesMax = 1_000_000, ...rest } = options
  const { files, faults, calls } = createFaultySyncFiles()
  const tail = await createSyncTail(await recover(directory, openFile), { directory, segmentBytesMax, files })
  const full: FileSize[] = []
  const writer = createSyncWriter({
    tail,
    nextOffset: 0,
    syncIntervalMs: 3_600_000,
    onRotated: (file) => full.push(file),
    ...rest,
  })
  // It rejects where the test made it fail for good.
  onTestFinished(() => writer.close().catch(() => {}))
  const texts = async (): Promise<string[]> => {
    const reader = createSegmentReader({ directory })
    const read: string[] = []
    for (let at = 0; at < writer.written(); ) {
      const { frames, next } = await reader.read(at, { limit: writer.written() })
      read.push(...frames.map(({ value }) => value.toString()))
      at = next
    }
    await reader.close()
    return read
  }
  const segments = async (): Promise<string[]> =>
    (await readdir(directory)).filter((name) => name.endsWith('.segment')).sort()
  const reopen = async () => {
    const recovered = await recover(directory, openFile)
    await recovered.file.close()
    return recovered
  }
  return { directory, writer, faults, calls, full, texts, segments, reopen }
}

test('what is appended is in the file when the call returns, and on the disk when a sync does', async () => {
  const { writer, texts, calls } = await openWriter()
  expect([writer.append(entry('a')), writer.append(entry('b'))]).toEqual([0, 1])
  expect(calls).toEqual(['write', 'write'])
  expect(await texts()).toEqual(['a', 'b'])
  expect([writer.written(), writer.durable()]).toEqual([2, 0])
  await writer.sync()
  expect([writer.durable(), calls.at(-1)]).toEqual([2, 'datasync'])
  await writer.sync()
  expect(calls.filter((call) => call === 'datasync')).toHaveLength(1)
})

test('who comes in one turn shares a sync; who comes during it shares the next, which starts when it returns', async () => {
  const { writer, faults, calls } = await openWriter()
  const gates = [createGate(), createGate()]
  let started = 0
  let running = 0
  faults.datasync = async () => {
    expect(++running).toBe(1)
    await gates[started++]?.wait()
    running--
  }
  writer.append(entry('first'))
  const first = [writer.sync(), writer.sync()]
  writer.append(entry('of the same turn'))
  first.push(writer.sync())
  await gates[0]?.reached
  writer.append(entry('during'))
  const during = Array.from({ length: 10 }, () => writer.sync())
  gates[0]?.open()
  await Promise.all(first)
  await gates[1]?.reached
  expect(writer.durable()).toBe(2)
  gates[1]?.open()
  await Promise.all(during)
  expect([writer.durable(), calls.filter((call) => call === 'datasync').length]).toEqual([3, 2])
})

test('what nobody waits for is on the disk after its interval, also when a sync began before it', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const moved = createGate()
  const { writer, faults, calls } = await openWriter({ syncIntervalMs: 50, onDurable: () => moved.open() })
  const gates = [createGate(), createGate()]
  let started = 0
  faults.datasync = () => gates[started++]?.wait()
  writer.append(entry('a'))
  vi.advanceTimersByTime(49)
  expect(calls).toEqual(['write'])
  vi.advanceTimersByTime(1)
  await gates[0]?.reached
  writer.append(entry('b'))
  vi.advanceTimersByTime(50)
  gates[0]?.open()
  await gates[1]?.reached
  await moved.wait()
  expect(writer.durable()).toBe(1)
  gates[1]?.open()
  await writer.close()
  expect(writer.durable()).toBe(2)
})

test.each(['ENOSPC', 'EIO'])(
  '%s in the middle of a write: nothing of it stays, and the next is taken',
  async (code) => {
    const { writer, faults, texts, reopen } = await openWriter()
    writer.append(entry('before'))
    let writes = 0
    faults.write = () => {
      if (writes++ === 0) return 30
      throw diskError(code)
    }
    expect(() => writer.append(entry('lost'.repeat(20)))).toThrow(
      expect.objectContaining({ code: 'segment_write_failed', retryable: code === 'ENOSPC' }),
    )
    delete faults.write
    expect(writer.append(entry('after'))).toBe(1)
    expect(await texts()).toEqual(['before', 'after'])
    await writer.close()
    expect(await reopen()).toMatchObject({ nextOffset: 2, cut: undefined })
  },
)

test('a short write is continued', async () => {
  const { writer, faults, texts } = await openWriter()
  faults.write = (bytes) => Math.min(bytes, 7)
  writer.append(entry('in many pieces'))
  expect(await texts()).toEqual(['in many pieces'])
})

test('a write that fails and cannot be undone closes the writer for good; opening anew cuts what is left', async () => {
  const failures: unknown[] = []
  const { writer, faults, reopen } = await openWriter({ onFailed: (error) => failures.push(error) })
  writer.append(entry('kept'))
  let writes = 0
  faults.write = () => {
    if (writes++ === 0) return 20
    throw diskError('EIO')
  }
  faults.truncate = () => {
    throw diskError('EIO')
  }
  const failed = { code: 'segment_failed', retryable: false, cause: { code: 'EIO' } }
  const matching = expect.objectContaining({ code: 'segment_failed' })
  expect(() => writer.append(entry('lost'))).toThrow(matching)
  delete faults.write
  delete faults.truncate
  expect(() => writer.append(entry('later'))).toThrow(matching)
  await expect(writer.sync()).rejects.toMatchObject(failed)
  await expect(writer.close()).rejects.toMatchObject(failed)
  expect(failures).toMatchObject([failed])
  expect(await reopen()).toMatchObject({ nextOffset: 1, cut: { bytes: 20 } })
})

test('after a sync that failed nothing is called durable any more, and no other sync is tried', async () => {
  const { writer, faults, calls } = await openWriter()
  writer.append(entry('durable'))
  await writer.sync()
  const gate = createGate()
  faults.datasync = gate.wait
  writer.append(entry('in the sync that fails'))
  const syncing = writer.sync()
  await gate.reached
  writer.append(entry('written during it'))
  const waiting = writer.sync()
  gate.fail(diskError('EIO'))
  const failed = { code: 'segment_failed', retryable: false, cause: { code: 'EIO' } }
  await expect(syncing).rejects.toMatchObject(failed)
  await expect(waiting).rejects.toMatchObject(failed)
  delete faults.datasync
  const asked = calls.length
  expect(() => writer.append(entry('later'))).toThrow(expect.objectContaining({ code: 'segment_failed' }))
  await expect(writer.sync()).rejects.toMatchObject(failed)
  await expect(writer.close()).rejects.toMatchObject(failed)
  expect([writer.durable(), calls.slice(asked)]).toEqual([1, ['close']])
})

test('a file begins when the last is full and on the disk, named by its first offset', async () => {
  const { writer, full, segments, texts, calls } = await openWriter({ segmentBytesMax: 300 })
  const expected = Array.from({ length: 9 }, (_, n) => `${n}`.padEnd(74))
  for (const [n, text] of expected.entries()) {
    writer.append(entry(text))
    expect(writer.durable()).toBe(n - (n % 2))
  }
  const begun = ['datasyncNow', 'write', 'datasyncNow', 'syncNow', 'close', 'close', 'write']
  expect(calls.slice(0, 9)).toEqual(['write', 'write', ...begun])
  // Larger than a file may be: it has one of its own.
  writer.append(entry('x'.repeat(1000)))
  writer.append(entry('y'))
  expect((await segments()).map((name) => Number.parseInt(name, 10))).toEqual([0, 2, 4, 6, 8, 9, 10])
  expect(full.map(({ firstOffset, bytes }) => [firstOffset, bytes])).toEqual([
    [0, 208],
    [2, 208],
    [4, 208],
    [6, 208],
    [8, 108],
    [9, 1034],
  ])
  expect(writer.tail()).toEqual({ firstOffset: 10, bytes: 35 })
  expect((await texts()).slice(0, 9)).toEqual(expected)
})

test('a sync of a file that is left behind meanwhile keeps it open, and only its end proves what is in it', async () => {
  const { writer, faults, calls } = await openWriter({ segmentBytesMax: 300 })
  const gate = createGate()
  faults.datasync = () => gate.wait()
  writer.append(entry('a'.repeat(74)))
  const syncing = writer.sync()
  await gate.reached
  const begun = calls.length
  for (const text of ['b', 'c', 'd', 'e']) writer.append(entry(text.repeat(74)))
  // The folder is closed in each of two rotations, the file between them once, the one that is synced not yet.
  expect(calls.slice(begun).filter((call) => call === 'close')).toHaveLength(3)
  expect(writer.durable()).toBe(0)
  gate.open()
  await syncing
  expect(writer.durable()).toBe(4)
  expect(calls.slice(begun).filter((call) => call === 'close')).toHaveLength(4)
})

test('when a rotation is told that pages are lost, a sync that returns well beside it proves nothing', async () => {
  const { writer, faults } = await openWriter({ segmentBytesMax: 200 })
  const gate = createGate()
  faults.datasync = () => gate.wait()
  writer.append(entry('a'.repeat(74)))
  const syncing = writer.sync()
  await gate.reached
  faults.datasyncNow = () => {
    throw diskError('EIO')
  }
  const failed = expect.objectContaining({ code: 'segment_failed' })
  expect(() => writer.append(entry('b'.repeat(99)))).toThrow(failed)
  gate.open()
  await expect(syncing).rejects.toEqual(failed)
  expect(writer.durable()).toBe(0)
})

test.each<[string, 'open' | 'write' | 'syncNow']>([
  ['opened', 'open'],
  ['written', 'write'],
  ['named on the disk', 'syncNow'],
])(
  'a file that cannot be %s refuses the event and leaves nothing; the next try begins it',
  async (_, stage) => {
    const { writer, faults, segments, texts } = await openWriter({ segmentBytesMax: 300 })
    for (const text of ['a', 'b']) writer.append(entry(text.repeat(74)))
    const refused = expect.objectContaining({ code: 'segment_write_failed', retryable: true })
    faults[stage] = () => {
      throw diskError('ENOSPC')
    }
    expect(() => writer.append(entry('c'.repeat(74)))).toThrow(refused)
    // Not even what would fit goes to the old file, whose successor has been named.
    expect(() => writer.append(entry('c'))).toThrow(refused)
    delete faults[stage]
    expect(await segments()).toHaveLength(1)
    expect(writer.append(entry('c'))).toBe(2)
    expect([(await segments()).length, (await texts()).at(-1)]).toEqual([2, 'c'])
  },
)

test('closing syncs what nobody waits for, and takes no more', async () => {
  const { writer } = await openWriter()
  writer.append(entry('a'))
  await writer.close()
  expect(writer.durable()).toBe(1)
  expect(() => writer.append(entry('b'))).toThrow(expect.objectContaining({ code: 'segment_closed' }))
  await writer.close()
})

test('a frame that is too large is refused, whatever else is written', async () => {
  const { writer } = await openWriter()
  expect(() => writer.append(entry('x'.repeat(9_000_000)))).toThrow(
    expect.objectContaining({ code: 'too_large' }),
  )
  expect(() => writer.append({ ...entry('a'), receivedAtMs: -1 })).toThrow('receivedAtMs')
  expect(writer.append(entry('x'.repeat(200_000)))).toBe(0)
})
