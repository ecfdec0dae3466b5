import { expect, test } from 'vitest'
import { accountProblemOf } from './account-problems.ts'
import { AccountError, accountErrorCodes } from './errors.ts'

const toldOf = (code: (typeof accountErrorCodes)[number], details = {}) =>
  accountProblemOf(new AccountError(code, 'said', { details }))?.problem

test('a client is told of all but what is a fault of ours', () => {
  const untold = accountErrorCodes.filter((code) => toldOf(code) === undefined)
  expect(untold).toEqual(['schema_newer', 'migration_conflict'])
  expect(accountProblemOf(new TypeError('a fault'))).toBe(undefined)
})

test('which member is wrong, when to come again, and that a credential is needed', () => {
  expect(toldOf('email_invalid')).toMatchObject({
    status: 400,
    code: 'invalid_request_body',
    details: { issues: [{ pointer: '/email', message: 'said' }] },
  })
  expect(toldOf('login_throttled', { retryAfterS: 15 })).toMatchObject({ status: 429, retryAfterS: 15 })
  expect(toldOf('database_unavailable')).toMatchObject({
    status: 503,
    code: 'platform_unavailable',
    retryAfterS: 2,
  })
  expect(toldOf('key_revoked')).toMatchObject({
    status: 401,
    headers: { 'www-authenticate': expect.any(String) },
  })
})
