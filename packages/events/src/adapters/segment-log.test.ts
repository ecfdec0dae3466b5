import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { eventLogContract } from '../contract-tests/event-log.ts'
import type { Claim, EventLog } from '../log.ts'
import { createSegmentLog } from './segment-log.ts'

const folder = (): Promise<string> => mkdtemp(join(tmpdir(), 'segment-log-'))

eventLogContract('segment', 1, async () => {
  const directory = await folder()
  let log = await createSegmentLog({ directory })
  return {
    log,
    // One process owns the directory, so another client is the same one after a restart.
    reopen: async () => {
      await log.close()
      log = await createSegmentLog({ directory })
      return log
    },
    dispose: async () => {
      await log.close()
      await rm(directory, { recursive: true })
    },
  }
})

describe('a segment log that fills up', () => {
  let directory: string
  let log: EventLog
  const entries = Array.from({ length: 10 }, () => ({
    key: 'a',
    value: Buffer.alloc(1000),
    headers: {},
    receivedAtMs: 0,
  }))
  beforeEach(async () => {
    directory = await folder()
    log = await createSegmentLog({ directory, bytesMax: 40_000, segmentBytesMax: 15_000 })
  })
  afterEach(async () => {
    await log.close()
    await rm(directory, { recursive: true })
  })
  const fill = async (): Promise<number> => {
    for (let appends = 0; ; appends++) {
      try {
        await log.append(entries)
      } catch (error) {
        expect(error).toMatchObject({ code: 'log_full', retryable: true })
        return appends
      }
    }
  }

  test('refuses, rather than delete what a group has not read', async () => {
    await log.consume('slow').then((consumer) => consumer.nextClaim())
    const appends = await fill()
    expect(appends).toBeGreaterThanOrEqual(3)
    await expect(log.append(entries)).rejects.toMatchObject({ code: 'log_full' })
  })

  test('takes more once every group has read, and tells who asks for what went', async () => {
    const claims = await Promise.all(
      ['fast', 'slow'].map(async (group) => (await (await log.consume(group)).nextClaim()) as Claim),
    )
    await fill()
    await claims[0]?.commit(30)
    await expect(log.append(entries)).rejects.toMatchObject({ code: 'log_full' })
    await claims[1]?.commit(30)
    await log.append(entries)
    await expect(claims[0]?.read(0, { recordsMax: 1, bytesMax: 1 })).rejects.toMatchObject({
      code: 'offset_deleted',
    })
  })

  test('holds names of groups to what a file may be called', async () => {
    for (const name of ['', '../up', 'a/b', '.hidden', 'x'.repeat(200)]) {
      await expect(log.consume(name)).rejects.toMatchObject({ code: 'group_name_invalid' })
    }
  })
})

test('entries that share their headers keep their own keys, and the other way round', async () => {
  const directory = await folder()
  const log = await createSegmentLog({ directory })
  const [headers, others] = [{ key_id: 'k' }, { key_id: 'other' }]
  const given = [
    { key: 'a', headers },
    { key: 'a', headers },
    { key: 'b', headers },
    { key: 'b', headers: others },
    { key: 'a', headers },
  ]
  await log.append(given.map((one) => ({ ...one, value: Buffer.from('1'), receivedAtMs: 0 })))
  const claim = (await (await log.consume('group')).nextClaim()) as Claim
  const records = await claim.read(0, { recordsMax: 10, bytesMax: 1_000 })
  expect(records.map((record) => ({ key: record.key, headers: record.headers }))).toEqual(given)
  await log.close()
  await rm(directory, { recursive: true })
})
