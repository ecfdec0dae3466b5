import { expect, test } from 'vitest'
import { relative } from './relative.ts'

test.each([
  [0, 'now'],
  [-999, 'now'],
  [-12_000, '12s ago'],
  [-119_000, '1m ago'],
  [7_200_000, 'in 2h'],
  [-3 * 86_400_000, '3d ago'],
])('%i ms from now is told as %s', (distance, told) => {
  expect(relative(1_000_000_000_000 + distance, 1_000_000_000_000, 'en')).toBe(told)
})
