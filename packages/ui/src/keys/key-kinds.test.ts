import { expect, test } from 'vitest'
import { bodyOf, standingOf } from './key-kinds.ts'

const nowMs = Date.parse('2026-02-01T00:00:00Z')

test.each([
  [{ revoked: false }, 'active'],
  [{ revoked: false, expires_at: '2026-02-01T00:00:01Z' }, 'active'],
  [{ revoked: false, expires_at: '2026-02-01T00:00:00Z' }, 'expired'],
  [{ revoked: true, expires_at: '2027-01-01T00:00:00Z' }, 'revoked'],
])('%o is %s', (key, standing) => {
  expect(standingOf(key, nowMs)).toBe(standing)
})

test('a key that is not narrowed and has no end names neither scopes nor an end', () => {
  expect(bodyOf({ name: 'laptop', scopes: [], expiresAt: undefined })).toEqual({ name: 'laptop' })
  expect(bodyOf({ name: 'ci', scopes: ['read'], expiresAt: '2027-01-01T00:00:00.000Z' })).toEqual({
    name: 'ci',
    scopes: ['read'],
    expires_at: '2027-01-01T00:00:00.000Z',
  })
})
