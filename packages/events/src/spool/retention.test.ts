import { readdir } from 'node:fs/promises'
import { expect, onTestFinished, test } from 'vitest'
import { createSpool, type SpoolOptions } from '../adapters/spool.ts'
import { createGate, diskError } from '../segment/fault-tests/faulty-files.ts'
import { createFaultySyncFiles } from '../segment/fault-tests/faulty-sync-files.ts'
import { temporaryDirectory } from '../segment/fault-tests/temporary-directory.ts'
import { createDyingFiles } from './fault-tests/dying-files.ts'
import { readFrames, requestRecord } from './fault-tests/requests.ts'
import { createStandInSink } from './fault-tests/stand-in-sink.ts'
import { kindOf } from './frames.ts'

const open = async (directory: string, files: SpoolOptions['files']) => {
  const sink = createStandInSink()
  const spool = await createSpool({
    directory,
    producer: 'ns/payments/pod-1',
    source: 'gateway',
    segmentBytesMax: 8 * 1024,
    syncIntervalMs: 3_600_000,
    sink,
    files,
  })
  onTestFinished(() => spool.close().catch(() => {}))
  const turnOver = async (): Promise<void> => {
    for (let n = 0; n < 20; n++) spool.record(requestRecord(`event-${n}`, { path: 'x'.repeat(2000) }))
    expect(await spool.drain(20_000)).toBe(true)
  }
  return { sink, spool, turnOver }
}

const filesIn = async (directory: string): Promise<readonly string[]> =>
  (await readdir(directory)).filter((name) => name.endsWith('.segment')).sort()

test('an intent that was carried on is on the disk before its old file goes', async () => {
  const directory = await temporaryDirectory()
  const { files, kill, cutPower } = createDyingFiles(Number.POSITIVE_INFINITY)
  const { spool, turnOver } = await open(directory, files)
  await spool.begin(requestRecord('held'))
  await turnOver()
  expect((await filesIn(directory))[0]).not.toMatch(/^0+\.segment$/)
  kill()
  await spool.close().catch(() => {})
  cutPower()
  const next = await open(directory, undefined)
  expect(await next.spool.drain(20_000)).toBe(true)
  expect(next.sink.events()).toContainEqual(
    expect.objectContaining({ decisionId: 'held', outcome: 'unknown' }),
  )
})

test('an intent that was closed goes only when the event that closed it is on the disk', async () => {
  const directory = await temporaryDirectory()
  const { files, kill, cutPower } = createDyingFiles(Number.POSITIVE_INFINITY)
  const { sink, spool, turnOver } = await open(directory, files)
  const held = await spool.begin(requestRecord('held'))
  const gate = createGate()
  sink.instead = async (take) => {
    await gate.wait()
    return take()
  }
  const turned = turnOver()
  await gate.reached
  held.close(requestRecord('held', { outcome: 'closed' }))
  gate.open()
  await turned
  expect((await filesIn(directory))[0]).not.toMatch(/^0+\.segment$/)
  kill()
  await spool.close().catch(() => {})
  cutPower()
  const next = await open(directory, undefined)
  expect(await next.spool.drain(20_000)).toBe(true)
  const events = [...sink.events(), ...next.sink.events()]
  expect(events.some(({ decisionId }) => decisionId === 'held')).toBe(true)
})

test('an intent that cannot be carried on keeps its file, and all after it, until it is closed', async () => {
  const directory = await temporaryDirectory()
  const { files, faults } = createFaultySyncFiles()
  const { spool, turnOver } = await open(directory, files)
  const held = await spool.begin(requestRecord('held'))
  // Its frame is of a size that no other has.
  const { bytes } = (await readFrames(directory)).find((frame) => kindOf(frame) === 'intent') ?? { bytes: 0 }
  faults.write = (length) => {
    if (length === bytes) throw diskError('ENOSPC')
    return length
  }
  await turnOver()
  const kept = await filesIn(directory)
  expect([kept[0], kept.length > 4]).toEqual(['00000000000000000000.segment', true])
  held.close(requestRecord('held'))
  await turnOver()
  expect((await filesIn(directory))[0]).not.toBe(kept[0])
})
