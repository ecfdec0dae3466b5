/** Why something about accounts could not be done. Public: codes are added, never changed. */
export const accountErrorCodes = [
  'password_too_short',
  'password_too_long',
  /** More passwords are being worked on than may be; `retryable`. */
  'overloaded',
  /** A newer release has changed the database. */
  'schema_newer',
  /** The database holds what no migration of ours made. */
  'migration_conflict',
  'email_invalid',
  'email_taken',
  /** The identity provider does not vouch for the address. */
  'email_unverified',
  /** The account or its password is wrong; which of them, nobody is told. */
  'credentials_invalid',
  /** `details.retryAfterS` says for how long. */
  'login_throttled',
  'user_not_found',
  /** Nobody could govern any more. */
  'last_admin',
  'team_slug_invalid',
  'team_slug_taken',
  'team_not_found',
  'membership_taken',
  'membership_not_found',
  'name_invalid',
  'key_scope_unknown',
  'key_expiry_invalid',
  'keys_too_many',
  'key_not_found',
  'key_unknown',
  'key_revoked',
  'key_expired',
  /** Unknown, revoked, or at its end. */
  'session_invalid',
  'refresh_invalid',
  /** It was used before: everything that came from the same login is revoked. */
  'refresh_replayed',
  /** It could not be reached, was lost on the way, or had no room; `retryable`. */
  'database_unavailable',
] as const

export type AccountErrorCode = (typeof accountErrorCodes)[number]

export interface AccountErrorOptions {
  readonly cause?: unknown
  /** Whether the same call may succeed later. */
  readonly retryable?: boolean
  readonly details?: Readonly<Record<string, string | number>>
}

export class AccountError extends Error {
  override readonly name = 'AccountError'
  readonly code: AccountErrorCode
  readonly retryable: boolean
  readonly details: Readonly<Record<string, string | number>>

  constructor(code: AccountErrorCode, message: string, options: AccountErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.retryable = options.retryable ?? false
    this.details = options.details ?? {}
  }
}
