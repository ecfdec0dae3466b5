import { generateKeyPairSync } from 'node:crypto'
import { createBearer } from '@mcp-sentinel/identity'
import { createLogger } from '@mcp-sentinel/service'
import { createApi } from '../api.ts'
import { createAuthenticate } from '../authenticate.ts'
import type { Entrance } from '../authentication/entrance.ts'
import { createOidc } from '../authentication/oidc.ts'
import { createPlatformTokens } from '../authentication/platform-tokens.ts'
import { createServiceKeys } from '../authentication/service-keys.ts'
import { newSigner } from '../authentication/signing-key.ts'
import type { Database } from '../database.ts'
import type { Platform } from '../platform.ts'
import { jwt } from './jwt.ts'
import { endpointAt, outsideContract } from './outside-contract.ts'
import { createWorld, type World } from './world.ts'

export const serviceKey = 'a-service-key-of-a-user'
export const adminServiceKey = 'a-service-key-of-an-admin'
export const issuer = 'https://issuer.example'

const provider = generateKeyPairSync('ed25519')
const audience = 'sentinel'

/** What an identity provider vouches for. */
export const idToken = (world: World, claims: object): string => {
  const iat = Math.floor(world.now() / 1000)
  return jwt(
    { alg: 'EdDSA' },
    { iss: issuer, aud: audience, iat, exp: iat + 300, ...claims },
    provider.privateKey,
  )
}

export interface Request {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  /** Of the other end of the connection. */
  readonly peer?: string
}

export interface Answer {
  readonly status: number
  readonly code: string | undefined
  readonly body: Record<string, never> & { readonly [name: string]: unknown }
  readonly headers: Readonly<Record<string, unknown>>
}

export interface EnteredOptions extends Omit<Entrance, 'serviceKeys' | 'platformTokens' | 'oidc'> {
  readonly adminUsers?: readonly string[]
  readonly platform?: Partial<Platform>
  readonly trustedProxies?: readonly string[]
}

/** The whole API as it recognises callers itself, over accounts of its own. */
export const createEntered = (database: Database, options: EnteredOptions = {}) => {
  const { adminUsers, platform, trustedProxies, publicOrigins, isSignupOpen } = options
  const world = createWorld(database)
  const signer = newSigner()
  const bearer = createBearer({ keys: () => provider.publicKey, audience, issuer, clock: world.now })
  const entrance: Entrance = {
    serviceKeys: createServiceKeys({ keys: [serviceKey, adminServiceKey], adminKeys: [adminServiceKey] }),
    platformTokens: createPlatformTokens({ signer, clock: world.now }),
    oidc: createOidc({ bearer, accounts: world, adminUsers }),
    publicOrigins,
    isSignupOpen,
  }
  const { app } = createApi({
    accounts: world,
    entrance,
    platform,
    trustedProxies,
    authenticate: createAuthenticate({ accounts: world, ...entrance }),
    logger: createLogger({ service: 'api-test', level: 'silent' }),
    version: '0.0.0',
    clock: world.now,
  })

  /** Fails on every answer that is not as the contract has it. */
  const ask = async (path: string, request: Request = {}): Promise<Answer> => {
    const { method = request.body === undefined ? 'GET' : 'POST', headers = {}, body, peer } = request
    const answer = await app.inject({
      method,
      url: `/api${path}`,
      headers: { host: 'api.test', ...headers },
      ...(body === undefined ? {} : { payload: body as object }),
      ...(peer === undefined ? {} : { remoteAddress: peer }),
    })
    const found = endpointAt(method, `/api${path.split('?')[0]}`)
    const fault = found && outsideContract(found.endpoint, { status: answer.statusCode, body: answer.body })
    if (fault !== undefined) throw new Error(`${found?.id}: ${fault}`)
    const told = answer.body === '' ? {} : answer.json()
    return { status: answer.statusCode, code: told.error, body: told, headers: answer.headers }
  }
  return { world, app, ask, signer, publicKeyOfProvider: provider.publicKey }
}

export type Entered = ReturnType<typeof createEntered>
