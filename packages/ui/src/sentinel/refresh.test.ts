import { ApiError } from '@mcp-sentinel/contract/client'
import { expect, test } from 'vitest'
import { every } from './refresh.ts'

const failed = (status: number, retryAfterS?: number) =>
  new ApiError('refused', { status, code: 'code', retryAfterS })

test.each([
  ['none', null, 30_000, false],
  ['not reached', failed(0), 5_000, 5_000],
  ['not ready', failed(503), 5_000, 5_000],
  ['signed out', failed(401), 5_000, 5_000],
  ['too much', failed(429, 40), 40_000, 40_000],
  ['too much, at once again', failed(429, 0), 5_000, 5_000],
  ['too much, for a day', failed(429, 86_400), 300_000, 300_000],
  ['not allowed', failed(403), 30_000, false],
  ['a bug', new TypeError('no function'), 30_000, false],
])('after the failure %s it is asked again in so long', (_, error, refreshed, once) => {
  expect(every(30_000)({ state: { error } })).toBe(refreshed)
  expect(every(false)({ state: { error } })).toBe(once)
})
