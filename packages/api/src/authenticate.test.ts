import { createPublicKey } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { User } from './accounts/users.ts'
import { createAuthenticate } from './authenticate.ts'
import { createOidc } from './authentication/oidc.ts'
import { createServiceKeys } from './authentication/service-keys.ts'
import type { Caller, Presented } from './caller.ts'
import {
  adminServiceKey,
  createEntered,
  type Entered,
  idToken,
  issuer,
  serviceKey,
} from './contract-tests/entered.ts'
import { jwt } from './contract-tests/jwt.ts'
import { openEmbeddedTestDatabase, type TestDatabase } from './contract-tests/test-databases.ts'
import { actor, password } from './contract-tests/world.ts'

let database: TestDatabase
let api: Entered
let user: User
beforeAll(async () => {
  database = await openEmbeddedTestDatabase()
  await database.migrate()
}, 60_000)
afterAll(() => database.close())
beforeEach(async () => {
  await database.clear()
  api = createEntered(database)
  user = await api.world.person('a')
})

const me = (headers: Record<string, string>) => api.ask('/auth/me', { headers })
const keyOf = async (more = {}) =>
  (await api.world.keys.create(user.id, { name: 'k', ...more }, actor)).secret

describe('API keys', () => {
  test('of services are users, or admins where they are listed as such', async () => {
    expect(await me({ 'x-api-key': serviceKey })).toMatchObject({ body: { principal: { role: 'user' } } })
    expect(await me({ 'x-api-key': adminServiceKey })).toMatchObject({
      body: { principal: { role: 'admin' } },
    })
  })

  test.each([
    `${serviceKey}x`,
    serviceKey.slice(0, -1),
    serviceKey.toUpperCase(),
    'x'.repeat(5000),
    `mcpu_${'a'.repeat(43)}`,
    `mcpr_${'a'.repeat(43)}`,
  ])('that are guessed open nothing: %s', async (guess) => {
    expect(await me({ 'x-api-key': guess })).toMatchObject({
      status: 401,
      headers: { 'www-authenticate': 'Bearer realm="mcp-sentinel"' },
    })
  })

  test('of people are them, and of those who were removed nobody', async () => {
    const key = await keyOf()
    expect(await me({ 'x-api-key': key })).toMatchObject({
      body: { principal: { subject: user.id, auth_type: 'user_api_key', scopes: [] } },
    })
    await api.world.users.remove(user.id, actor)
    expect((await me({ 'x-api-key': key })).status).toBe(401)
  })

  test('tell their holder, and nobody else, why they do not hold', async () => {
    const ended = await keyOf({ expiresAt: api.world.now() + 1 })
    api.world.wait(1)
    expect((await me({ 'x-api-key': ended })).body['message']).toBe('the key has expired')
    expect((await me({ 'x-api-key': `${ended.slice(0, -1)}~` })).body['message']).toBe(
      'the API key is not known',
    )
  })

  test('that nobody knows leave the word to the bearer token beside them, and those that end do not', async () => {
    const authorization = `Bearer ${idToken(api.world, { sub: 's', email: 's@example.org', email_verified: true })}`
    expect(await me({ 'x-api-key': 'added-by-a-proxy', authorization })).toMatchObject({
      body: { principal: { auth_type: 'oidc' } },
    })
    const ended = await keyOf({ expiresAt: api.world.now() + 1 })
    api.world.wait(1)
    expect((await me({ 'x-api-key': ended, authorization })).status).toBe(401)
  })

  test('are no passwords of Basic, but for the registry', async () => {
    const authorization = `Basic ${Buffer.from(`a:${serviceKey}`).toString('base64')}`
    expect((await me({ authorization })).status).toBe(401)
  })
})

describe('platform tokens', () => {
  const claims = (more = {}) => {
    const iat = Math.floor(api.world.now() / 1000)
    return { iss: 'mcp-sentinel', aud: 'platform', sub: user.id, iat, exp: iat + 900, ...more }
  }
  const familyOf = async () => (await api.world.refreshTokens.issue(user, actor)).family
  const good = { alg: 'EdDSA', typ: 'mcp-platform+jwt' }

  test('that we sign hold', async () => {
    const token = jwt(good, claims({ sid: await familyOf() }), api.signer.privateKey)
    expect(await me({ authorization: `Bearer ${token}` })).toMatchObject({ status: 200 })
  })

  test('signed by nobody, by what everybody knows, or by somebody else do not', async () => {
    const sid = await familyOf()
    const publicKey = createPublicKey(api.signer.privateKey)
    const pem = publicKey.export({ format: 'pem', type: 'spki' }).toString()
    const raw = String(publicKey.export({ format: 'jwk' }).x)
    const other = createEntered(database).signer.privateKey
    const token = jwt(good, claims({ sid }), api.signer.privateKey)
    const [head, body, signature = ''] = token.split('.')
    const bent = Buffer.from(JSON.stringify(claims({ sid, sub: 'another' }))).toString('base64url')
    const forged = [
      jwt({ ...good, alg: 'none' }, claims({ sid }), undefined),
      jwt({ ...good, alg: 'None' }, claims({ sid }), undefined),
      jwt(good, claims({ sid }), undefined),
      jwt({ ...good, alg: 'HS256' }, claims({ sid }), pem),
      jwt({ ...good, alg: 'HS256' }, claims({ sid }), raw),
      jwt({ ...good, alg: 'HS256' }, claims({ sid }), ''),
      jwt(good, claims({ sid }), other),
      `${head}.${bent}.${signature}`,
      `${head}.${body}`,
      `${head}.${body}.${signature.slice(0, -4)}AAAA`,
    ]
    for (const one of forged) expect((await me({ authorization: `Bearer ${one}` })).status).toBe(401)
  })

  test.each<[string, object, object]>([
    ['for another audience', {}, { aud: 'mcp-sentinel-ingest' }],
    ['of another issuer', {}, { iss: 'mcp-runtime' }],
    ['of another kind', { typ: 'mcp-adapter+jwt' }, {}],
    ['of no kind', { typ: undefined }, {}],
    ['that never ends', {}, { exp: undefined }],
    ['that ends in a year', {}, { iat: 1, exp: 4_000_000_000 }],
    ['that begins later', {}, { nbf: 4_000_000_000 }],
    ['of no login', {}, { sid: undefined }],
    ['of a login that is none', {}, { sid: "' OR true --" }],
  ])('%s do not hold', async (_, header, more) => {
    const token = jwt(
      { ...good, ...header },
      claims({ sid: await familyOf(), ...more }),
      api.signer.privateKey,
    )
    expect((await me({ authorization: `Bearer ${token}` })).status).toBe(401)
  })

  test.each([
    '',
    'Bearer',
    'Bearer ',
    'Bearer a b',
    'Bearer a.b.c',
    'Token x',
    `Bearer ${'a'.repeat(14_000)}`,
  ])('are not found in %j', async (authorization) => {
    expect((await me({ authorization })).status).toBe(401)
  })
})

describe('tokens of the identity provider', () => {
  const withToken = (claims: object) => me({ authorization: `Bearer ${idToken(api.world, claims)}` })

  test('make an account the first time, and are told to the audit log that once', async () => {
    const claims = { sub: 's', email: 's@example.org', email_verified: true }
    for (const _ of [1, 2, 3])
      expect(await withToken(claims)).toMatchObject({
        status: 200,
        body: { principal: { email: 's@example.org' } },
      })
    expect((await api.world.audited()).map(({ action }) => action)).toEqual(['oidc_signup'])
  })

  test('whose address is not verified are nobody’s', async () => {
    const unverified = [{ email: user.email }, {}, { email: 'nobody', email_verified: true }]
    for (const claims of unverified)
      expect(await withToken({ sub: 's', ...claims })).toMatchObject({ status: 401, code: 'unauthorized' })
    const claims = { sub: 's', email: user.email, email_verified: true }
    expect((await withToken(claims)).status).toBe(200)
    await api.world.users.remove(user.id, actor)
    expect((await withToken(claims)).status).toBe(401)
  })

  test('with the key that verifies them for a secret do not hold', async () => {
    const iat = Math.floor(api.world.now() / 1000)
    const claims = {
      iss: issuer,
      aud: 'sentinel',
      sub: 's',
      email: 's@example.org',
      email_verified: true,
      iat,
      exp: iat + 60,
    }
    const pem = api.publicKeyOfProvider.export({ format: 'pem', type: 'spki' }).toString()
    for (const token of [jwt({ alg: 'HS256' }, claims, pem), jwt({ alg: 'none' }, claims, undefined)])
      expect((await me({ authorization: `Bearer ${token}` })).status).toBe(401)
  })

  test('whose issuer does not answer say so, and are worth another try', async () => {
    const bearer = {
      authenticate: () => ({ ok: false, code: 'provider_unavailable', message: 'no keys' }) as const,
    }
    const authenticate = createAuthenticate({
      accounts: api.world,
      oidc: createOidc({ bearer, accounts: api.world }),
    })
    await expect(authenticate(presenting({ authorization: 'Bearer a.b.c' }))).rejects.toMatchObject({
      problem: { status: 503, code: 'identity_provider_unavailable', retryAfterS: 5 },
    })
  })
})

const presenting = (more: Partial<Presented>): Presented => ({
  apiKey: undefined,
  authorization: undefined,
  cookie: undefined,
  takesBasic: false,
  method: 'GET',
  origin: undefined,
  fetchSite: undefined,
  host: 'api.test',
  actor,
  ...more,
})

describe('the session of a browser', () => {
  const cookieOf = async () => `__Host-mcp_session=${(await api.world.sessions.start({ user }, actor)).token}`
  const write = (headers: Record<string, string>, peer?: string) =>
    api.ask('/user/api-keys', { headers, body: { name: 'k' }, ...(peer === undefined ? {} : { peer }) })

  test.each<[string, Record<string, string>, number]>([
    ['of our own page', { origin: 'https://api.test' }, 200],
    ['of our own page, as the browser says', { 'sec-fetch-site': 'same-origin' }, 200],
    ['of another site', { origin: 'https://evil.example' }, 403],
    ['of another port', { origin: 'https://api.test:8443' }, 403],
    ['of a page that begins alike', { origin: 'https://api.test.evil.example' }, 403],
    ['of no page', { origin: 'null' }, 403],
    ['of what says nothing', {}, 403],
    ['of a neighbour', { 'sec-fetch-site': 'same-site' }, 403],
    [
      'of another site that says that it is forwarded',
      { origin: 'https://evil.example', 'x-forwarded-host': 'evil.example' },
      403,
    ],
  ])('changes something for a request %s', async (_, headers, status) => {
    const answer = await write({ cookie: await cookieOf(), ...headers })
    expect(answer.status).toBe(status)
    if (status === 403) expect(answer.code).toBe('cross_origin')
  })

  test('knows the page by what a trusted proxy says, and those that are named', async () => {
    api = createEntered(database, { trustedProxies: ['10.0.0.1'], publicOrigins: ['https://other.example'] })
    const cookie = await cookieOf()
    const forwarded = { cookie, origin: 'https://dash.example', 'x-forwarded-host': 'dash.example' }
    expect((await write(forwarded, '10.0.0.1')).status).toBe(200)
    expect((await write(forwarded, '10.0.0.2')).status).toBe(403)
    expect((await write({ cookie, origin: 'https://other.example' })).status).toBe(200)
    expect((await write({ cookie, origin: 'http://other.example' })).status).toBe(403)
  })

  test('reads for whoever has the cookie, and has the plain name on this machine alone', async () => {
    const cookie = await cookieOf()
    expect((await me({ cookie })).status).toBe(200)
    const plain = cookie.replace('__Host-', '')
    expect((await me({ cookie: plain, host: '127.0.0.1:18080' })).status).toBe(200)
    expect((await me({ cookie: plain })).status).toBe(401)
    expect((await me({ cookie: plain, host: 'localhost.evil.example' })).status).toBe(401)
  })

  test('that has ended is nobody’s: it keeps nobody from logging in anew', async () => {
    const cookie = await cookieOf()
    await api.world.sessions.endAll(user.id, actor)
    expect((await me({ cookie })).status).toBe(401)
    const answer = await api.ask('/auth/login', {
      headers: { cookie },
      body: { email: user.email, password },
    })
    expect(answer.status).toBe(200)
  })

  test('gives way to what is presented beside it', async () => {
    const headers = { cookie: await cookieOf(), 'x-api-key': serviceKey }
    expect(await me(headers)).toMatchObject({ body: { principal: { auth_type: 'service_api_key' } } })
    expect((await me({ ...headers, 'x-api-key': 'guessed-by-somebody' })).status).toBe(401)
  })
})

test('without accounts, service keys open what they open', async () => {
  const serviceKeys = createServiceKeys({ keys: [serviceKey], adminKeys: [], everyKeyIsAdmin: true })
  const authenticate = createAuthenticate({ serviceKeys })
  const as = (more: Partial<Presented>): Promise<Caller> => authenticate(presenting(more))
  expect(await as({ apiKey: serviceKey })).toMatchObject({ role: 'admin' })
  expect(await as({})).toMatchObject({ role: 'anonymous' })
  expect(await as({ cookie: '__Host-mcp_session=x' })).toMatchObject({ role: 'anonymous' })
  for (const more of [{ apiKey: `mcpu_${'a'.repeat(43)}` }, { authorization: 'Bearer a.b.c' }])
    await expect(as(more)).rejects.toMatchObject({ problem: { status: 401 } })
})
