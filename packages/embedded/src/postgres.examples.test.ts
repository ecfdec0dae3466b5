import { rm } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { dataDirectory, teams } from './postgres.examples.ts'

test('the example of the README reads what it wrote', async () => {
  expect(teams).toEqual([{ slug: 'payments' }])
  await rm(dataDirectory, { recursive: true })
})
