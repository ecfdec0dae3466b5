import { WorkloadError } from '@mcp-sentinel/resources/workloads'
import type { ProblemError } from '@mcp-sentinel/service'
import { faulty, problem } from './problems.ts'

/** What the client is told of a refusal of what runs the components; undefined for an error of another kind. */
export const workloadProblemOf = (error: unknown): ProblemError | undefined => {
  if (!(error instanceof WorkloadError)) return undefined
  const { code, message } = error
  switch (code) {
    case 'unknown_component':
      return faulty('invalid_request_body', [{ pointer: '/component', message }])
    case 'invalid':
      return faulty('invalid_request_body', [{ pointer: '', message }])
    case 'unsupported':
    case 'not_found':
    case 'conflict':
      return problem(code, message, { cause: error })
    case 'unavailable':
      return problem('workloads_unavailable', 'what runs the components cannot be reached', {
        cause: error,
        ...(error.retryable ? { retryAfterS: 5 } : {}),
      })
  }
}
