import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryDirectory } from './fault-tests/temporary-directory.ts'
import { lockDirectory } from './lock.ts'

test('a second owner is refused until the first lets go, and nothing is left behind', async () => {
  const directory = await temporaryDirectory()
  const first = await lockDirectory(directory)
  await expect(lockDirectory(directory)).rejects.toMatchObject({ code: 'segment_locked', retryable: true })
  await first.release()
  const second = await lockDirectory(directory)
  await second.release()
  expect(await readdir(directory)).toEqual([])
})

test('of many that come at once, at most one is the owner', async () => {
  const directory = await temporaryDirectory()
  for (let round = 0; round < 30; round++) {
    const attempts = await Promise.allSettled(Array.from({ length: 5 }, () => lockDirectory(directory)))
    const owners = attempts.filter((attempt) => attempt.status === 'fulfilled')
    expect(owners.length).toBeLessThanOrEqual(1)
    for (const { value } of owners) await value.release()
  }
  await (await lockDirectory(directory)).release()
})

test('directories are owned apart, however long their paths are', async () => {
  const directory = join(await temporaryDirectory(), 'd'.repeat(200))
  const other = `${directory}e`
  await mkdir(directory)
  await mkdir(other)
  const locks = [await lockDirectory(directory), await lockDirectory(other)]
  await expect(lockDirectory(directory)).rejects.toMatchObject({ code: 'segment_locked' })
  for (const { release } of locks) await release()
})
