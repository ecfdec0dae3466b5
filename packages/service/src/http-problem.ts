import { type Problem, problemOf } from './problem.ts'

/** What the shell itself answers, whatever a service does. Public: codes are added, never changed. */
export const shellProblems = {
  bad_request: { status: 400, code: 'bad_request', message: 'the request cannot be read' },
  invalid_json: { status: 400, code: 'invalid_json', message: 'the body is not JSON' },
  not_found: { status: 404, code: 'not_found', message: 'nothing is served here' },
  method_not_allowed: {
    status: 405,
    code: 'method_not_allowed',
    message: 'this is served by other methods; Allow names them',
  },
  timeout: { status: 408, code: 'timeout', message: 'the request took too long to arrive' },
  too_large: { status: 413, code: 'too_large', message: 'the body is larger than is taken here' },
  unsupported_media_type: {
    status: 415,
    code: 'unsupported_media_type',
    message: 'a body of this content type is not taken here',
  },
  headers_too_large: { status: 431, code: 'headers_too_large', message: 'the headers are too large' },
  shutting_down: {
    status: 503,
    code: 'shutting_down',
    message: 'this process is ending; another one answers',
    retryAfterS: 1,
    headers: { connection: 'close' },
  },
} as const satisfies Record<string, Problem>

const byFastifyCode: Readonly<Record<string, Problem>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: shellProblems.too_large,
  FST_ERR_CTP_INVALID_MEDIA_TYPE: shellProblems.unsupported_media_type,
  FST_ERR_CTP_EMPTY_JSON_BODY: shellProblems.invalid_json,
  FST_ERR_CTP_INVALID_JSON_BODY: shellProblems.invalid_json,
}

/** What a client is told of an error in a handler, or in what Fastify does before it. */
export const httpProblemOf = (error: unknown): Problem => {
  const { code, statusCode } = (error ?? {}) as { readonly code?: unknown; readonly statusCode?: unknown }
  // The parser of JSON throws these, without a code, for members that would reach a prototype.
  if (error instanceof SyntaxError && statusCode === 400) return shellProblems.invalid_json
  if (typeof code !== 'string' || !code.startsWith('FST_')) return problemOf(error)
  const known = byFastifyCode[code]
  if (known !== undefined) return known
  // A fault of the request that Fastify found; any other error of Fastify's is a fault of ours.
  return Number(statusCode) >= 400 && Number(statusCode) < 500 ? shellProblems.bad_request : problemOf(error)
}

const bySocketCode: Readonly<Record<string, Problem>> = {
  HPE_HEADER_OVERFLOW: shellProblems.headers_too_large,
  ERR_HTTP_REQUEST_TIMEOUT: shellProblems.timeout,
}

/** What is told of bytes that are no request of HTTP. */
export const socketProblemOf = (code: string | undefined): Problem =>
  bySocketCode[code ?? ''] ?? shellProblems.bad_request
