import { createRemoteJWKSet, errors, type JWTVerifyGetKey } from 'jose'

export interface RemoteKeysOptions {
  readonly url: URL
  /** A key id that is not known is looked for again, at most this often: else junk would hammer the issuer. */
  readonly cooldownMs?: number | undefined
  /** Keys are fetched anew after this long, so that one that was withdrawn stops counting. */
  readonly maxAgeMs?: number | undefined
  readonly timeoutMs?: number | undefined
}

/** An issuer's keys: fetched when first needed, by one request however many wait, and again when they rotate. */
export const createRemoteKeys = ({
  url,
  cooldownMs = 5_000,
  maxAgeMs = 600_000,
  timeoutMs = 5_000,
}: RemoteKeysOptions): JWTVerifyGetKey =>
  createRemoteJWKSet(url, { cooldownDuration: cooldownMs, cacheMaxAge: maxAgeMs, timeoutDuration: timeoutMs })

/** Faults of a token are the caller's; whatever else goes wrong while a key is looked for is the issuer's. */
export const isTokenFault = (error: unknown): boolean =>
  error instanceof errors.JWTInvalid ||
  error instanceof errors.JWSInvalid ||
  error instanceof errors.JWTExpired ||
  error instanceof errors.JWTClaimValidationFailed ||
  error instanceof errors.JWSSignatureVerificationFailed ||
  error instanceof errors.JOSEAlgNotAllowed ||
  error instanceof errors.JOSENotSupported ||
  error instanceof errors.JWKSNoMatchingKey ||
  error instanceof errors.JWKSMultipleMatchingKeys
