import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { loginFailuresFree, signupsFree } from '../accounts/login-throttle.ts'
import { createEntered, type Entered, idToken, serviceKey } from '../contract-tests/entered.ts'
import { openEmbeddedTestDatabase, type TestDatabase } from '../contract-tests/test-databases.ts'
import { actor, password } from '../contract-tests/world.ts'

let database: TestDatabase
let api: Entered
beforeAll(async () => {
  database = await openEmbeddedTestDatabase()
  await database.migrate()
}, 60_000)
afterAll(() => database.close())
beforeEach(async () => {
  await database.clear()
  api = createEntered(database, { adminUsers: ['Root@example.org', 'sub-of-root'] })
})

const email = 'a@example.org'
const bearer = (token: unknown) => ({ headers: { authorization: `Bearer ${token}` } })
const login = async (body: object = { email, password }) => (await api.ask('/auth/login', { body })).body
const me = (token: unknown) => api.ask('/auth/me', bearer(token))

describe('auth.signup', () => {
  test('makes an account and logs in to it', async () => {
    const { status, body } = await api.ask('/auth/signup', { body: { email: ' A@Example.org', password } })
    expect(status).toBe(201)
    expect(body).toEqual({
      access_token: expect.any(String),
      token_type: 'bearer',
      expires_in: 900,
      refresh_token: expect.stringMatching(/^[\w-]{43}$/),
      user: { id: expect.any(String), email, role: 'user' },
    })
    expect((await me(body['access_token'])).body).toMatchObject({
      principal: { role: 'user', email, auth_type: 'platform' },
    })
    expect(await api.world.audited()).toMatchObject([{ action: 'signup' }])
  })

  test.each<[string, object, object]>([
    ['no address', { email: 'nobody', password }, { details: { issues: [{ pointer: '/email' }] } }],
    [
      'a password that is too short',
      { email, password: 'short' },
      { details: { issues: [{ pointer: '/password' }] } },
    ],
    [
      'a member that is not known',
      { email, password, admin: true },
      { details: { issues: [{ pointer: '/admin' }] } },
    ],
    [
      'a role that there is not',
      { email, password, role: 'owner' },
      { details: { issues: [{ pointer: '/role' }] } },
    ],
    ['nothing', {}, { error: 'invalid_request_body' }],
  ])('refuses %s, and says where', async (_, body, told) => {
    const answer = await api.ask('/auth/signup', { body })
    expect([answer.status, answer.body]).toMatchObject([400, told])
  })

  test('makes admins for admins alone', async () => {
    const ask = (headers: Record<string, string>) =>
      api.ask('/auth/signup', { headers, body: { email, password, role: 'admin' } })
    expect(await ask({})).toMatchObject({ status: 401, code: 'unauthorized' })
    const user = await api.world.person('user')
    const narrow = await api.world.keys.create(user.id, { name: 'k' }, actor)
    expect(await ask({ 'x-api-key': narrow.secret })).toMatchObject({ status: 403, code: 'forbidden' })
    expect(await ask({ 'x-api-key': 'a-service-key-of-an-admin' })).toMatchObject({
      status: 201,
      body: { user: { role: 'admin' } },
    })
  })

  test('tells that an address is taken, and not for long to who asks for many', async () => {
    await api.world.person('a')
    const ask = () => api.ask('/auth/signup', { body: { email, password } })
    expect(await ask()).toMatchObject({ status: 409, code: 'email_taken' })
    for (let more = 1; more <= signupsFree; more++) await ask()
    expect(await ask()).toMatchObject({
      status: 429,
      code: 'too_many_requests',
      headers: { 'retry-after': '15' },
    })
  })

  test('may be closed', async () => {
    api = createEntered(database, { isSignupOpen: false })
    expect(await api.ask('/auth/signup', { body: { email, password } })).toMatchObject({
      status: 403,
      code: 'signup_closed',
    })
  })

  test('takes a body of 4 KiB and no more', async () => {
    const answer = await api.ask('/auth/signup', { body: { email, password: 'x'.repeat(5000) } })
    expect(answer).toMatchObject({ status: 413, code: 'too_large' })
  })
})

describe('auth.login', () => {
  test('takes a password for tokens, with the namespace of the first team', async () => {
    const user = await api.world.person('a')
    await api.world.teams.create({ slug: 'red', name: 'Red' }, actor)
    await api.world.teams.addMember('red', user.id, 'owner', actor)
    const { access_token: token, user: told } = await login()
    expect(told).toEqual({ ...user, namespace: 'mcp-team-red' })
    expect((await me(token)).body).toMatchObject({
      sharedCatalogNamespace: 'mcp-servers',
      principal: {
        subject: user.id,
        namespace: 'mcp-team-red',
        allowedNamespaces: ['mcp-team-red', 'mcp-servers'],
        teams: [{ slug: 'red', role: 'owner' }],
      },
    })
  })

  test('answers alike whether there is an account, a password, or none', async () => {
    await api.world.person('a')
    await api.world.logins.byProvider(
      { issuer: 'i', subject: 's', email: 'o@example.org', emailVerified: true },
      actor,
    )
    const answers = []
    for (const name of ['a', 'nobody', 'o', "' OR true --"]) {
      const answer = await api.ask('/auth/login', {
        body: { email: `${name}@example.org`, password: 'wrong' },
      })
      const { request_id: _, ...body } = answer.body
      const { 'x-request-id': __, date: ___, ...headers } = answer.headers
      answers.push({ status: answer.status, body, headers })
    }
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
    expect(answers[0]).toMatchObject({ status: 401, body: { error: 'credentials_invalid' } })
  })

  test('locks an account that is guessed at, whatever the guesser says where they are', async () => {
    await api.world.person('a')
    const guess = (at: number, given: string) =>
      api.ask('/auth/login', {
        body: { email, password: given },
        headers: { 'x-forwarded-for': `192.0.2.${at}` },
        peer: '198.51.100.1',
      })
    for (let at = 0; at <= loginFailuresFree.account; at++)
      expect(await guess(at, 'wrong')).toMatchObject({ status: 401 })
    expect(await guess(99, password)).toMatchObject({
      status: 429,
      code: 'too_many_requests',
      headers: { 'retry-after': '15' },
    })
  })

  test('counts addresses as the trusted proxies tell them', async () => {
    api = createEntered(database, { trustedProxies: ['10.0.0.0/8'] })
    const guess = (at: number, forwarded: string, peer: string) =>
      api.ask('/auth/login', {
        body: { email: `${at}@example.org`, password: 'wrong' },
        headers: { 'x-forwarded-for': forwarded },
        peer,
      })
    for (let at = 0; at <= loginFailuresFree.address; at++)
      expect(await guess(at, `203.0.113.${at}, 198.51.100.1`, '10.0.0.1')).toMatchObject({ status: 401 })
    expect(await guess(98, '198.51.100.1', '10.0.0.1')).toMatchObject({ status: 429 })
    expect(await guess(99, '198.51.100.2', '10.0.0.1')).toMatchObject({ status: 401 })
  })
})

describe('auth.oidc', () => {
  const ask = (claims: object) => api.ask('/auth/oidc', { body: { id_token: idToken(api.world, claims) } })

  test('makes the account of who has a verified address, and knows them again by their subject', async () => {
    const first = await ask({ sub: 's', email, email_verified: true })
    expect(first).toMatchObject({ status: 200, body: { user: { email, role: 'user' } } })
    const again = await ask({ sub: 's', email: 'other@example.org', email_verified: false })
    expect(again.body['user']).toEqual(first.body['user'])
    expect((await api.world.audited()).map(({ action }) => action)).toEqual(['oidc_signup', 'oidc_login'])
  })

  test.each([undefined, false, 'false', 1])(
    'an address whose verification is %j opens no account',
    async (verified) => {
      const victim = await api.world.person('a')
      expect(await ask({ sub: 's', email, email_verified: verified })).toMatchObject({
        status: 403,
        code: 'email_unverified',
      })
      await expect(api.world.users.get(victim.id)).resolves.toEqual(victim)
    },
  )

  test('makes those admins who are named, by subject or by an address that is verified', async () => {
    expect((await ask({ sub: 'sub-of-root', email, email_verified: true })).body).toMatchObject({
      user: { role: 'admin' },
    })
    expect((await ask({ sub: 'x', email: 'root@example.org', email_verified: true })).body).toMatchObject({
      user: { role: 'admin' },
    })
    await ask({ sub: 'linked', email: 'b@example.org', email_verified: true })
    expect(
      (await ask({ sub: 'linked', email: 'root@example.org', email_verified: false })).body,
    ).toMatchObject({
      user: { role: 'user' },
    })
  })

  test.each<[string, object]>([
    ['of another issuer', { iss: 'https://other.example' }],
    ['for another audience', { aud: 'another' }],
    ['at its end', { exp: 1 }],
    ['of nobody', { sub: undefined }],
    ['of what no text may hold', { sub: 'a\0' }],
  ])('a token %s opens nothing', async (_, claims) => {
    expect(await ask({ sub: 's', email, email_verified: true, ...claims })).toMatchObject({
      status: 401,
      code: 'unauthorized',
    })
  })
})

describe('auth.refresh', () => {
  const refresh = (token: unknown) => api.ask('/auth/refresh', { body: { refresh_token: token } })

  test('gives the next tokens; one that comes twice ends the login at once', async () => {
    await api.world.person('a')
    const first = await login()
    const second = await refresh(first['refresh_token'])
    expect(second).toMatchObject({ status: 200, body: { token_type: 'bearer', user: { email } } })
    expect((await me(second.body['access_token'])).status).toBe(200)
    expect(await refresh(first['refresh_token'])).toMatchObject({ status: 401, code: 'refresh_replayed' })
    expect(await refresh(second.body['refresh_token'])).toMatchObject({
      status: 401,
      code: 'refresh_invalid',
    })
    for (const token of [first['access_token'], second.body['access_token']])
      expect((await me(token)).status).toBe(401)
  })

  test.each(['guess', 'x'.repeat(128)])('%j is none', async (token) => {
    expect(await refresh(token)).toMatchObject({ status: 401, code: 'refresh_invalid' })
  })

  test('what no database keeps is no text', async () => {
    expect(await refresh('\0')).toMatchObject({ status: 400, code: 'invalid_request_body' })
  })
})

describe('auth.me', () => {
  test('nobody is told nothing', async () => {
    expect(await api.ask('/auth/me')).toMatchObject({ status: 401, code: 'unauthorized' })
  })

  test('a token ends after a quarter of an hour, and a login with whose it is', async () => {
    const user = await api.world.person('a')
    const { access_token: token } = await login()
    api.world.wait(899_000)
    expect((await me(token)).status).toBe(200)
    api.world.wait(1000)
    expect((await me(token)).status).toBe(401)
    const { access_token: another } = await login()
    await api.world.users.remove(user.id, actor)
    expect((await me(another)).status).toBe(401)
  })

  test('a role that changes counts at once', async () => {
    const user = await api.world.person('a')
    const { access_token: token } = await login()
    await api.world.users.setRole(user.id, 'admin', actor)
    expect((await me(token)).body).toMatchObject({ principal: { role: 'admin' } })
  })
})

describe('auth.startSession', () => {
  const start = (body: object, headers = {}) => api.ask('/auth/session', { body, headers })
  const cookieOf = (answer: { headers: Readonly<Record<string, unknown>> }) =>
    String(answer.headers['set-cookie'])

  test.each<[string, Record<string, string>, RegExp]>([
    [
      'by https',
      { 'x-forwarded-proto': 'https' },
      /^__Host-mcp_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=28800; Secure$/,
    ],
    [
      'on this machine',
      { host: 'localhost:18080' },
      /^mcp_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=28800$/,
    ],
    ['on this machine, by https', { host: '[::1]', 'x-forwarded-proto': 'https' }, /^__Host-/],
    ['by http to elsewhere', {}, /^__Host-.*; Secure$/],
  ])('gives a cookie %s', async (_, headers, expected) => {
    await api.world.person('a')
    const answer = await start({ email, password }, headers)
    expect(answer).toMatchObject({
      status: 201,
      body: { authenticated: true, principal: { email, auth_type: 'session' } },
    })
    expect(cookieOf(answer)).toMatch(expected)
    const cookie = cookieOf(answer).split(';')[0] ?? ''
    expect(await api.ask('/auth/me', { headers: { ...headers, cookie: `a=b; ${cookie}` } })).toMatchObject({
      status: 200,
      body: { principal: { auth_type: 'session' } },
    })
  })

  test('takes a token of the provider, and keys; what a key is narrowed to, its session is', async () => {
    const token = idToken(api.world, { sub: 's', email, email_verified: true })
    expect(await start({ id_token: token })).toMatchObject({ status: 201, body: { principal: { email } } })
    const user = await api.world.person('b')
    const { key, secret } = await api.world.keys.create(user.id, { name: 'k', scopes: ['read'] }, actor)
    const byKey = await start({ api_key: secret })
    expect(byKey).toMatchObject({
      status: 201,
      body: { principal: { email: 'b@example.org', scopes: ['read'] } },
    })
    const headers = { cookie: cookieOf(byKey).split(';')[0] ?? '', origin: 'http://api.test' }
    expect(await api.ask('/user/api-keys', { headers, body: { name: 'wider' } })).toMatchObject({
      status: 403,
      code: 'scope_missing',
    })
    await api.world.keys.revoke(user.id, key.id, actor)
    expect((await api.ask('/auth/me', { headers })).status).toBe(401)
    const service = await start({ api_key: serviceKey })
    expect(service).toMatchObject({
      status: 201,
      body: { principal: { role: 'user', auth_type: 'session' } },
    })
    const cookie = cookieOf(service).split(';')[0] ?? ''
    expect((await api.ask('/auth/me', { headers: { cookie } })).status).toBe(200)
  })

  test.each<[string, object, number]>([
    ['a password that is wrong', { email, password: 'wrong' }, 401],
    ['a key that is not known', { api_key: 'guessed-by-somebody' }, 401],
    ['a user key that is not known', { api_key: `mcpu_${'a'.repeat(43)}` }, 401],
    ['a token that is none', { id_token: 'a.b.c' }, 401],
    ['two at once', { email, password, api_key: serviceKey }, 400],
    ['nothing', {}, 400],
  ])('refuses %s, and gives no cookie', async (_, body, status) => {
    await api.world.person('a')
    const answer = await start(body)
    expect([answer.status, answer.headers['set-cookie']]).toEqual([status, undefined])
  })

  test('is not begun from the page of another site', async () => {
    await api.world.person('a')
    const body = { email, password }
    expect(await start(body, { origin: 'http://evil.example' })).toMatchObject({
      status: 403,
      code: 'cross_origin',
    })
    expect((await start(body, { origin: 'http://api.test' })).status).toBe(201)
  })
})

describe('auth.logout', () => {
  test('ends the session of a browser and takes its cookie, also one that has ended', async () => {
    const user = await api.world.person('a')
    const { token } = await api.world.sessions.start({ user }, actor)
    const headers = { cookie: `__Host-mcp_session=${token}`, origin: 'http://api.test' }
    for (const _ of [1, 2]) {
      const answer = await api.ask('/auth/logout', { method: 'POST', headers })
      expect([answer.status, answer.headers['set-cookie']]).toEqual([
        204,
        expect.stringContaining('Max-Age=0'),
      ])
      expect((await api.ask('/auth/me', { headers })).status).toBe(401)
    }
  })

  test('ends the login that a token came from, by the one or the other token', async () => {
    await api.world.person('a')
    const [one, two] = [await login(), await login()]
    await api.ask('/auth/logout', { method: 'POST', ...bearer(one['access_token']) })
    await api.ask('/auth/logout', { body: { refresh_token: two['refresh_token'] } })
    for (const tokens of [one, two]) {
      expect((await me(tokens['access_token'])).status).toBe(401)
      expect(
        (await api.ask('/auth/refresh', { body: { refresh_token: tokens['refresh_token'] } })).status,
      ).toBe(401)
    }
  })

  test('ends all that a person has, and of nobody nothing', async () => {
    const user = await api.world.person('a')
    const [{ access_token: token }, other] = [await login(), await login()]
    const session = await api.world.sessions.start({ user }, actor)
    expect((await api.ask('/auth/logout', { body: { everywhere: true } })).status).toBe(401)
    expect((await api.ask('/auth/logout', { body: { everywhere: true }, ...bearer(token) })).status).toBe(204)
    expect((await me(other['access_token'])).status).toBe(401)
    await expect(api.world.sessions.verify(session.token)).rejects.toMatchObject({ code: 'session_invalid' })
  })
})

describe('auth.changePassword', () => {
  test('needs the old one, ends what it opened, and leaves the browser logged in', async () => {
    const user = await api.world.person('a')
    const { access_token: token } = await login()
    const { token: session } = await api.world.sessions.start({ user }, actor)
    const headers = { cookie: `__Host-mcp_session=${session}`, origin: 'http://api.test' }
    const change = (current: string) =>
      api.ask('/auth/password', {
        headers,
        body: { current_password: current, password: 'another password' },
      })
    expect(await change('wrong')).toMatchObject({ status: 401, code: 'credentials_invalid' })
    const changed = await change(password)
    expect(changed.status).toBe(204)
    expect((await me(token)).status).toBe(401)
    expect((await api.ask('/auth/me', { headers })).status).toBe(401)
    const cookie = String(changed.headers['set-cookie']).split(';')[0] ?? ''
    expect((await api.ask('/auth/me', { headers: { cookie } })).status).toBe(200)
    expect((await login({ email, password: 'another password' }))['token_type']).toBe('bearer')
  })

  test('is not for keys that are narrowed, nor for those of nobody', async () => {
    const user = await api.world.person('a')
    const { secret } = await api.world.keys.create(user.id, { name: 'k', scopes: ['govern'] }, actor)
    const change = (key: string) =>
      api.ask('/auth/password', {
        headers: { 'x-api-key': key },
        body: { current_password: password, password: 'another password' },
      })
    expect(await change(secret)).toMatchObject({ code: 'scope_missing' })
    expect(await change(serviceKey)).toMatchObject({ code: 'forbidden' })
  })
})
