import { expect, test } from 'vitest'
import { verify } from './verify.ts'

test('three servers guard themselves', { timeout: 30_000 }, async () =>
  expect(await verify(() => {})).toEqual([]),
)
