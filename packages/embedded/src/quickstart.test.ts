import { readFile, rm } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { embeddedErrorCodes } from './errors.ts'
import { dataDirectory, rows } from './quickstart.examples.ts'

test('the example of the README reads what it wrote', async () => {
  expect(rows).toEqual([{ tool: 'search' }])
  await rm(dataDirectory, { recursive: true })
})

test('the README tells every code of an error', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  const errors = readme.slice(readme.indexOf('## When it does not start'))
  const told = [...errors.matchAll(/^\| `(\w+)` \|/gm)].map(([, code]) => code)
  expect(told).toEqual([...embeddedErrorCodes])
})
