import { SignInError } from './sign-in-error.ts'

interface Expected {
  readonly issuer: string
  readonly clientId: string
  readonly nonce: string
}

/** Longer than the API takes one. */
const tokenCharsMax = 8 * 1024

/**
 * Whether a token is for us, and of this sign-in (OpenID Connect Core, 3.1.3.7). Its signature, its time and the e-mail
 * address in it are for the API, which the same token is then given to: it lets nobody in by less.
 */
export const refuseForeignToken = (token: string, { issuer, clientId, nonce }: Expected): void => {
  const refused = (why: string) => new SignInError('token_refused', `the ID token ${why}`)
  if (token.length > tokenCharsMax) throw refused(`is longer than ${tokenCharsMax} characters`)
  const claims = claimsOf(token)
  if (claims === undefined) throw refused('cannot be read')
  const { iss, aud, azp, nonce: named } = claims
  const audience = [aud].flat()
  if (iss !== issuer) throw new SignInError('provider_mismatch', 'the ID token is from another issuer')
  if (!audience.includes(clientId)) throw refused('is for another audience')
  if ((audience.length > 1 || azp !== undefined) && azp !== clientId)
    throw refused('was given to another client')
  if (named !== nonce) throw refused('is of another sign-in')
}

const claimsOf = (token: string): Readonly<Record<string, unknown>> | undefined => {
  const [, claims = '', ...rest] = token.split('.')
  if (rest.length !== 1) return undefined
  try {
    const read: unknown = JSON.parse(Buffer.from(claims, 'base64url').toString())
    return typeof read === 'object' && read !== null ? (read as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
