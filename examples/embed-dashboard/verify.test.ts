import { expect, test } from 'vitest'
import { verify } from './verify.ts'

test('a page of the dashboard is shown within another application', { timeout: 120_000 }, async () =>
  expect(await verify(() => {})).toEqual([]),
)
