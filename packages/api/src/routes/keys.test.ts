import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { User } from '../accounts/users.ts'
import { adminServiceKey, createEntered, type Entered, serviceKey } from '../contract-tests/entered.ts'
import { openEmbeddedTestDatabase, type TestDatabase } from '../contract-tests/test-databases.ts'
import { actor } from '../contract-tests/world.ts'

let database: TestDatabase
let api: Entered
let user: User
let full: string
beforeAll(async () => {
  database = await openEmbeddedTestDatabase()
  await database.migrate()
}, 60_000)
afterAll(() => database.close())
beforeEach(async () => {
  await database.clear()
  api = createEntered(database)
  user = await api.world.person('a')
  full = (await api.world.keys.create(user.id, { name: 'full' }, actor)).secret
})

const ask = (path: string, body?: object, method?: 'DELETE' | 'POST', key = full) =>
  api.ask(path, {
    headers: { 'x-api-key': key },
    ...(body === undefined ? {} : { body }),
    ...(method === undefined ? {} : { method }),
  })

const kinds = [
  {
    path: '/user/api-keys',
    one: 'key',
    many: 'keys',
    scope: 'govern',
    names: { list: 'keys.list', create: 'keys.create', revoke: 'keys.revoke', older: 'keys.revokeByPost' },
    secretIn: 'api_key',
    status: 200,
  },
  {
    path: '/user/registry-credentials',
    one: 'credential',
    many: 'credentials',
    scope: 'pull',
    names: {
      list: 'keys.listCredentials',
      create: 'keys.createCredential',
      revoke: 'keys.revokeCredential',
      older: 'keys.revokeCredentialByPost',
    },
    secretIn: 'password',
    status: 201,
  },
] as const

interface Told {
  readonly id: string
}

describe.each(kinds)('$path', ({ path, one, many, scope, names, secretIn, status }) => {
  const create = async (body: object = { name: 'ci' }) => {
    const answer = await ask(path, body)
    return { ...answer, made: answer.body[one] as unknown as Told, secret: String(answer.body[secretIn]) }
  }

  describe(names.create, () => {
    test('tells the secret once', async () => {
      const expires = '2026-12-31T00:00:00+01:00'
      const made = await create({ name: 'ci', scopes: [scope], expires_at: expires })
      expect(made.status).toBe(status)
      expect(made.made).toEqual({
        id: expect.any(String),
        name: 'ci',
        prefix: made.secret.slice(0, 8),
        scopes: [scope],
        created_at: '2026-06-01T08:00:00.000Z',
        expires_at: '2026-12-30T23:00:00.000Z',
        revoked: false,
      })
      const listed = await ask(path)
      expect(listed.body[many]).toContainEqual(made.made)
      expect(JSON.stringify(listed.body)).not.toContain(made.secret.slice(9))
    })

    test.each<[string, object, string]>([
      ['no name', {}, '/name'],
      ['a name of spaces', { name: '  ' }, '/name'],
      ['a scope that there is not', { name: 'x', scopes: ['everything'] }, '/scopes/0'],
      ['an end in the past', { name: 'x', expires_at: '2026-05-01T00:00:00Z' }, '/expires_at'],
      ['an end that is no time', { name: 'x', expires_at: 'soon' }, '/expires_at'],
      ['a member that is not known', { name: 'x', user: 'another' }, '/user'],
    ])('refuses %s', async (_, body, pointer) => {
      expect(await ask(path, body)).toMatchObject({
        status: 400,
        body: { error: 'invalid_request_body', details: { issues: [{ pointer }] } },
      })
    })

    test('makes none that outlives the key that asks', async () => {
      const end = new Date(api.world.now() + 60_000)
      const ending = await api.world.keys.create(user.id, { name: 'e', expiresAt: end.getTime() }, actor)
      const made = (body: object) => ask(path, { name: 'x', ...body }, 'POST', ending.secret)
      expect((await made({})).body[one]).toMatchObject({ expires_at: end.toISOString() })
      const later = new Date(end.getTime() + 1).toISOString()
      expect(await made({ expires_at: later })).toMatchObject({
        status: 400,
        body: { details: { issues: [{ pointer: '/expires_at' }] } },
      })
      const session = await api.ask('/auth/session', { body: { api_key: ending.secret } })
      const cookie = String(session.headers['set-cookie']).split(';')[0] ?? ''
      const bySession = await api.ask(path, {
        headers: { cookie, origin: 'http://api.test' },
        body: { name: 'x' },
      })
      expect(bySession.body[one]).toMatchObject({ expires_at: end.toISOString() })
    })

    test('is for a person who is not narrowed', async () => {
      const narrow = await api.world.keys.create(user.id, { name: 'n', scopes: ['read', 'registry'] }, actor)
      expect(await ask(path, { name: 'x' }, 'POST', narrow.secret)).toMatchObject({ code: 'scope_missing' })
      for (const key of [serviceKey, adminServiceKey])
        expect(await ask(path, { name: 'x' }, 'POST', key)).toMatchObject({ status: 403, code: 'forbidden' })
      expect((await api.ask(path, { body: { name: 'x' } })).status).toBe(401)
    })
  })

  describe(names.list, () => {
    test('holds what is the caller’s, the newest first', async () => {
      const first = await create()
      api.world.wait(1000)
      const second = await create()
      const other = await api.world.person('b', 'admin')
      const others = (await api.world.keys.create(other.id, { name: 'x' }, actor)).secret
      const listed = (await ask(path)).body[many] as unknown as readonly Told[]
      expect(listed[0]?.id).toBe(second.made.id)
      expect(listed.map(({ id }) => id)).toContain(first.made.id)
      const seen = JSON.stringify((await ask(path, undefined, undefined, others)).body)
      expect(seen).not.toContain(first.made.id)
    })

    test('knows no parameter', async () => {
      expect(await ask(`${path}?user=b`)).toMatchObject({ status: 400, code: 'invalid_query_param' })
    })
  })

  describe.each([
    [names.revoke, 'DELETE', ''],
    [names.older, 'POST', '/revoke'],
  ] as const)('%s', (_, method, tail) => {
    test('revokes, and again does nothing', async () => {
      const { made } = await create()
      for (const wait of [1000, 0]) {
        api.world.wait(wait)
        expect(await ask(`${path}/${made.id}${tail}`, undefined, method)).toMatchObject({
          status: 200,
          body: { [one]: { id: made.id, revoked: true, revoked_at: '2026-06-01T08:00:01.000Z' } },
        })
      }
    })

    test('finds nobody else’s, and nothing that is not there', async () => {
      const { made } = await create()
      const other = await api.world.person('b', 'admin')
      const others = (await api.world.keys.create(other.id, { name: 'x' }, actor)).secret
      for (const [id, key] of [
        [made.id, others],
        ['nothing', full],
      ] as const)
        expect(await ask(`${path}/${id}${tail}`, undefined, method, key)).toMatchObject({
          status: 404,
          code: 'not_found',
        })
      expect(await ask(`${path}/%00${tail}`, undefined, method, full)).toMatchObject({
        status: 400,
        code: 'invalid_path_param',
      })
      expect((await ask(path)).body[many]).toContainEqual(made)
    })
  })
})

test('keys.create: a key that was revoked is out at once', async () => {
  const made = await ask('/user/api-keys', { name: 'ci' })
  const { id } = made.body['key'] as unknown as Told
  const key = String(made.body['one_time_key'])
  expect((await ask('/auth/me', undefined, undefined, key)).status).toBe(200)
  await ask(`/user/api-keys/${id}`, undefined, 'DELETE')
  expect((await ask('/auth/me', undefined, undefined, key)).status).toBe(401)
})

test('keys.createCredential: the name to log in with is that of the first team', async () => {
  expect((await ask('/user/registry-credentials', { name: 'ci' })).body['username']).toBe(user.id)
  await api.world.teams.create({ slug: 'red', name: 'Red' }, actor)
  await api.world.teams.addMember('red', user.id, 'member', actor)
  expect((await ask('/user/registry-credentials', { name: 'ci' })).body['username']).toBe('mcp-team-red')
})
