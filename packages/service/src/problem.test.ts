import { expect, test } from 'vitest'
import { ProblemError, problemBody, problemOf, unforeseen } from './problem.ts'

test('a problem is told as it is', () => {
  const problem = {
    status: 413,
    code: 'too_large',
    message: 'the body has more than 1 MiB',
    details: { limit: 1048576 },
  }
  const told = problemOf(new ProblemError(problem))
  expect(problemBody(told, 'r-1')).toEqual({
    error: 'too_large',
    message: 'the body has more than 1 MiB',
    request_id: 'r-1',
    details: { limit: 1048576 },
  })
})

test.each([new Error('password is hunter2'), 'text', undefined, { status: 200 }])(
  'of %s nothing is told',
  (error) => {
    expect(problemOf(error)).toBe(unforeseen)
    expect(JSON.stringify(problemBody(problemOf(error), 'r-1'))).not.toContain('hunter2')
  },
)
