import { EventError } from '@mcp-sentinel/events'
import type { ProblemError } from '@mcp-sentinel/service'
import { problem } from './problems.ts'

const retryAfterS = 5

/** What a client is told of an event store that failed; undefined for an error of another kind. */
export const storeProblemOf = (error: unknown): ProblemError | undefined => {
  if (!(error instanceof EventError)) return undefined
  const cause = { cause: error }
  if (error.code === 'store_limit')
    return problem(
      'analytics_unavailable',
      'the question takes more time or memory than one may; ask for less',
      cause,
    )
  const engine = error.code.startsWith('log_') ? 'the log of events' : 'the event store'
  return problem('analytics_unavailable', `${engine} does not answer`, {
    ...cause,
    ...(error.retryable ? { retryAfterS } : {}),
  })
}
