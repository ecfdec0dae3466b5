import { readdir, readFile, truncate, writeFile } from 'node:fs/promises'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { temporaryDirectory } from './fault-tests/temporary-directory.ts'
import { segmentName } from './files.ts'
import { createSegmentReader, type SegmentReader } from './reader.ts'
import { createSegmentWriter } from './writer.ts'

const fileCount = async (directory: string): Promise<number> =>
  (await readdir(directory)).filter((name) => name.endsWith('.segment')).length

/** Files of some 1,000 bytes with entries of random sizes; entry n starts with "n ". */
const written = async (sizes: readonly number[], segmentBytesMax = 1000) => {
  const directory = await temporaryDirectory()
  const writer = await createSegmentWriter({ directory, segmentBytesMax })
  for (const [index, size] of sizes.entries()) {
    const value = Buffer.from(`${index} `.padEnd(size, 'x'))
    await writer.append([{ receivedAtMs: index, value }], { durable: false })
  }
  await writer.close()
  return { directory, limit: sizes.length }
}

const numbersOf = (batch: Awaited<ReturnType<SegmentReader['read']>>): number[] =>
  batch.frames.map(({ value }) => Number.parseInt(value.toString(), 10))

test('from any offset, in batches of any size, each frame before the limit comes once and in order', async () => {
  const sizes = Array.from({ length: 400 }, (_, index) => (index % 50 === 7 ? 150_000 : (index * 37) % 300))
  const { directory } = await written(sizes, 200_000)
  const reader = createSegmentReader({ directory })
  await fc.assert(
    fc.asyncProperty(
      fc.nat(400),
      fc.nat(400),
      fc.integer({ min: 1, max: 200_000 }),
      fc.integer({ min: 1, max: 200 }),
      async (from, limit, batchBytesMax, batchFramesMax) => {
        const numbers: number[] = []
        for (let at = from; at < limit; ) {
          const batch = await reader.read(at, { limit, batchBytesMax, batchFramesMax })
          const bytes = batch.frames.reduce((sum, { value }) => sum + value.length, 0)
          expect(batch.frames.length).toBeLessThanOrEqual(batchFramesMax)
          expect(batch.frames.length === 1 || bytes <= batchBytesMax).toBe(true)
          expect(batch.next).toBe(at + batch.frames.length)
          expect(batch.next).toBeGreaterThan(at)
          numbers.push(...numbersOf(batch))
          at = batch.next
        }
        const expected = Array.from({ length: Math.max(0, limit - from) }, (_, index) => from + index)
        expect(numbers).toEqual(expected)
      },
    ),
    { numRuns: 60 },
  )
  await reader.close()
})

test('it follows a writer, up to what is durable, across files, and is empty there', async () => {
  const directory = await temporaryDirectory()
  const writer = await createSegmentWriter({ directory, segmentBytesMax: 500, syncIntervalMs: 60_000 })
  const reader = createSegmentReader({ directory })
  let at = 0
  for (let n = 0; n < 40; n++) {
    await writer.append([{ receivedAtMs: n, value: Buffer.alloc(60) }])
    const batch = await reader.read(at, { limit: writer.durable() })
    expect([batch.frames.length, batch.next]).toEqual([1, n + 1])
    at = batch.next
    expect(await reader.read(at, { limit: writer.durable() })).toEqual({ frames: [], next: at })
  }
  await writer.append([{ receivedAtMs: 0, value: Buffer.alloc(6) }], { durable: false })
  expect((await reader.read(at, { limit: writer.durable() })).frames).toEqual([])
  expect((await reader.read(at, { limit: writer.written() })).frames).toHaveLength(1)
  expect(await fileCount(directory)).toBeGreaterThan(5)
  await reader.close()
  await writer.close()
})

test('deleting takes whole files only and never the last, and who asks for what is gone is told where to begin', async () => {
  const { directory, limit } = await written(Array.from({ length: 100 }, () => 80))
  const names = (await readdir(directory)).sort().map((name) => Number.parseInt(name, 10))
  const [, second = 0, third = 0] = names
  const reader = createSegmentReader({ directory })
  const follower = createSegmentReader({ directory })
  await follower.read(0, { limit, batchFramesMax: 1 })

  expect(await reader.deleteBefore(second - 1)).toBe(0)
  expect(await reader.deleteBefore(third - 1)).toBe(1)
  expect(await reader.firstOffset()).toBe(second)
  await expect(reader.read(second - 1, { limit })).rejects.toMatchObject({
    code: 'offset_deleted',
    details: { offset: second - 1, first: second },
  })
  expect(numbersOf(await reader.read(second, { limit }))[0]).toBe(second)
  // What a reader has open it reads to the end.
  expect(numbersOf(await follower.read(1, { limit }))[0]).toBe(1)

  expect(await reader.deleteBefore(Number.POSITIVE_INFINITY)).toBe(names.length - 2)
  const last = names.at(-1) as number
  await expect(follower.read(second, { limit })).rejects.toMatchObject({ details: { first: last } })
  expect(numbersOf(await reader.read(last, { limit }))[0]).toBe(last)
  const writer = await createSegmentWriter({ directory })
  expect(writer.written()).toBe(limit)
  await writer.close()
  await reader.close()
  await follower.close()
})

test('damage before the limit is said with file and place, after all that is whole before it', async () => {
  const { directory, limit } = await written(Array.from({ length: 30 }, () => 80))
  const [first, second] = (await readdir(directory)).sort()
  const path = segmentName(directory, 0).path
  const bytes = await readFile(path)
  const reader = createSegmentReader({ directory })

  await writeFile(path, Buffer.from(bytes).fill(1, 250, 251))
  const { next } = await reader.read(0, { limit })
  expect(next).toBe(2)
  await expect(reader.read(next, { limit })).rejects.toMatchObject({
    code: 'segment_corrupt',
    details: { file: path, position: 8 + 2 * 106 },
  })

  await writeFile(path, Buffer.concat([bytes.subarray(0, 8 + 106), bytes.subarray(8)]))
  expect((await reader.read(0, { limit })).next).toBe(1)
  await expect(reader.read(1, { limit })).rejects.toMatchObject({
    code: 'segment_corrupt',
    details: { file: path, position: 8 + 106 },
  })

  await writeFile(path, bytes)
  await truncate(path, bytes.length - 106)
  const short = await reader.read(0, { limit })
  expect(short.frames.length).toBe(Number.parseInt(second as string, 10) - 1)
  await expect(reader.read(short.next, { limit })).rejects.toMatchObject({
    code: 'segment_corrupt',
    details: { file: path },
  })

  await truncate(path, bytes.length - 1)
  await reader.read(0, { limit })
  await expect(reader.read(short.next, { limit })).rejects.toMatchObject({ code: 'segment_corrupt' })
  expect(first).toBe('00000000000000000000.segment')
  await reader.close()
})

test('a directory that is not there', async () => {
  const reader = createSegmentReader({ directory: `${await temporaryDirectory()}/none` })
  const attempts = [() => reader.read(0, { limit: 1 }), reader.firstOffset, () => reader.deleteBefore(1)]
  for (const attempt of attempts)
    await expect(attempt()).rejects.toMatchObject({ code: 'segment_read_failed', cause: { code: 'ENOENT' } })
})
