import { copyFile, mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createFaultyFiles } from './fault-tests/faulty-files.ts'
import { temporaryDirectory } from './fault-tests/temporary-directory.ts'
import { openFile, segmentName } from './files.ts'
import { fileHeadBytes } from './frame.ts'
import { createSegmentReader } from './reader.ts'
import { recover } from './recover.ts'
import { createSegmentWriter } from './writer.ts'

/** A file of three frames, its bytes, and where its frames start and the last one ends. */
const threeFrames = async () => {
  const directory = await temporaryDirectory()
  const writer = await createSegmentWriter({ directory })
  const starts = [fileHeadBytes]
  const path = segmentName(directory, 0).path
  for (const text of ['first', 'second', 'third']) {
    await writer.append([{ receivedAtMs: 5, headers: { key_id: 'k' }, value: Buffer.from(text) }])
    starts.push((await stat(path)).size)
  }
  await writer.close()
  return { directory, path, bytes: await readFile(path), starts }
}

const recoverBytes = async (path: string, directory: string, bytes: Buffer) => {
  await writeFile(path, bytes)
  const { file, position, nextOffset, cut } = await recover(directory, openFile)
  await file.close()
  return { position, nextOffset, cut, left: await readFile(path) }
}

test('a file cut at any length is opened with the frames that are whole, and says what it cut', async () => {
  const { directory, path, bytes, starts } = await threeFrames()
  for (let length = 0; length <= bytes.length; length++) {
    const whole = starts.filter((start) => start <= length).length - 1
    const end = starts[whole] ?? 0
    const { left, cut, ...recovered } = await recoverBytes(path, directory, bytes.subarray(0, length))
    const good = Math.max(end, fileHeadBytes)
    expect([length, recovered]).toEqual([length, { position: good, nextOffset: Math.max(whole, 0) }])
    expect(left).toEqual(bytes.subarray(0, good))
    const torn = length === end && whole >= 0 ? undefined : { file: path, position: end, bytes: length - end }
    if (torn === undefined) expect(cut).toBeUndefined()
    else expect(cut).toMatchObject(torn)
  }
})

test('a bit flipped in the last frame cuts it; in another it is damage that names file and place', async () => {
  const { directory, path, bytes, starts } = await threeFrames()
  const [, second = 0, third = 0] = starts
  // One bit of each byte: that every bit shows is for the frame's own test.
  for (let byte = second; byte < bytes.length; byte++) {
    const flipped = Buffer.from(bytes)
    flipped.writeUInt8(flipped.readUInt8(byte) ^ (1 << (byte & 7)), byte)
    const recovering = recoverBytes(path, directory, flipped)
    if (byte < third) {
      const details = { file: path, position: second }
      await expect(recovering).rejects.toMatchObject({ code: 'segment_corrupt', retryable: false, details })
      expect(await readFile(path)).toEqual(flipped)
    } else {
      const cut = { position: third, bytes: bytes.length - third }
      expect(await recovering).toMatchObject({ position: third, nextOffset: 2, cut })
    }
  }
})

describe('what is not ours is refused and left as it is', () => {
  test.each<[string, string, (bytes: Buffer) => Buffer]>([
    ['another head', 'segment_corrupt', (bytes) => Buffer.concat([Buffer.from('#!/bin/sh\n'), bytes])],
    ['a lost head before frames', 'segment_corrupt', (bytes) => Buffer.from(bytes).fill(0, 0, fileHeadBytes)],
    ['a newer version', 'segment_version_unknown', (bytes) => Buffer.from(bytes).fill(2, 6, 7)],
    ['a frame twice', 'segment_corrupt', (bytes) => Buffer.concat([bytes, bytes.subarray(fileHeadBytes)])],
    ['garbage between', 'segment_corrupt', (bytes) => Buffer.from(bytes).fill(9, 20, 24)],
  ])('%s', async (_, code, change) => {
    const { directory, path, bytes } = await threeFrames()
    const changed = change(bytes)
    await writeFile(path, changed)
    await expect(createSegmentWriter({ directory })).rejects.toMatchObject({ code })
    expect(await readFile(path)).toEqual(changed)
    await writeFile(path, bytes)
    // It let go of the directory.
    await (await createSegmentWriter({ directory })).close()
  })
})

test('pages that were promised and never written are cut like any torn end', async () => {
  const { directory, path, bytes } = await threeFrames()
  const { nextOffset, cut } = await recoverBytes(path, directory, Buffer.concat([bytes, Buffer.alloc(9000)]))
  expect([nextOffset, cut?.bytes]).toEqual([3, 9000])
})

test('files are for the eyes of their owner only', async () => {
  const { path } = await threeFrames()
  expect((await stat(path)).mode & 0o777).toBe(0o600)
})

test('nothing is built on what may not be on the disk: neither a new file nor what a crash left', async () => {
  const { directory, path, bytes } = await threeFrames()
  const entry = { receivedAtMs: 1, value: Buffer.alloc(100) }
  const files = createFaultyFiles()
  await writeFile(path, bytes.subarray(0, -1))
  const writer = await createSegmentWriter({ directory, open: files.open, segmentBytesMax: bytes.length })
  expect(files.calls.splice(0)).toEqual(['truncate', 'datasync'])
  await writer.append([entry])
  // The head, then the name, then frames; what was in the file before is on the disk since it was opened.
  expect(files.calls.splice(0)).toEqual(['write', 'datasync', 'sync', 'write', 'datasync'])
  await writer.close()
})

test('frames that span the pieces a file is read in are found', async () => {
  const directory = await temporaryDirectory()
  const writer = await createSegmentWriter({ directory })
  for (let n = 0; n < 7; n++)
    await writer.append([{ receivedAtMs: n, value: Buffer.alloc(5_000_000, n + 1) }])
  await writer.close()
  const again = await createSegmentWriter({ directory })
  expect([again.written(), again.cut]).toEqual([7, undefined])
  await again.close()
})

test('a crash between two files leaves an empty or headless last one, and offsets go on', async () => {
  for (const left of [Buffer.alloc(0), Buffer.from('MCP'), Buffer.from('MCPSEG\x01\x00')]) {
    const { directory } = await threeFrames()
    await writeFile(segmentName(directory, 3).path, left)
    const writer = await createSegmentWriter({ directory })
    expect(await writer.append([{ receivedAtMs: 1, value: Buffer.from('fourth') }])).toEqual({
      first: 3,
      next: 4,
    })
    const reader = createSegmentReader({ directory })
    const { frames } = await reader.read(3, { limit: writer.durable() })
    expect(frames.map(({ value }) => value.toString())).toEqual(['fourth'])
    await reader.close()
    await writer.close()
  }
})

test('a directory that cannot be one, and files of other names', async () => {
  const { directory, path } = await threeFrames()
  await expect(createSegmentWriter({ directory: join(path, 'below') })).rejects.toMatchObject({
    code: 'segment_unavailable',
    cause: { code: 'ENOTDIR' },
  })
  await mkdir(join(directory, 'lost+found'))
  await copyFile(path, join(directory, '00000000000000000009.segment.bak'))
  const writer = await createSegmentWriter({ directory })
  expect(writer.written()).toBe(3)
  await writer.close()
})
