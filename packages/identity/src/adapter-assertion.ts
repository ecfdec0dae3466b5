import type { KeyObject } from 'node:crypto'
import { type JWTPayload, SignJWT } from 'jose'
import { keysById, type Signer } from './assertion.ts'
import { type Bearer, createBearer } from './bearer.ts'
import { type AssertedCaller, callerMembers, type Principal } from './principal.ts'

/** Tells these statements from all others that the same key may sign. */
const typ = 'mcp-adapter+jwt'

export interface AdapterAssertionOptions {
  readonly signer: Signer
  /** The server that the call is for. */
  readonly audience: string
  readonly caller: AssertedCaller
  readonly ttlS: number
  /** Epoch milliseconds. */
  readonly now: number
}

/** What an adapter says of who uses it, for one server and a short while. */
export const mintAdapterAssertion = (options: AdapterAssertionOptions): Promise<string> => {
  const { signer, audience, caller, ttlS, now } = options
  return new SignJWT({ ...caller })
    .setProtectedHeader({ alg: 'EdDSA', kid: signer.kid, typ })
    .setIssuer(signer.issuer)
    .setAudience(audience)
    .setIssuedAt(Math.floor(now / 1000))
    .setExpirationTime(Math.floor(now / 1000) + ttlS)
    .sign(signer.privateKey)
}

export interface AdapterAssertionsOptions {
  /** By `kid`; more than one while keys rotate. */
  readonly publicKeys: ReadonlyMap<string, KeyObject>
  readonly issuer: string
  readonly audience: string
  /** From its making on, whatever end it gives itself. */
  readonly ageMaxS?: number | undefined
  readonly clock: () => number
}

/** Verifies what adapters say, by keys that are at hand. */
export const createAdapterAssertions = (options: AdapterAssertionsOptions): Bearer => {
  const { publicKeys, ageMaxS = 300, ...rest } = options
  return createBearer({ ...rest, ageMaxS, typ, keys: keysById(publicKeys), principalOf: callerOf })
}

const callerOf = (claims: JWTPayload): Principal | undefined => {
  const given = callerMembers.filter((name) => claims[name] !== undefined)
  if (given.length === 0 || given.some((name) => typeof claims[name] !== 'string' || claims[name] === ''))
    return undefined
  const caller: AssertedCaller = Object.fromEntries(given.map((name) => [name, claims[name]]))
  return { kind: 'adapter', keyId: `${claims.iss}`, caller }
}
