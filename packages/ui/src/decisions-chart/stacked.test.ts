import { expect, test } from 'vitest'
import { areaOf, filled, niceMost } from './stacked.ts'

const hour = 3_600_000

test('hours without a call are shown as hours without a call', () => {
  const buckets = filled([{ at: hour, allowed: 3, denied: 1 }], 0, 3 * hour, hour)
  expect(buckets.map(({ at, allowed }) => [at / hour, allowed])).toEqual([
    [0, 0],
    [1, 3],
    [2, 0],
    [3, 0],
  ])
})

test.each([
  [0, 1],
  [1, 1],
  [3, 5],
  [11, 20],
  [480, 500],
  [5001, 10_000],
])('a scale for %i ends at %i', (most, end) => {
  expect(niceMost(most)).toBe(end)
})

test('an area goes there along its upper edge and back along its lower one', () => {
  const frame = { width: 100, height: 10, fromMs: 0, toMs: hour, most: 10 }
  const buckets = [
    { at: 0, allowed: 5, denied: 0 },
    { at: hour, allowed: 10, denied: 0 },
  ]
  expect(
    areaOf(
      buckets,
      frame,
      () => 0,
      ({ allowed }) => allowed,
    ),
  ).toBe('M0.0,5.0L100.0,0.0L100.0,10.0L0.0,10.0Z')
  expect(
    areaOf(
      [],
      frame,
      () => 0,
      () => 0,
    ),
  ).toBe('')
})
