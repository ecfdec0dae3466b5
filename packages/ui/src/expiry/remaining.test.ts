import { expect, test } from 'vitest'
import { remaining } from './remaining.ts'

test.each([
  [-5000, ''],
  [0, ''],
  [400, '1s'],
  [59_999, '59s'],
  [60_000, '1m'],
  [545_000, '9m 5s'],
  [8_040_000, '2h 14m'],
  [3 * 86_400_000 + 1000, '3d'],
  [3 * 86_400_000 + 4 * 3_600_000, '3d 4h'],
])('%i ms are %s', (ms, told) => {
  expect(remaining(ms)).toBe(told)
})
