import { expect, test } from 'vitest'
import { createSeats } from './seats.ts'

test('who stays keeps the seat, who comes takes one that was left', () => {
  const seatsOf = createSeats()
  expect(seatsOf(['a', 'b', 'c'])).toEqual([0, 1, 2])
  expect(seatsOf(['b', 'c', 'd'])).toEqual([1, 2, 0])
  expect(seatsOf(['e', 'b', 'c', 'd'])).toEqual([3, 1, 2, 0])
  expect(seatsOf(['x', 'y'])).toEqual([0, 1])
})

test('no two share a seat, though they be called the same', () => {
  const seatsOf = createSeats()
  for (const keys of [
    ['a', 'a', 'b'],
    ['b', 'a', 'a', 'a'],
    ['c', 'a', 'b', 'a'],
  ])
    expect(new Set(seatsOf(keys)).size).toBe(keys.length)
})
