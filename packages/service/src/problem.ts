/** An error that a client is told: a stable code, a status, and a sentence without anything secret. */
export interface Problem {
  readonly status: number
  readonly code: string
  readonly message: string
  /** Where in the input, and the like. */
  readonly details?: Readonly<Record<string, unknown>> | undefined
  /** After how long it may be tried again. */
  readonly retryAfterS?: number | undefined
  /** What HTTP asks for beside it, such as `Allow` or `WWW-Authenticate`. */
  readonly headers?: Readonly<Record<string, string>> | undefined
}

/** Thrown by a handler; the shell around it answers with the problem. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError'
  readonly problem: Problem

  constructor(problem: Problem, options?: ErrorOptions) {
    super(problem.message, options)
    this.problem = problem
  }
}

/** The body of an answer: `error` and `message` are what older clients read. */
export const problemBody = ({ code, message, details }: Problem, requestId: string) => ({
  error: code,
  message,
  request_id: requestId,
  ...(details === undefined ? {} : { details }),
})

/** What a client is told of an error that nobody foresaw: nothing but where to look for it. */
export const unforeseen: Problem = {
  status: 500,
  code: 'internal',
  message: 'something went wrong here; the log has it under this request_id',
}

export const problemOf = (error: unknown): Problem =>
  error instanceof ProblemError ? error.problem : unforeseen
