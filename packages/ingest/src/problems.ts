import { EventError, type EventErrorCode } from '@mcp-sentinel/events'
import { challengeOf } from '@mcp-sentinel/identity'
import { type Problem, ProblemError } from '@mcp-sentinel/service'
import type { EventRejection } from './accept.ts'

const challenge = { 'www-authenticate': challengeOf({ realm: 'mcp-sentinel ingest' }) }
const invalidToken = {
  'www-authenticate': challengeOf({ realm: 'mcp-sentinel ingest', error: 'invalid_token' }),
}

/** What `POST /events` answers beside what every service does. Public: codes are added, never changed. */
export const ingestProblems = {
  invalid_json: { status: 400, code: 'invalid_json', message: 'the body is not JSON, or not all of it' },
  invalid_utf8: { status: 400, code: 'invalid_utf8', message: 'the event is not UTF-8' },
  missing_fields: {
    status: 400,
    code: 'missing_fields',
    message: 'something that every event has is not there',
  },
  invalid_fields: { status: 400, code: 'invalid_fields', message: 'something is not what it should be' },
  unauthorized: {
    status: 401,
    code: 'unauthorized',
    message: 'an API key or a bearer token is needed',
    headers: challenge,
  },
  source_not_allowed: {
    status: 403,
    code: 'source_not_allowed',
    message: 'the event is not of the server that this token speaks for',
  },
  too_large: { status: 413, code: 'too_large', message: 'the event or the batch is larger than is taken' },
  overloaded: {
    status: 503,
    code: 'overloaded',
    message: 'as much as can be is under way already',
    retryAfterS: 1,
  },
  provider_unavailable: {
    status: 503,
    code: 'provider_unavailable',
    message: 'the keys of the issuer of this token could not be had',
    retryAfterS: 5,
  },
  log_full: {
    status: 503,
    code: 'log_full',
    message: 'the log has no room until its readers go on',
    retryAfterS: 5,
  },
  log_unavailable: {
    status: 503,
    code: 'log_unavailable',
    message: 'the log did not take it, or not all of it: send it again',
    retryAfterS: 2,
  },
} as const satisfies Record<string, Problem>

export const unauthorized = (isInvalid: boolean): ProblemError =>
  new ProblemError(
    isInvalid
      ? { ...ingestProblems.unauthorized, message: 'the credential does not hold', headers: invalidToken }
      : ingestProblems.unauthorized,
  )

/** Of a single event: what is wrong, and where. */
export const rejectedEvent = ({ code, pointer, message }: EventRejection): ProblemError =>
  new ProblemError({
    ...ingestProblems[code],
    message: pointer === '' ? message : `${pointer} ${message}`,
    details: { pointer },
  })

const byLogCode: Partial<Record<EventErrorCode, Problem>> = {
  overloaded: ingestProblems.overloaded,
  log_full: ingestProblems.log_full,
  too_large: ingestProblems.too_large,
}

/** Whatever kept the log from taking it: the sender still has it, and sends it again. */
export const appendFailed = (cause: unknown): ProblemError => {
  const problem = cause instanceof EventError ? byLogCode[cause.code] : undefined
  return new ProblemError(problem ?? ingestProblems.log_unavailable, { cause })
}
