import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { EventError } from '../errors.ts'
import { createSilence } from './kafka-silence.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('is noticed when nothing broke it for long enough, and then once', () => {
  const told: EventError[] = []
  const silence = createSilence(1000)
  silence.lost((error) => void told.push(error))
  for (let round = 0; round < 5; round += 1) {
    vi.advanceTimersByTime(999)
    silence.broken()
  }
  expect(told).toEqual([])
  vi.advanceTimersByTime(1000)
  silence.broken()
  silence.fail(new EventError('log_unavailable', 'later'))
  vi.advanceTimersByTime(10_000)
  expect(told).toMatchObject([{ code: 'log_unavailable', retryable: true }])
})

test('is told at once of a failure, and to who asks only then', () => {
  const silence = createSilence(1000)
  const failure = new EventError('log_unavailable', 'not allowed')
  const [first, second] = [vi.fn(), vi.fn()]
  silence.lost(first)
  silence.fail(failure)
  silence.lost(second)
  expect([first.mock.calls, second.mock.calls]).toEqual([[[failure]], [[failure]]])
})

test('is nobody’s business after its end', () => {
  const told = vi.fn()
  const silence = createSilence(1000)
  silence.lost(told)
  silence.end()
  silence.broken()
  silence.fail(new EventError('log_unavailable', 'closed'))
  vi.advanceTimersByTime(10_000)
  expect(told).not.toHaveBeenCalled()
})
