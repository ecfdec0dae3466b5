import { expect, test } from 'vitest'
import { signInErrorCodes } from '../oidc/sign-in-error.ts'
import { failureIn } from './sign-in-failures.ts'

test.each(signInErrorCodes)('%s is told in a sentence', (code) => {
  const failure = failureIn(code, 'Example')
  expect(failure?.code).toBe(code)
  expect(failure?.says).toMatch(/^[A-Z].*\.$/)
})

test.each([undefined, '', 'Your account is locked, call 555', 'toString', ['access_denied']])(
  '%j is nothing that is told',
  (error) => expect(failureIn(error, 'Example')).toBeUndefined(),
)
