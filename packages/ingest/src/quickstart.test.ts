import { rm } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { batch, directory, single } from './quickstart.examples.ts'

test('the example of the README says what the README says', async () => {
  expect(single).toEqual({ ok: true })
  expect(batch).toMatchObject({
    ok: true,
    accepted: 1,
    rejected: [{ index: 1, error: { code: 'missing_fields', pointer: '/event_type' } }],
  })
  await rm(directory, { recursive: true })
})
