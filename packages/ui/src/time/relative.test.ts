import { expect, test } from 'vitest'
import { relative, since } from './relative.ts'

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

test('what happened is never told to lie ahead: a little is now, and much is another clock', () => {
  const now = Date.parse('2026-06-01T12:00:00Z')
  expect(since(now - 120_000, now, 'en').text).toBe('2m ago')
  expect(since(now + 30_000, now, 'en').text).toBe('now')
  const { text, about } = since(now + 185_000, now, 'en')
  expect(text).toBe('clock ahead')
  expect(about).toContain('which is ahead by 3m 5s')
})
