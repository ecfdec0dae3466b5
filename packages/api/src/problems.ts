import { type ApiCode, apiCodes, type Issue } from '@mcp-sentinel/contract'
import { ProblemError } from '@mcp-sentinel/service'

export interface ProblemOptions {
  readonly details?: Readonly<Record<string, unknown>>
  readonly retryAfterS?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly cause?: unknown
}

/** An error that the client is told, with a code of the contract. */
export const problem = (code: ApiCode, message: string, options: ProblemOptions = {}): ProblemError => {
  const { cause, ...rest } = options
  return new ProblemError({ status: apiCodes[code], code, message, ...rest }, { cause })
}

export const unauthorized = (message = 'an API key, a bearer token or a session is needed'): ProblemError =>
  problem('unauthorized', message, { headers: { 'www-authenticate': 'Bearer realm="mcp-sentinel"' } })

/** A 401 asks for the credentials that are taken where it is said. */
export const challengedBy = (error: unknown, challenge: string): unknown =>
  error instanceof ProblemError && error.problem.status === 401
    ? new ProblemError({ ...error.problem, headers: { 'www-authenticate': challenge } }, { cause: error })
    : error

export const faulty = (
  code: 'invalid_request_body' | 'invalid_query_param' | 'invalid_path_param',
  issues: readonly Issue[],
): ProblemError => {
  const [first] = issues
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : ''
  const place = first?.pointer ? `${first.pointer}: ` : ''
  return problem(code, `${place}${first?.message ?? 'not as it should be'}${more}`, { details: { issues } })
}
