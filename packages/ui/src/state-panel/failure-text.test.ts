import { ApiError } from '@mcp-sentinel/contract/client'
import { expect, test } from 'vitest'
import { failureText } from './failure-text.ts'

const failed = (status: number, code: string, more: object = {}) =>
  new ApiError('the event store does not answer', { status, code, ...more })

test.each([
  [failed(0, 'unreachable'), 'The API cannot be reached. It is asked for again every few seconds.'],
  [
    failed(503, 'analytics_unavailable', { requestId: 'r-1' }),
    'The event store does not answer. It is asked for again every few seconds. Request r-1.',
  ],
  [failed(404, 'not_found'), 'The event store does not answer.'],
  [
    failed(429, 'too_many_requests', { retryAfterS: 30 }),
    'Too much was asked for at once. It is asked for again in 30 seconds.',
  ],
  [failed(401, 'unauthorized'), 'You are signed out. Sign in again, and it is shown.'],
  [
    failed(200, 'unreadable_answer', { cause: { issues: [{ path: ['grants', 3, 'maxTrust'] }] } }),
    'The answer is not what this page expects at grants/3/maxTrust. The API may be of another version: load the page anew once both are the same.',
  ],
  [new TypeError('no function'), 'Something went wrong in this page.'],
])('%o is told in words', (error, text) => {
  expect(failureText(error)).toBe(text)
})
