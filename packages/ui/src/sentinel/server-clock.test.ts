import { expect, test } from 'vitest'
import { createServerClock } from './server-clock.ts'

const here = Date.parse('2026-11-21T12:00:00Z')
const at = (ms: number) => new Date(here + ms).toUTCString()

test.each([
  ['agrees', 1_000, 0],
  ['is ten minutes ahead', 600_000, 600_500],
  ['is ten minutes behind', -600_000, -599_500],
])('a clock there that %s', (_, apartMs, aheadMs) => {
  const clock = createServerClock(() => here)
  clock.note(at(apartMs), here)
  expect(clock.aheadMs.value).toBe(aheadMs)
  expect(clock.now()).toBe(here + aheadMs)
})

test('it does not waver with each answer, and comes back when the clock is set', () => {
  const clock = createServerClock(() => here)
  clock.note(at(600_000), here)
  clock.note(at(601_000), here)
  expect(clock.aheadMs.value).toBe(600_500)
  clock.note(null, here)
  clock.note('soon', here)
  expect(clock.aheadMs.value).toBe(600_500)
  clock.note(at(0), here)
  expect(clock.aheadMs.value).toBe(0)
})

test('an answer that was long under way is not taken for another time', () => {
  const clock = createServerClock(() => here)
  clock.note(at(-9_000), here - 15_000)
  expect(clock.aheadMs.value).toBe(0)
})
