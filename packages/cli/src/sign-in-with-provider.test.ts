import { generateKeyPairSync, sign } from 'node:crypto'
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
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'

/** An identity provider, the API and the dashboard, each as it runs elsewhere; only who goes from one to the next is no browser. */
const parts = new AsyncDisposableStack()
afterAll(() => parts.disposeAsync())

const clientId = 'dashboard'
const logger = createLogger({ service: 'test', level: 'silent' })
const keys = generateKeyPairSync('ed25519')
const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
type Forge = (claims: object) => string
const signedBy =
  (key: typeof keys.privateKey, header: object = { alg: 'EdDSA', kid: 'one' }): Forge =>
  (claims) => {
    const text = `${part(header)}.${part(claims)}`
    return `${text}.${sign(null, Buffer.from(text), key).toString('base64url')}`
  }

const honest: { token: Forge; claims: object } = { token: signedBy(keys.privateKey), claims: {} }
let provider = { ...honest }
beforeEach(() => {
  provider = { ...honest }
})

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
    return { id_token: provider.token({ ...proven, ...person, ...provider.claims }) }
  },
}

let dashboard: Awaited<ReturnType<typeof createDashboard>>['app']
beforeAll(async () => {
  const server = createServer((request, response) => {
    const answer = answers[request.url ?? '']?.()
    response.writeHead(answer ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  parts.defer(async () => void server.close())
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

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
  const apiUpstream = await api.app.listen({ host: '127.0.0.1', port: 0 })
  const made = await createDashboard({
    apiUpstream,
    logger,
    oidc: {
      issuer,
      clientId,
      clientSecret: 'a secret of this test',
      redirectUrl: 'https://dashboard.example.org/auth/oidc/callback',
    },
  })
  parts.defer(made.close)
  dashboard = made.app
}, 60_000)

const headers = { host: 'dashboard.example.org', 'x-forwarded-proto': 'https' }
const cookiesOf = (answer: { readonly headers: { readonly 'set-cookie'?: string[] | string | undefined } }) =>
  [answer.headers['set-cookie'] ?? []].flat()

/** To the provider and back. */
const signIn = async () => {
  const begun = await dashboard.inject({ url: '/auth/oidc/start?to=/access', headers })
  const asked = new URL(String(begun.headers.location)).searchParams
  nonce = asked.get('nonce')
  const cookie = cookiesOf(begun).map((one) => one.split(';', 1)[0])
  const query = new URLSearchParams({ code: 'any', state: asked.get('state') ?? '' })
  const back = await dashboard.inject({
    url: `/auth/oidc/callback?${query}`,
    headers: { ...headers, cookie: cookie.join('; ') },
  })
  const session = cookiesOf(back).find((one) => one.startsWith('__Host-mcp_session='))
  return { to: String(back.headers.location), session }
}
const whoHas = async (session: string | undefined) =>
  (
    await dashboard.inject({
      url: '/api/auth/me',
      headers: { ...headers, cookie: session?.split(';', 1)[0] },
    })
  ).json()

test('whom the provider vouches for has a session, and the page they wanted', async () => {
  const { to, session } = await signIn()
  expect(to).toBe('/access')
  expect(session).toMatch(/; HttpOnly; SameSite=Strict; .*Secure/)
  expect(await whoHas(session)).toMatchObject({
    principal: { email: 'ada@example.org', role: 'user', auth_type: 'session' },
  })
  // The second time they are the same.
  const again = await whoHas((await signIn()).session)
  expect(again.principal.subject).toBe((await whoHas(session)).principal.subject)
})

test('whom the API has as an administrator of the provider is one', async () => {
  provider.claims = { sub: 'grace', email: 'grace@example.org' }
  expect((await whoHas((await signIn()).session)).principal.role).toBe('admin')
})

const another = generateKeyPairSync('ed25519').privateKey
const past = Math.floor(Date.now() / 1000) - 600
test.each<[string, Partial<typeof honest>, string]>([
  [
    'is not signed at all',
    { token: (claims) => `${part({ alg: 'none' })}.${part(claims)}.` },
    'token_refused',
  ],
  ['says that it is not signed', { token: signedBy(keys.privateKey, { alg: 'none' }) }, 'token_refused'],
  ['is signed by somebody else', { token: signedBy(another) }, 'token_refused'],
  [
    'was changed after it was signed',
    { token: (claims) => honest.token(claims).replace(/.$/, (last) => (last === 'A' ? 'Q' : 'A')) },
    'token_refused',
  ],
  ['is over', { claims: { iat: past - 300, exp: past } }, 'token_refused'],
  ['never ends', { claims: { exp: undefined } }, 'token_refused'],
  ['is not yet', { claims: { nbf: past + 1200 } }, 'token_refused'],
  ['is for another audience', { claims: { aud: 'somebody else' } }, 'token_refused'],
  ['is of another issuer', { claims: { iss: 'https://evil.example' } }, 'provider_mismatch'],
  ['is of another sign-in', { claims: { nonce: 'of another sign-in' } }, 'token_refused'],
  ['names nobody', { claims: { sub: undefined } }, 'token_refused'],
  [
    'has an e-mail address that nobody verified',
    { claims: { sub: 'eve', email_verified: false } },
    'email_unverified',
  ],
  [
    'does not say whether it was verified',
    { claims: { sub: 'eve', email_verified: undefined } },
    'email_unverified',
  ],
])('a token that %s lets nobody in', async (_, forged, code) => {
  provider = { ...honest, ...forged }
  expect(await signIn()).toEqual({ to: `/sign-in?error=${code}&to=%2Faccess`, session: undefined })
})
