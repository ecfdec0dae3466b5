import type { KeyObject } from 'node:crypto'
import { errors, type JWTPayload, type JWTVerifyGetKey, SignJWT } from 'jose'
import { type Bearer, createBearer } from './bearer.ts'
import type { Principal, ServerBinding } from './principal.ts'

export interface Signer {
  readonly kid: string
  readonly privateKey: KeyObject
  readonly issuer: string
}

export interface ServerTokenOptions {
  readonly signer: Signer
  readonly audience: string
  readonly binding: ServerBinding
  readonly ttlS: number
  /** Epoch milliseconds. */
  readonly now: number
}

/** A statement that its bearer speaks for one server: what the operator hands to that server's gateway. */
export const mintServerToken = ({
  signer,
  audience,
  binding,
  ttlS,
  now,
}: ServerTokenOptions): Promise<string> =>
  new SignJWT({ namespace: binding.namespace, server: binding.server })
    .setProtectedHeader({ alg: 'EdDSA', kid: signer.kid })
    .setIssuer(signer.issuer)
    .setAudience(audience)
    .setSubject(`${binding.namespace}/${binding.server}`)
    .setIssuedAt(Math.floor(now / 1000))
    .setExpirationTime(Math.floor(now / 1000) + ttlS)
    .sign(signer.privateKey)

export interface ServerTokensOptions {
  /** By `kid`; more than one while keys rotate. */
  readonly publicKeys: ReadonlyMap<string, KeyObject>
  readonly issuer: string
  readonly audience: string
  readonly clock: () => number
}

/** Verifies server tokens by keys that are at hand. */
export const createServerTokens = ({ publicKeys, ...rest }: ServerTokensOptions): Bearer =>
  createBearer({ ...rest, keys: keysById(publicKeys), principalOf: serverOf })

export const keysById = (publicKeys: ReadonlyMap<string, KeyObject>): JWTVerifyGetKey => {
  return ({ kid }) => {
    const key = publicKeys.get(kid ?? '')
    if (key === undefined) throw new errors.JWKSNoMatchingKey()
    return key
  }
}

const serverOf = ({ namespace, server, iss }: JWTPayload): Principal | undefined => {
  const isName = (value: unknown): value is string =>
    typeof value === 'string' && /^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$/.test(value)
  if (!isName(namespace) || !isName(server)) return undefined
  return { kind: 'server', keyId: `${iss}#${namespace}/${server}`, binding: { namespace, server } }
}
