import type { JWTVerifyGetKey } from 'jose'
import { readIssuerJson } from './issuer-json.ts'
import { createRemoteKeys } from './jwks.ts'
import { isHttpsOrLoopback } from './safe-url.ts'

export interface DiscoveredKeysOptions {
  /** As it stands in its tokens. */
  readonly issuer: string
  /** An issuer that could not be asked is left alone for this long; so are keys that were looked for in vain. */
  readonly cooldownMs?: number | undefined
  /** Where the keys are is asked again after this long. */
  readonly maxAgeMs?: number | undefined
  /** For all of its metadata, and for its keys. */
  readonly timeoutMs?: number | undefined
  /** Epoch milliseconds. */
  readonly clock: () => number
}

interface Found {
  readonly url: string
  readonly keys: JWTVerifyGetKey
  readonly askAgainAt: number
}

/** An issuer's keys, where its metadata says they are (RFC 8414, OpenID Connect Discovery). */
export const createDiscoveredKeys = (options: DiscoveredKeysOptions): JWTVerifyGetKey => {
  const { issuer, cooldownMs = 5000, maxAgeMs = 3_600_000, timeoutMs = 5000, clock } = options
  const places = metadataUrls(issuer)
  let found: Found | undefined
  let asking: Promise<Found> | undefined
  let failure: { readonly error: Error; readonly until: number } | undefined

  const ask = async (): Promise<Found> => {
    try {
      const url = await findKeys(places, issuer, timeoutMs)
      // The same place keeps the keys that came from there.
      const keys =
        found?.url === url
          ? found.keys
          : createRemoteKeys({ url: new URL(url), cooldownMs, timeoutMs, clock })
      found = { url, keys, askAgainAt: clock() + maxAgeMs }
    } catch (error) {
      failure = { error: error as Error, until: clock() + cooldownMs }
      if (found === undefined) throw error
      found = { ...found, askAgainAt: failure.until }
    } finally {
      asking = undefined
    }
    return found
  }

  return async (header, token) => {
    if (found === undefined) {
      if (failure !== undefined && clock() < failure.until) throw failure.error
      asking ??= ask()
      return (await asking).keys(header, token)
    }
    // Nobody waits for what is known already.
    if (clock() >= found.askAgainAt) asking ??= ask()
    return found.keys(header, token)
  }
}

/** In the order in which they are tried; the last two only where the issuer has a path. */
export const metadataUrls = (issuer: string): readonly string[] => {
  const url = URL.canParse(issuer) ? new URL(issuer) : undefined
  if (url === undefined || !isHttpsOrLoopback(url) || url.search !== '' || url.hash !== '')
    throw new TypeError('an issuer is an https URL without query, or one of loopback')
  const names = ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration']
  const path = url.pathname.replace(/\/+$/, '')
  const appended = names.map((name) => `${url.origin}${path}${name}`)
  return path === '' ? appended : [...appended, ...names.map((name) => `${url.origin}${name}${path}`)]
}

const findKeys = async (places: readonly string[], issuer: string, timeoutMs: number): Promise<string> => {
  const signal = AbortSignal.timeout(timeoutMs)
  const faults: string[] = []
  for (const place of places) {
    try {
      const answer = await fetch(place, {
        headers: { accept: 'application/json' },
        // Elsewhere is somebody else.
        redirect: 'manual',
        signal,
      })
      return keysUrlOf(await readIssuerJson(answer), issuer)
    } catch (error) {
      faults.push(`${place}: ${(error as Error).message}`)
    }
  }
  throw new Error(`the metadata of ${issuer} could not be had: ${faults.join('; ')}`)
}

/** Metadata that names another issuer is another's, whoever gave it out. */
const keysUrlOf = (metadata: unknown, issuer: string): string => {
  const { issuer: named, jwks_uri: url } = (metadata ?? {}) as Readonly<Record<string, unknown>>
  if (named !== issuer) throw new Error(`speaks for the issuer ${JSON.stringify(named)}`)
  if (typeof url !== 'string' || !URL.canParse(url) || !isHttpsOrLoopback(new URL(url)))
    throw new Error('names no keys at an https URL')
  return url
}
