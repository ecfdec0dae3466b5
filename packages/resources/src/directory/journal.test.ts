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

test('what is looked at by itself while all are looked at is not overwritten by what was read before', async () => {
  const root = await mkdtemp(join(tmpdir(), 'journal-'))
  const folder = folderOf(root, 'home', 'MCPAccessGrant')
  await mkdir(folder, { recursive: true })
  const write = (name: string, policyVersion: string) =>
    writeFile(join(folder, `${name}.yaml`), JSON.stringify(grantOn('payments', name, { policyVersion })))
  const journal = createJournal(root, 'MCPAccessGrant')
  const names = Array.from({ length: 200 }, (_, index) => `grant-${String(index).padStart(3, '0')}`)
  for (const name of names) await write(name, 'v0')
  await journal.refresh()
  const { resourceVersion } = journal.list()

  for (let round = 1; round <= 5; round++) {
    const looking = journal.refresh()
    for (const name of [names[0], names[100], 'new']) {
      if (name === undefined) continue
      await write(name, `v${round}`)
      await journal.refreshFile({ namespace: 'home', file: `${name}.yaml` })
    }
    await looking
  }
  const told: string[] = []
  const abort = new AbortController()
  for await (const change of journal.watch({ signal: abort.signal, resourceVersion })) {
    if (change.type === 'applied')
      told.push(`${change.resource.metadata.name} ${change.resource.spec.policyVersion}`)
    if (told.length === 15) abort.abort()
  }
  const turns = [1, 2, 3, 4, 5].flatMap((round) =>
    [names[0], names[100], 'new'].map((name) => `${name} v${round}`),
  )
  expect(told).toEqual(turns)
  expect(journal.list().items.map(({ metadata }) => metadata.name)).toEqual([...names, 'new'])
  await rm(root, { recursive: true })
})
