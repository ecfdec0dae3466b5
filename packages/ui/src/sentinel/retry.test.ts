import { ApiError } from '@mcp-sentinel/contract/client'
import { expect, test } from 'vitest'
import { isWorthAnotherTry } from './retry.ts'

test.each([
  [0, 0, true],
  [0, 503, true],
  [1, 503, false],
  [0, 403, false],
  [0, 404, false],
  [0, 429, false],
])('after %i failures, %i is tried again: %s', (failures, status, again) => {
  expect(isWorthAnotherTry(failures, new ApiError('refused', { status, code: 'code' }))).toBe(again)
})

test('a bug is not tried again', () => {
  expect(isWorthAnotherTry(0, new TypeError('no function'))).toBe(false)
})
