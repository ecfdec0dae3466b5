import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import type { Frame } from '../frame.ts'
import { createSegmentReader } from '../reader.ts'
import { createSegmentWriter } from '../writer.ts'
import { temporaryDirectory } from './temporary-directory.ts'

type Child = ChildProcessByStdio<null, Readable, null>

const startChild = (directory: string, round: number): Child => {
  const path = fileURLToPath(new URL('./crash-child.ts', import.meta.url))
  const child = spawn(process.execPath, [path, directory, String(round)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

const readAll = async (directory: string, limit: number): Promise<Frame[]> => {
  const reader = createSegmentReader({ directory })
  const frames: Frame[] = []
  for (let at = 0; at < limit; ) {
    const batch = await reader.read(at, { limit })
    frames.push(...batch.frames)
    at = batch.next
  }
  await reader.close()
  return frames
}

test('after kill -9 under load, 24 times, all that was answered is there, once and in its place', async () => {
  const directory = await temporaryDirectory()
  const answered: [first: number, next: number, call: string][] = []
  let torn = 0
  for (let round = 0; round < 24; round++) {
    const child = startChild(directory, round)
    const killAt = 1 + Math.floor(Math.random() * 100)
    let lines = 0
    for await (const line of createInterface({ input: child.stdout })) {
      // The last line may be cut: then nobody was told.
      const [first, next, call] = line.split(' ')
      if (call !== undefined) answered.push([Number(first), Number(next), call])
      if (++lines === killAt) child.kill('SIGKILL')
    }
    expect(lines).toBeGreaterThanOrEqual(killAt)

    const writer = await createSegmentWriter({ directory })
    if (writer.cut !== undefined) torn++
    expect(writer.written()).toBeGreaterThanOrEqual(Math.max(...answered.map(([, next]) => next)))
    await writer.close()
  }

  const writer = await createSegmentWriter({ directory })
  const frames = await readAll(directory, writer.written())
  await writer.close()
  expect(frames.findIndex(({ offset }, index) => offset !== index)).toBe(-1)
  const names = frames.map(({ value }) => value.toString().split(' ')[0] as string)
  expect(new Set(names).size).toBe(names.length)
  const misplaced = answered.filter(([first, next, call]) =>
    frames.slice(first, next).some(({ headers }, index) => {
      return headers['call'] !== call || names[first + index] !== `${call}.${index}`
    }),
  )
  expect(misplaced).toEqual([])
  console.log(`${answered.length} answered calls, ${frames.length} frames, ${torn} torn tails`)
}, 60_000)

test('the owner counts while it lives, even stopped, and no longer when it was killed', async () => {
  const directory = await temporaryDirectory()
  const child = startChild(directory, 0)
  await once(createInterface({ input: child.stdout }), 'line')
  await expect(createSegmentWriter({ directory })).rejects.toMatchObject({
    code: 'segment_locked',
    retryable: true,
  })
  child.kill('SIGSTOP')
  await expect(createSegmentWriter({ directory })).rejects.toMatchObject({ code: 'segment_locked' })
  child.kill('SIGKILL')
  await once(child, 'close')
  const writer = await createSegmentWriter({ directory })
  expect(writer.written()).toBeGreaterThan(0)
  await writer.close()
  expect((await readdir(directory)).filter((name) => !name.endsWith('.segment'))).toEqual([])
})
