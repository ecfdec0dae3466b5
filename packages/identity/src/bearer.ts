import { hash } from 'node:crypto'
import { type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose'
import { isTokenFault } from './jwks.ts'
import { type Authentication, type Principal, proven, rejected } from './principal.ts'

/** Characters of a token; a longer one is not looked at. */
export const tokenCharsMax = 16_384
/** No shared secrets and no `none`: only what a public key verifies. */
export const bearerAlgorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
] as const

export interface BearerOptions {
  readonly keys: JWTVerifyGetKey
  /**
   * Whom the token must be meant for, or whether one that it names is that. Never left out: a token for somebody else
   * is worth nothing here.
   */
  readonly audience: string | ((audience: string) => boolean)
  readonly issuer?: string | undefined
  /** Epoch milliseconds. */
  readonly clock: () => number
  readonly clockToleranceS?: number | undefined
  /** The kind that its header must name, where tokens of several kinds have the same key. */
  readonly typ?: string | undefined
  /** Seconds since it was made, which it then must say. */
  readonly ageMaxS?: number | undefined
  /** A verdict is given again for this long at most, and never beyond the token's own end. */
  readonly cacheMs?: number | undefined
  readonly cacheEntriesMax?: number | undefined
  /** What a verified token proves; undefined: not enough. */
  readonly principalOf?: ((claims: JWTPayload) => Principal | undefined) | undefined
}

export interface Bearer {
  /** At once where the verdict is remembered, or nobody need be asked for it. */
  readonly authenticate: (token: string | undefined) => Authentication | Promise<Authentication>
}

interface Entry {
  readonly until: number
  readonly authentication: Authentication
}

/** Verifies tokens once, and remembers the digest of those that hold. A refusal is never remembered. */
export const createBearer = (options: BearerOptions): Bearer => {
  const { clock, cacheMs = 60_000, cacheEntriesMax = 10_000 } = options
  const cache = new Map<string, Entry>()

  const verifyAndKeep = async (token: string, digest: string): Promise<Authentication> => {
    const verified = await verify(token, options)
    if ('rejection' in verified) return verified.rejection
    const { authentication, expiresAt } = verified
    for (const oldest of cache.keys()) {
      if (cache.size < cacheEntriesMax) break
      cache.delete(oldest)
    }
    cache.set(digest, { until: Math.min(expiresAt, clock() + cacheMs), authentication })
    return authentication
  }

  return {
    authenticate: (token) => {
      if (!token) return rejected('missing_credential', 'no bearer token was presented')
      if (token.length > tokenCharsMax)
        return rejected('invalid_credential', `the token is longer than ${tokenCharsMax} characters`)
      const digest = hash('sha256', token, 'base64url')
      const kept = cache.get(digest)
      if (kept !== undefined && clock() < kept.until) return kept.authentication
      cache.delete(digest)
      return verifyAndKeep(token, digest)
    },
  }
}

type Verified =
  | { readonly authentication: Authentication; readonly expiresAt: number }
  | { readonly rejection: Authentication }

const verify = async (token: string, options: BearerOptions): Promise<Verified> => {
  const { keys, audience, issuer, clock, clockToleranceS = 5, principalOf = subjectOf } = options
  const { typ, ageMaxS } = options
  try {
    const { payload } = await jwtVerify(token, keys, {
      algorithms: [...bearerAlgorithms],
      ...(typeof audience === 'string' ? { audience } : {}),
      ...(issuer === undefined ? {} : { issuer }),
      ...(typ === undefined ? {} : { typ }),
      ...(ageMaxS === undefined ? {} : { maxTokenAge: ageMaxS }),
      currentDate: new Date(clock()),
      clockTolerance: clockToleranceS,
      // A token that never ends could not be taken back.
      requiredClaims: ['exp'],
    })
    if (typeof audience !== 'string' && !audiencesOf(payload).some(audience))
      return { rejection: rejected('invalid_credential', 'the token is not meant for this audience') }
    const principal = principalOf(payload)
    if (principal === undefined)
      return { rejection: rejected('invalid_credential', 'the token does not say who it is for') }
    const expiresAt = endOf(payload, ageMaxS) * 1000
    return { authentication: proven(principal, expiresAt), expiresAt }
  } catch (error) {
    return { rejection: rejectionOf(error) }
  }
}

const audiencesOf = ({ aud }: JWTPayload): readonly string[] =>
  [aud].flat().filter((one) => typeof one === 'string')

/** In seconds. Both claims were found there, where they are needed. */
const endOf = ({ exp = 0, iat = 0 }: JWTPayload, ageMaxS: number | undefined): number =>
  ageMaxS === undefined ? exp : Math.min(exp, iat + ageMaxS)

const rejectionOf = (error: unknown): Authentication =>
  isTokenFault(error)
    ? rejected('invalid_credential', error instanceof Error ? error.message : 'the token does not hold')
    : rejected('provider_unavailable', 'the keys of the issuer could not be had')

const subjectOf = (claims: JWTPayload): Principal | undefined => {
  const { iss = '', sub } = claims
  return sub ? { kind: 'bearer', keyId: `${iss}#${sub}`, issuer: iss, subject: sub, claims } : undefined
}
