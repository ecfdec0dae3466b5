import type { ApiProblem } from './problem.ts'

/** An answer that is no success, or none at all: then `status` is 0. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  readonly code: string
  readonly requestId: string | undefined
  readonly details: ApiProblem['details']
  readonly retryAfterS: number | undefined

  constructor(
    message: string,
    about: {
      readonly status: number
      readonly code: string
      readonly requestId?: string | undefined
      readonly details?: ApiProblem['details']
      readonly retryAfterS?: number | undefined
      readonly cause?: unknown
    },
  ) {
    super(message, { cause: about.cause })
    this.status = about.status
    this.code = about.code
    this.requestId = about.requestId
    this.details = about.details
    this.retryAfterS = about.retryAfterS
  }
}
