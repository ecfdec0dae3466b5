/** Why somebody could not be signed in by the identity provider. Public: codes are added, never changed. */
export const signInErrorCodes = [
  /** They did not let the provider. */
  'access_denied',
  /** It did not want to, or takes this dashboard for nobody it knows. */
  'provider_refused',
  'provider_unavailable',
  /** The answer is from another one. */
  'provider_mismatch',
  /** Not begun in this browser, begun too long ago, or over already. */
  'sign_in_unknown',
  /** It is for somebody else, of another sign-in, over, or not signed by the provider. */
  'token_refused',
  'email_unverified',
  'too_many_requests',
  'api_unavailable',
] as const
export type SignInErrorCode = (typeof signInErrorCodes)[number]

/** The message is for the log, and has nothing that a browser or the provider brought. */
export class SignInError extends Error {
  override readonly name = 'SignInError'
  readonly code: SignInErrorCode

  constructor(code: SignInErrorCode, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options)
    this.code = code
  }
}
