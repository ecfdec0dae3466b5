import { type Problem, ProblemError } from './problem.ts'

interface FailureLogger {
  readonly error: (fields: object, message: string) => void
}

export type LogFailure = (log: FailureLogger, error: unknown, problem: Problem) => void

/** How long one line stands for all that fail in the same way. */
const quietMs = 1_000

/**
 * Tells of requests that failed on this side. Who is overloaded, or waits for an engine, does so a thousand times a
 * second, and writing a line for each would make it worse: of problems that a client is to come again for, one line a
 * second tells how many there were.
 */
export const createFailureLog = (clock: () => number): LogFailure => {
  const quiet = new Map<string, { readonly until: number; unsaid: number }>()
  return (log, error, problem) => {
    const { code, message, retryAfterS } = problem
    // A problem is where somebody decided to give up; what made them do it is its cause.
    const err = error instanceof ProblemError ? error.cause : error
    if (retryAfterS === undefined) {
      log.error({ err, code }, message)
      return
    }
    const now = clock()
    const last = quiet.get(code)
    if (last !== undefined && now < last.until) {
      last.unsaid++
      return
    }
    log.error({ err, code, unsaid: last?.unsaid ?? 0 }, message)
    quiet.set(code, { until: now + quietMs, unsaid: 0 })
  }
}
