import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { grantOn } from '../contract-tests/resources.ts'
import { changesMax, createJournal } from './journal.ts'
import { folderOf } from './places.ts'

test('a watch that has missed more changes than are remembered lists anew', async () => {
  const root = await mkdtemp(join(tmpdir(), 'journal-'))
  const folder = folderOf(root, 'home', 'MCPAccessGrant')
  await mkdir(folder, { recursive: true })
  const journal = createJournal(root, 'MCPAccessGrant')
  const put = async (count: number): Promise<void> => {
    for (let index = 0; index < count; index++) {
      const grant = grantOn('payments', `grant-${index}`, { policyVersion: `${count}` })
      await writeFile(join(folder, `grant-${index}.yaml`), JSON.stringify(grant))
    }
    await journal.refresh()
  }
  const firstAfter = async (resourceVersion: string): Promise<string | undefined> => {
    for await (const { type } of journal.watch({ signal: new AbortController().signal, resourceVersion })) {
      return type
    }
    return undefined
  }

  const { resourceVersion: start } = journal.list()
  await put(1)
  const { resourceVersion: afterOne } = journal.list()
  expect(await firstAfter(start)).toBe('applied')
  await put(changesMax)
  expect([await firstAfter(start), await firstAfter(afterOne)]).toEqual(['listed', 'applied'])
  await rm(root, { recursive: true })
})
