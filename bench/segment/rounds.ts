import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSegmentReader } from '../../packages/events/src/segment/reader.ts'
import { createSegmentWriter } from '../../packages/events/src/segment/writer.ts'
import { createRecordedFiles, type DiskCall } from './recorded-files.ts'

const value = Buffer.from(JSON.stringify({ event_type: 'mcp.request', payload: 'x'.repeat(456) }))
const receivedAtMs = 1_700_000_000_000
const segmentBytesMax = 256 * 1024 * 1024

export interface Round {
  readonly writers: number
  readonly durable: boolean
  readonly roundMs: number
}

export interface Measured {
  readonly appendsPerS: number
  /** The same bytes, written and synced in the same order by plain calls, each after the other. */
  readonly floorPerS: number
}

/** Appends for a while, then asks the disk for the same with nothing around it. */
export const appendRound = (round: Round): Promise<Measured> =>
  inDirectory(async (directory) => {
    const { appends, tookMs, calls } = await append(directory, round)
    const floorMs = await replay(join(directory, 'floor'), calls)
    return { appendsPerS: (appends / tookMs) * 1000, floorPerS: (appends / floorMs) * 1000 }
  })

const append = async (directory: string, { writers, durable, roundMs }: Round) => {
  const { open, calls } = createRecordedFiles()
  const writer = await createSegmentWriter({ directory, open, segmentBytesMax })
  calls.length = 0
  const start = performance.now()
  const end = start + roundMs
  const write = async (): Promise<void> => {
    while (performance.now() < end) await writer.append([{ receivedAtMs, value }], { durable })
  }
  await Promise.all(Array.from({ length: writers }, write))
  const tookMs = performance.now() - start
  const asked = [...calls]
  const appends = writer.written()
  await writer.close()
  return { appends, tookMs, calls: asked }
}

const replay = async (path: string, calls: readonly DiskCall[]): Promise<number> => {
  const bytes = Buffer.alloc(Math.max(...calls.filter((call) => call !== 'datasync')), value)
  const file = await open(path, 'w')
  const start = performance.now()
  let position = 0
  for (const call of calls) {
    if (call === 'datasync') await file.datasync()
    else position += (await file.write(bytes, 0, call, position)).bytesWritten
  }
  const tookMs = performance.now() - start
  await file.close()
  return tookMs
}

/** Frames read in a second, checked and decoded, from files that were just written. */
export const readRound = (frames: number): Promise<number> =>
  inDirectory(async (directory) => {
    const writer = await createSegmentWriter({ directory })
    const entries = Array.from({ length: 1000 }, () => ({ receivedAtMs, value }))
    while (writer.written() < frames) await writer.append(entries, { durable: false })
    const limit = writer.written()
    await writer.close()

    const reader = createSegmentReader({ directory })
    const start = performance.now()
    for (let at = 0; at < limit; ) ({ next: at } = await reader.read(at, { limit }))
    const tookMs = performance.now() - start
    await reader.close()
    return (limit / tookMs) * 1000
  })

const inDirectory = async <T>(measure: (directory: string) => Promise<T>): Promise<T> => {
  const directory = await mkdtemp(join(tmpdir(), 'segment-bench-'))
  try {
    return await measure(directory)
  } finally {
    await rm(directory, { recursive: true })
  }
}
