import { readFile, rm } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { accountErrorCodes } from './errors.ts'
import { dataDirectory, session, verdict } from './quickstart.examples.ts'

test('the example of the README does what it says', async () => {
  expect(session.user).toMatchObject({ email: 'ada@example.org', role: 'user' })
  expect(verdict).toEqual({ allowed: false, code: 'forbidden' })
  await rm(dataDirectory, { recursive: true })
})

test('the README tells every code of an error', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  const told = [...readme.matchAll(/^\| `([a-z_]+)` \|/gm)].map(([, code]) => code)
  expect(told).toEqual([...accountErrorCodes])
})
