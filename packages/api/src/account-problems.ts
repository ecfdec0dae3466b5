import type { ApiCode } from '@mcp-sentinel/contract'
import type { ProblemError } from '@mcp-sentinel/service'
import { AccountError, type AccountErrorCode } from './errors.ts'
import { faulty, problem, unauthorized } from './problems.ts'

type Told =
  | { readonly code: ApiCode; readonly retryAfterS?: number }
  /** What is wrong with the member of a body. */
  | { readonly pointer: string }
  /** A credential that does not hold. */
  | { readonly credential: true }
  /** A fault of ours: only the log has it. */
  | { readonly internal: true }

/** What a client is told, by what went wrong. */
const told: Readonly<Record<AccountErrorCode, Told>> = {
  password_too_short: { pointer: '/password' },
  password_too_long: { pointer: '/password' },
  overloaded: { code: 'overloaded', retryAfterS: 1 },
  schema_newer: { internal: true },
  migration_conflict: { internal: true },
  email_invalid: { pointer: '/email' },
  email_taken: { code: 'email_taken' },
  email_unverified: { code: 'email_unverified' },
  credentials_invalid: { code: 'credentials_invalid' },
  login_throttled: { code: 'too_many_requests' },
  user_not_found: { code: 'not_found' },
  last_admin: { code: 'last_admin' },
  team_slug_invalid: { pointer: '/slug' },
  team_slug_taken: { code: 'conflict' },
  team_not_found: { code: 'not_found' },
  membership_taken: { code: 'conflict' },
  membership_not_found: { code: 'not_found' },
  name_invalid: { pointer: '/name' },
  key_scope_unknown: { pointer: '/scopes' },
  key_expiry_invalid: { pointer: '/expires_at' },
  keys_too_many: { code: 'keys_too_many' },
  key_not_found: { code: 'not_found' },
  key_unknown: { credential: true },
  key_revoked: { credential: true },
  key_expired: { credential: true },
  session_invalid: { credential: true },
  refresh_invalid: { code: 'refresh_invalid' },
  refresh_replayed: { code: 'refresh_replayed' },
  database_unavailable: { code: 'platform_unavailable', retryAfterS: 2 },
}

/** What the client is told of a refusal of the accounts; undefined for an error of another kind. */
export const accountProblemOf = (error: unknown): ProblemError | undefined => {
  if (!(error instanceof AccountError)) return undefined
  const { message } = error
  const how = told[error.code]
  if ('internal' in how) return undefined
  if ('credential' in how) return unauthorized(message)
  if ('pointer' in how) return faulty('invalid_request_body', [{ pointer: how.pointer, message }])
  const retryAfterS = how.retryAfterS ?? Number(error.details['retryAfterS'] ?? Number.NaN)
  return problem(how.code, message, {
    cause: error,
    ...(Number.isNaN(retryAfterS) ? {} : { retryAfterS }),
  })
}
