import { expect, test } from 'vitest'
import { areaOf, filled, labelPlace, niceMost } from './stacked.ts'

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

const frame = { width: 100, height: 100, fromMs: 0, toMs: 2 * hour, stepMs: hour, most: 10 }
const refused = { low: () => 0, high: ({ denied }: { denied: number }) => denied }

test('each bucket is as wide as its time and as high as its count; none is drawn where there is none', () => {
  const buckets = [
    { at: 0, allowed: 0, denied: 5 },
    { at: hour, allowed: 3, denied: 10 },
  ]
  expect(areaOf(buckets, frame, refused)).toBe('M0.5,100.0V50.0H49.5V100.0ZM50.5,100.0V0.0H99.5V100.0Z')
  expect(areaOf([{ at: 0, allowed: 3, denied: 0 }], frame, refused)).toBe('')
  // Where they are narrow, no light comes between them.
  expect(areaOf(buckets.slice(0, 1), { ...frame, width: 8 }, refused)).toBe('M0.0,100.0V50.0H4.0V100.0Z')
})

test('an area is named where its name fits, in the roomiest place', () => {
  const of = (...counts: readonly number[]) =>
    counts.map((denied, at) => ({ at: at * hour, allowed: 0, denied }))
  const wide = { ...frame, width: 400, toMs: 4 * hour }
  expect(labelPlace(of(1, 4, 8, 1), wide, refused, 100)).toEqual({ x: 250, y: 60 })
  expect(labelPlace(of(1, 4, 8, 1), wide, refused, 101)).toBeUndefined()
  expect(labelPlace(of(1, 1, 1, 1), wide, refused, 100)).toBeUndefined()
  expect(labelPlace([], wide, refused, 10)).toBeUndefined()
})
