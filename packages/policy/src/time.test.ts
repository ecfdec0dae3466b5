import { describe, expect, test } from 'vitest'
import { parseDuration, parseInstant } from './time.ts'

describe('an instant', () => {
  test.each([
    ['2030-12-31T23:59:00Z', Date.UTC(2030, 11, 31, 23, 59)],
    ['2030-12-31T23:59:00.5Z', Date.UTC(2030, 11, 31, 23, 59, 0, 500)],
    ['2030-12-31T23:59:00.123456789Z', Date.UTC(2030, 11, 31, 23, 59, 0, 123)],
    ['2030-12-31T23:59:00+02:00', Date.UTC(2030, 11, 31, 21, 59)],
    ['2028-02-29T00:00:00Z', Date.UTC(2028, 1, 29)],
    ['1969-12-31T23:59:59Z', -1000],
  ])('%s is read', (text, expected) => expect(parseInstant(text)).toBe(expected))

  test.each([
    '',
    'tomorrow',
    '2030-12-31',
    '2030-12-31T23:59Z',
    '2030-12-31 23:59:00Z',
    '2030-12-31T23:59:00',
    '2030-02-30T00:00:00Z',
    '2027-02-29T00:00:00Z',
    '2030-13-01T00:00:00Z',
    '2030-12-31T24:00:00Z',
    '2030-12-31T23:60:00Z',
    '2030-12-31t23:59:00z',
    ' 2030-12-31T23:59:00Z',
    '+020300-01-01T00:00:00Z',
  ])('%s is none', (text) => expect(parseInstant(text)).toBe(undefined))
})

describe('a duration', () => {
  test.each([
    ['24h', 864e5],
    ['1h30m', 54e5],
    ['90s', 9e4],
    ['2m5s', 125e3],
  ])('%s is read', (text, expected) => {
    expect(parseDuration(text)).toBe(expected)
  })
  test.each(['', '0h', '1', 'h', '1d', '-1h', '1.5h', '30m1h', '1h ', '1ms'])('%s is none', (text) => {
    expect(parseDuration(text)).toBe(undefined)
  })
})
