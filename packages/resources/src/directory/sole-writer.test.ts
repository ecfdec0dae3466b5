import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { becomeSoleWriter } from './sole-writer.ts'

const newFolder = async (): Promise<string> => {
  const root = await mkdtemp(join(tmpdir(), 'writer-'))
  onTestFinished(() => rm(root, { recursive: true }))
  return root
}

test('of many that come at once, at most one writes, and none leaves anything behind', async () => {
  const folder = await newFolder()
  for (let round = 0; round < 30; round++) {
    const attempts = await Promise.allSettled(Array.from({ length: 5 }, () => becomeSoleWriter(folder)))
    const writers = attempts.filter((attempt) => attempt.status === 'fulfilled')
    expect(writers.length).toBeLessThanOrEqual(1)
    for (const { value } of writers) await value.release()
  }
  await (await becomeSoleWriter(folder)).release()
  expect(await readdir(folder)).toEqual([])
})

test('folders are held apart, however long their paths are', async () => {
  const folder = join(await newFolder(), 'd'.repeat(200))
  const other = `${folder}e`
  for (const one of [folder, other]) await mkdir(one)
  const writers = [await becomeSoleWriter(folder), await becomeSoleWriter(other)]
  await expect(becomeSoleWriter(folder)).rejects.toMatchObject({ code: 'locked', retryable: true })
  for (const { release } of writers) await release()
})
