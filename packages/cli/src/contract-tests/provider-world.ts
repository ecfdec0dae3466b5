import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  createAccounts,
  createApi,
  createAuthenticate,
  createOidc,
  createPasswords,
  createPlatformTokens,
  newSigner,
  openDatabase,
  randomIds,
} from '@mcp-sentinel/api'
import { createDashboard } from '@mcp-sentinel/dashboard'
import { createBearer, createDiscoveredKeys } from '@mcp-sentinel/identity'
import { createLogger } from '@mcp-sentinel/service'

const clientId = 'dashboard'
const logger = createLogger({ service: 'test', level: 'silent' })

export const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
type Forge = (claims: object) => string
export const signedBy =
  (key: KeyObject, header: object = { alg: 'EdDSA', kid: 'one' }): Forge =>
  (claims) => {
    const text = `${part(header)}.${part(claims)}`
    return `${text}.${sign(null, Buffer.from(text), key).toString('base64url')}`
  }

/** An identity provider in which Ada is signed in. What it says can be changed. */
const startProvider = async (host: string) => {
  const keys = generateKeyPairSync('ed25519')
  const says: { token: Forge; claims: object } = { token: signedBy(keys.privateKey), claims: {} }
  let issuer = ''
  let nonce: string | null = ''
  const answers: Readonly<Record<string, () => object>> = {
    '/.well-known/openid-configuration': () => ({
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/keys`,
    }),
    '/keys': () => ({ keys: [{ ...keys.publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'EdDSA' }] }),
    '/token': () => {
      const iat = Math.floor(Date.now() / 1000)
      const proven = { iss: issuer, aud: clientId, sub: 'ada', iat, exp: iat + 300, nonce }
      const person = { email: 'ada@example.org', email_verified: true }
      return { id_token: says.token({ ...proven, ...person, ...says.claims }) }
    },
  }
  const server = createServer((request, response) => {
    const { pathname, searchParams: asked } = new URL(request.url ?? '', 'http://provider')
    if (pathname === '/authorize') {
      nonce = asked.get('nonce')
      const query = new URLSearchParams({ code: 'any', state: asked.get('state') ?? '' })
      response.writeHead(302, { location: `${asked.get('redirect_uri')}?${query}` }).end()
      return
    }
    const answer = answers[pathname]?.()
    response.writeHead(answer ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
  })
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  issuer = `http://${host}:${(server.address() as AddressInfo).port}`
  return {
    issuer,
    says,
    honest: { ...says },
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

export interface ProviderWorldOptions {
  /** Where the provider is. */
  readonly host?: string
  readonly redirectUrl: string
}

/** An identity provider, the API and the dashboard, each as it runs elsewhere. */
export const startProviderWorld = async ({ host = '127.0.0.1', redirectUrl }: ProviderWorldOptions) => {
  await using parts = new AsyncDisposableStack()
  const provider = await startProvider(host)
  parts.defer(async () => provider.close())
  const { issuer } = provider

  const clock = Date.now
  const dataDirectory = await mkdtemp(join(tmpdir(), 'sign-in-'))
  parts.defer(() => rm(dataDirectory, { recursive: true, force: true, maxRetries: 5 }))
  const database = await openDatabase({ dataDirectory })
  parts.defer(database.close)
  await database.migrate()
  const accounts = createAccounts({
    db: database.db,
    clock,
    ids: randomIds,
    passwords: await createPasswords(),
  })
  const bearer = createBearer({
    keys: createDiscoveredKeys({ issuer, clock }),
    audience: clientId,
    issuer,
    clock,
  })
  const entrance = {
    platformTokens: createPlatformTokens({ signer: newSigner(), clock }),
    oidc: createOidc({ bearer, accounts, adminUsers: ['grace@example.org'] }),
  }
  const api = createApi({
    accounts,
    entrance,
    authenticate: createAuthenticate({ accounts, ...entrance }),
    trustedProxies: ['127.0.0.1/32'],
    logger,
    version: '0.0.0',
  })
  parts.defer(api.close)
  const dashboard = await createDashboard({
    apiUpstream: await api.app.listen({ host: '127.0.0.1', port: 0 }),
    logger,
    oidc: { issuer, clientId, clientSecret: 'a secret of this test', redirectUrl, name: 'Example' },
  })
  parts.defer(dashboard.close)
  const kept = parts.move()
  return { provider, dashboard: dashboard.app, close: () => kept.disposeAsync() }
}
