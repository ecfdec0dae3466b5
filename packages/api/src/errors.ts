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
