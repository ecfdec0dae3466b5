import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface IssuerKey {
  readonly kid: string
  readonly alg: 'RS256' | 'ES256' | 'EdDSA'
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}

/** An issuer of tokens on loopback. */
export interface OAuthIssuer {
  readonly issuer: string
  /** Those it publishes; may change. */
  keys: readonly IssuerKey[]
  /** Answers 503 to everything. */
  isAway: boolean
  /** Paths that were asked for. */
  readonly asked: readonly string[]
  readonly close: () => Promise<void>
}

export const issuerKey = (kid: string, alg: IssuerKey['alg'] = 'EdDSA'): IssuerKey => {
  const pair =
    alg === 'RS256'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : alg === 'ES256'
        ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
        : generateKeyPairSync('ed25519')
  return { kid, alg, ...pair }
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** What a token's signature is over. */
export const unsigned = (header: object, claims: object): string => `${encode(header)}.${encode(claims)}`

export const signedBy = (key: IssuerKey, claims: object, header: object = {}): string => {
  const text = unsigned({ alg: key.alg, kid: key.kid, ...header }, claims)
  const digest = key.alg === 'EdDSA' ? null : 'sha256'
  const signature = sign(digest, Buffer.from(text), { key: key.privateKey, dsaEncoding: 'ieee-p1363' })
  return `${text}.${signature.toString('base64url')}`
}

export const createOAuthIssuer = async (keys: readonly IssuerKey[], path = ''): Promise<OAuthIssuer> => {
  const asked: string[] = []
  const http = createServer((request, response) => {
    asked.push(request.url ?? '')
    const body = one.isAway ? undefined : pages()[request.url ?? '']
    if (body === undefined) response.writeHead(one.isAway ? 503 : 404).end()
    else response.setHeader('content-type', 'application/json').end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  const issuer = `${origin}${path}`
  const pages = (): Record<string, object> => ({
    [`${path}/.well-known/oauth-authorization-server`]: { issuer, jwks_uri: `${origin}/jwks` },
    '/jwks': {
      keys: one.keys.map(({ kid, alg, publicKey }) => ({ ...publicKey.export({ format: 'jwk' }), kid, alg })),
    },
  })
  const one: OAuthIssuer = {
    issuer,
    keys,
    isAway: false,
    asked,
    close: () => {
      http.closeAllConnections()
      return new Promise((resolve) => void http.close(() => resolve()))
    },
  }
  return one
}
