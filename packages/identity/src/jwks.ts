import { createRemoteJWKSet, customFetch, errors, type FetchImplementation, type JWTVerifyGetKey } from 'jose'
import { readIssuerJson } from './issuer-json.ts'

export interface RemoteKeysOptions {
  readonly url: URL
  /**
   * A key id that is not known is looked for again, at most this often: else junk would hammer the issuer. One that could not
   * be asked is left alone for as long.
   */
  readonly cooldownMs?: number | undefined
  /** Keys are fetched anew after this long, so that one that was withdrawn stops counting. */
  readonly maxAgeMs?: number | undefined
  readonly timeoutMs?: number | undefined
  /** Epoch milliseconds. */
  readonly clock?: (() => number) | undefined
}

/** An issuer's keys: fetched when first needed, by one request however many wait, and again when they rotate. */
export const createRemoteKeys = ({
  url,
  cooldownMs = 5_000,
  maxAgeMs = 600_000,
  timeoutMs = 5_000,
  clock = Date.now,
}: RemoteKeysOptions): JWTVerifyGetKey =>
  createRemoteJWKSet(url, {
    cooldownDuration: cooldownMs,
    cacheMaxAge: maxAgeMs,
    timeoutDuration: timeoutMs,
    [customFetch]: restingFetch(cooldownMs, clock),
  })

/** What failed, in whatever way, fails for a while without asking: each call would else be one more for an issuer in trouble. */
const restingFetch = (cooldownMs: number, clock: () => number): FetchImplementation => {
  let failure: { readonly error: unknown; readonly until: number } | undefined
  return async (url, options) => {
    if (failure !== undefined && clock() < failure.until) throw failure.error
    try {
      const keys = await readIssuerJson(await fetch(url, options))
      if (!Array.isArray((keys as { readonly keys?: unknown } | null)?.keys))
        throw new Error(`${url} holds no keys`)
      failure = undefined
      return Response.json(keys)
    } catch (error) {
      failure = { error, until: clock() + cooldownMs }
      throw error
    }
  }
}

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
