import { rm } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { directory, records } from './segment-log.examples.ts'

test('the example of the README reads what it appended', async () => {
  expect(records).toMatchObject([{ key: 'chain-1', offset: 0 }])
  await rm(directory, { recursive: true })
})
