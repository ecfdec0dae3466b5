import { expect, test } from 'vitest'
import { beginOf, daysOf, spanIn, timeWindows } from './span.ts'

const now = Date.parse('2026-06-03T10:30:00Z')

test('an address has a window, or two instants, or else the page has one of its own', () => {
  expect(spanIn({}, '24h')).toEqual({ kind: 'last', window: '24h' })
  expect(spanIn({ window: 'ever' }, 'all')).toEqual({ kind: 'all' })
  expect(spanIn({ window: '7d' }, '24h')).toEqual({ kind: 'last', window: '7d' })
  const between = { since: '2026-06-01T00:00:00Z', until: '2026-06-02T00:00:00Z' }
  expect(spanIn({ window: 'custom', ...between }, '24h')).toEqual({ kind: 'between', ...between })
  expect(spanIn({ window: '7d', until: between.until }, '24h')).toMatchObject({ kind: 'between', since: '' })
})

test('a span begins where it says', () => {
  expect(beginOf({ kind: 'last', window: '1h' }, now)).toBe(Date.parse('2026-06-03T09:30:00Z'))
  expect(beginOf({ kind: 'between', since: '2026-06-01T00:00:00Z', until: '' }, now)).toBe(
    Date.parse('2026-06-01T00:00:00Z'),
  )
  for (const since of ['', 'soon'])
    expect(beginOf({ kind: 'between', since, until: '' }, now)).toBeUndefined()
  expect(beginOf({ kind: 'all' }, now)).toBeUndefined()
})

test('calls of a span are counted by days that hold all of it, and more is told', () => {
  expect(timeWindows.map((window) => daysOf({ kind: 'last', window }, now))).toEqual([
    { days: 1, isMore: true },
    { days: 1, isMore: false },
    { days: 7, isMore: false },
    { days: 30, isMore: false },
    { days: 90, isMore: false },
    { days: 365, isMore: false },
  ])
  const since = (text: string) => daysOf({ kind: 'between', since: text, until: '2026-06-02T00:00:00Z' }, now)
  expect(since('2026-06-01T00:00:00Z')).toEqual({ days: 3, isMore: true })
  expect(since('2030-01-01T00:00:00Z')).toEqual({ days: 1, isMore: true })
  expect(since('1999-01-01T00:00:00Z')).toEqual({ days: 365, isMore: true })
  expect(daysOf({ kind: 'all' }, now)).toEqual({ days: 365, isMore: true })
})
