import { execFile } from 'node:child_process'
import { mkdir, readdir, stat } from 'node:fs/promises'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import type { SegmentEntry } from '../frame.ts'
import { createSegmentReader } from '../reader.ts'
import { createSegmentWriter, type SegmentWriterOptions } from '../writer.ts'
import { createFaultyFiles, createGate, diskError } from './faulty-files.ts'
import { temporaryDirectory } from './temporary-directory.ts'

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
  // It rejects where the test made it fail for good.
  onTestFinished(() => writer.close().catch(() => {}))
  return { directory, writer, ...files }
}

const readTexts = async (directory: string, limit: number): Promise<string[]> => {
  const reader = createSegmentReader({ directory })
  const texts: string[] = []
  for (let at = 0; at < limit; ) {
    const { frames, next } = await reader.read(at, { limit })
    texts.push(...frames.map(({ value }) => value.toString()))
    at = next
  }
  await reader.close()
  return texts
}

const segmentsIn = async (directory: string): Promise<string[]> =>
  (await readdir(directory)).filter((name) => name.endsWith('.segment')).sort()

test.each([
  ['ENOSPC', true],
  ['EIO', false],
])(
  '%s in the middle of a write: the group is refused, nothing of it stays, the next is taken',
  async (code, retryable) => {
    const { directory, writer, faults } = await openWriter()
    await writer.append([entry('before')], bestEffort)
    let calls = 0
    faults.write = () => {
      if (calls++ === 0) return 40
      throw diskError(code)
    }
    const group = ['a', 'b', 'c'].map((text) => writer.append([entry(text.repeat(30))]))
    for (const call of group)
      await expect(call).rejects.toMatchObject({ code: 'segment_write_failed', retryable, cause: { code } })
    expect(calls).toBe(2)
    delete faults.write
    expect(await writer.append([entry('after')])).toEqual({ first: 1, next: 2 })
    expect(await readTexts(directory, writer.durable())).toEqual(['before', 'after'])
    await writer.close()
    const again = await createSegmentWriter({ directory })
    expect([again.written(), again.cut]).toEqual([2, undefined])
    await again.close()
  },
)

test('a write that fails and cannot be undone closes the writer for good; opening anew cuts what is left', async () => {
  const { directory, writer, faults } = await openWriter()
  await writer.append([entry('kept')])
  let calls = 0
  faults.write = () => {
    if (calls++ === 0) return 20
    throw diskError('EIO')
  }
  faults.truncate = () => {
    throw diskError('EIO')
  }
  const failed = { code: 'segment_failed', retryable: false, cause: { code: 'EIO' } }
  const calling = [writer.append([entry('lost')]), writer.append([entry('too')], bestEffort)]
  for (const call of calling) await expect(call).rejects.toMatchObject(failed)
  delete faults.write
  delete faults.truncate
  await expect(writer.append([entry('later')])).rejects.toMatchObject(failed)
  await expect(writer.close()).rejects.toMatchObject(failed)

  const again = await createSegmentWriter({ directory })
  expect([again.written(), again.cut?.bytes]).toEqual([1, 20])
  await again.close()
})

test('after a sync that failed nothing is called durable any more, and no other sync is tried', async () => {
  const { directory, writer, faults, counts } = await openWriter()
  await writer.append([entry('durable')])
  const gate = createGate()
  faults.datasync = gate.wait
  const syncing = writer.append([entry('in the sync that fails')])
  await gate.reached
  const syncs = counts.datasync
  const during = [writer.append([entry('written during it')]), writer.append([entry('and')], bestEffort)]
  expect(await during[1]).toEqual({ first: 3, next: 4 })
  gate.fail(diskError('EIO'))
  delete faults.datasync

  const failed = { code: 'segment_failed', retryable: false, cause: { code: 'EIO' } }
  await expect(syncing).rejects.toMatchObject(failed)
  await expect(during[0]).rejects.toMatchObject(failed)
  await expect(writer.append([entry('later')])).rejects.toMatchObject(failed)
  await expect(writer.append([entry('later')], bestEffort)).rejects.toMatchObject(failed)
  await expect(writer.close()).rejects.toMatchObject(failed)
  expect([writer.durable(), counts.datasync]).toEqual([1, syncs])
  // The directory is free for whoever opens it next.
  await (await createSegmentWriter({ directory })).close()
})

test('a sync that fails while a write is on its way refuses that write too', async () => {
  const { writer, faults } = await openWriter()
  const [sync, write] = [createGate(), createGate()]
  faults.datasync = sync.wait
  const first = writer.append([entry('a')])
  await sync.reached
  faults.write = async (bytes) => {
    await write.wait()
    return bytes
  }
  const second = writer.append([entry('b')], bestEffort)
  await write.reached
  sync.fail(diskError('EIO'))
  await expect(first).rejects.toMatchObject({ code: 'segment_failed' })
  write.open()
  await expect(second).rejects.toMatchObject({ code: 'segment_failed' })
})

test('a new file begins when the last is full, named by its first offset; all before it is durable then', async () => {
  const { directory, writer } = await openWriter({ segmentBytesMax: 300 })
  const texts = Array.from({ length: 20 }, (_, n) => `${n}`.padEnd(74))
  for (const [n, text] of texts.entries()) {
    await writer.append([entry(text)], bestEffort)
    expect(writer.durable()).toBe(n - (n % 2))
  }
  // Larger than a file may be: it has one of its own.
  await writer.append([entry('x'.repeat(1000))])
  await writer.append([entry('y')])
  expect((await segmentsIn(directory)).map((name) => Number.parseInt(name, 10))).toEqual([
    ...Array.from({ length: 10 }, (_, n) => 2 * n),
    20,
    21,
  ])
  expect(await readTexts(directory, 20)).toEqual(texts)
})

test('no file outgrows its limit, however many calls come at once', async () => {
  const { directory, writer } = await openWriter({ segmentBytesMax: 350 })
  const texts = Array.from({ length: 50 }, (_, n) => `${n}`.padEnd(40 + n))
  await Promise.all(texts.map((text) => writer.append([entry(text)])))
  for (const name of await segmentsIn(directory))
    expect((await stat(`${directory}/${name}`)).size).toBeLessThanOrEqual(350)
  expect(await readTexts(directory, 50)).toEqual(texts)
})

test('a file that cannot be begun refuses the group and leaves nothing; the next is begun where it would have', async () => {
  const { directory, writer, faults } = await openWriter({ segmentBytesMax: 300 })
  for (const text of ['a', 'b']) await writer.append([entry(text.repeat(74))])
  const stages: (() => void)[] = [
    () => {
      faults.open = () => {
        throw diskError('EMFILE')
      }
    },
    () => {
      faults.write = () => {
        throw diskError('ENOSPC')
      }
    },
    () => {
      faults.open = (_, flags) => {
        if (flags === 'r') throw diskError('ENFILE')
      }
    },
  ]
  for (const stage of stages) {
    stage()
    const refused = { code: 'segment_write_failed', retryable: true }
    await expect(writer.append([entry('c'.repeat(74))])).rejects.toMatchObject(refused)
    // Not even what would fit goes to the old file, whose successor has been named.
    await expect(writer.append([entry('c')])).rejects.toMatchObject(refused)
    delete faults.open
    delete faults.write
    expect(await segmentsIn(directory)).toHaveLength(1)
  }
  expect(await writer.append([entry('c')])).toEqual({ first: 2, next: 3 })
  expect(await segmentsIn(directory)).toHaveLength(2)
  expect((await readTexts(directory, 3)).at(-1)).toBe('c')
})

test('on a disk that is really full, appends are refused until there is room, and none that was answered is lost', async () => {
  const directory = await temporaryDirectory()
  const run = promisify(execFile)
  try {
    await run('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', directory])
  } catch {
    console.log('not tried on a full disk: mounting is not allowed here')
    return
  }
  const spool = `${directory}/spool`
  try {
    await mkdir(spool)
    const writer = await createSegmentWriter({ directory: spool, segmentBytesMax: 50_000 })
    const answered: string[] = []
    const fill = async (): Promise<unknown> => {
      for (let n = 0; n < 10_000; n++) {
        const text = `${n} `.padEnd(3000, 'x')
        try {
          await writer.append([entry(text)], { durable: n % 2 === 0 })
        } catch (error) {
          return error
        }
        answered.push(text)
      }
      return undefined
    }
    const full = { code: 'segment_write_failed', retryable: true, cause: { code: 'ENOSPC' } }
    expect(await fill()).toMatchObject(full)
    expect(await fill()).toMatchObject(full)
    const kept = answered.length
    expect(await readTexts(spool, writer.written())).toEqual(answered)

    const reader = createSegmentReader({ directory: spool })
    expect(await reader.deleteBefore(kept)).toBeGreaterThan(1)
    expect(await fill()).toMatchObject(full)
    expect(answered.length).toBeGreaterThan(kept + 10)
    const { frames } = await reader.read(kept, { limit: writer.written() })
    expect(frames.map(({ value }) => value.toString())).toEqual(answered.slice(kept, kept + frames.length))
    await reader.close()
    await writer.close()
  } finally {
    await run('umount', [directory])
  }
})
