import { expect, test } from 'vitest'
import { verify } from './verify.ts'

test('the sample server guards itself and its records arrive', { timeout: 30_000 }, async () =>
  expect(await verify(() => {})).toEqual([]),
)
