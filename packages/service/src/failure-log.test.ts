import { expect, test } from 'vitest'
import { createFailureLog } from './failure-log.ts'
import { ProblemError, unforeseen } from './problem.ts'

const overloaded = { status: 503, code: 'overloaded', message: 'as much as can be', retryAfterS: 1 }
const failing = () => {
  let now = 0
  const lines: object[] = []
  const logFailure = createFailureLog(() => now)
  const log = { error: (fields: object, message: string) => void lines.push({ ...fields, message }) }
  return {
    lines,
    later: (ms: number) => (now += ms),
    fail: (error: unknown, problem = overloaded) => logFailure(log, error, problem),
  }
}

test('what nobody foresaw is told each time, as it was', () => {
  const { lines, fail } = failing()
  const error = new Error('bug')
  for (let i = 0; i < 3; i++) fail(error, unforeseen as typeof overloaded)
  expect(lines).toHaveLength(3)
  expect(lines[0]).toMatchObject({ err: error, code: 'internal' })
})

test('what a client is to come again for is told once a second, with how often it was', () => {
  const { lines, fail, later } = failing()
  const cause = new Error('no brokers')
  for (let i = 0; i < 5; i++) fail(new ProblemError(overloaded, { cause }))
  later(999)
  fail(new ProblemError(overloaded))
  later(1)
  fail(new ProblemError(overloaded))
  expect(lines).toEqual([
    { err: cause, code: 'overloaded', unsaid: 0, message: 'as much as can be' },
    { err: undefined, code: 'overloaded', unsaid: 5, message: 'as much as can be' },
  ])
})

test('one kind does not hide another', () => {
  const { lines, fail } = failing()
  fail(new ProblemError(overloaded))
  fail(new ProblemError(overloaded), { ...overloaded, code: 'log_full' })
  expect(lines).toMatchObject([{ code: 'overloaded' }, { code: 'log_full' }])
})
