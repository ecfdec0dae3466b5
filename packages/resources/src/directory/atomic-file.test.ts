import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readState, removeFile, replaceFile } from './atomic-file.ts'

let root: string
let path: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'atomic-'))
  path = join(root, 'it.yaml')
})
afterEach(() => rm(root, { recursive: true }))

test('a file is replaced in the state that was read, and nothing is left beside it', async () => {
  const first = await replaceFile(root, path, 'one', undefined)
  expect(await readState(path)).toEqual(first)
  await replaceFile(root, path, 'two', first)
  expect([await readFile(path, 'utf8'), await readdir(root)]).toEqual(['two', ['it.yaml']])
})

test('what somebody wrote after it was read is not overwritten, nor removed', async () => {
  const first = await replaceFile(root, path, 'one', undefined)
  await writeFile(path, 'theirs')
  await expect(replaceFile(root, path, 'mine', first)).rejects.toMatchObject({ code: 'conflict' })
  await expect(removeFile(root, path, first)).rejects.toMatchObject({ code: 'conflict' })
  expect([await readFile(path, 'utf8'), await readdir(root)]).toEqual(['theirs', ['it.yaml']])
})

test('what somebody made while there was nothing is not overwritten', async () => {
  await writeFile(path, 'theirs')
  await expect(replaceFile(root, path, 'mine', undefined)).rejects.toMatchObject({ code: 'conflict' })
  expect([await readFile(path, 'utf8'), await readdir(root)]).toEqual(['theirs', ['it.yaml']])
})

test('what somebody removed after it was read stays away', async () => {
  const first = await replaceFile(root, path, 'one', undefined)
  await rm(path)
  await expect(replaceFile(root, path, 'two', first)).rejects.toMatchObject({ code: 'conflict' })
  expect(await readdir(root)).toEqual([])
})

test('bytes that are no text are told', async () => {
  await writeFile(path, Buffer.from([0x61, 0xff]))
  await expect(readState(path)).rejects.toMatchObject({ code: 'unreadable' })
})
