import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { User } from '../accounts/users.ts'
import { adminServiceKey, createEntered, type Entered, serviceKey } from '../contract-tests/entered.ts'
import { openEmbeddedTestDatabase, type TestDatabase } from '../contract-tests/test-databases.ts'
import { actor, password } from '../contract-tests/world.ts'

let database: TestDatabase
let api: Entered
let root: User
beforeAll(async () => {
  database = await openEmbeddedTestDatabase()
  await database.migrate()
}, 60_000)
afterAll(() => database.close())
beforeEach(async () => {
  await database.clear()
  api = createEntered(database)
  root = await api.world.person('root', 'admin')
})

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE'
const ask = (method: Method, path: string, body?: object, key = adminServiceKey) =>
  api.ask(path, { method, headers: { 'x-api-key': key }, ...(body === undefined ? {} : { body }) })

const everyEndpoint: readonly [string, Method, string, object | undefined][] = [
  ['users.create', 'POST', '/users', { email: 'b@example.org', password }],
  ['users.list', 'GET', '/users', undefined],
  ['users.change', 'PATCH', '/users/id', { role: 'admin' }],
  ['users.remove', 'DELETE', '/users/id', undefined],
]

test.each(everyEndpoint)(
  '%s is for admins, and not for keys that are narrowed',
  async (name, method, path, body) => {
    const user = await api.world.person('a')
    const at = path.replace('/id', `/${user.id}`)
    const keyOf = async (id: string, scopes: readonly ('read' | 'govern')[] = []) =>
      (await api.world.keys.create(id, { name: 'k', scopes }, actor)).secret
    expect((await api.ask(at, { method, ...(body === undefined ? {} : { body }) })).status).toBe(401)
    for (const key of [serviceKey, await keyOf(user.id)])
      expect(await ask(method, at, body, key)).toMatchObject({ status: 403, code: 'forbidden' })
    const narrow = await ask(method, at, body, await keyOf(root.id, ['read', 'govern']))
    expect(narrow.code).toBe(name === 'users.list' ? undefined : 'scope_missing')
    expect(await api.world.users.get(user.id)).toEqual(user)
  },
)

describe('users.create', () => {
  test('makes one who logs in', async () => {
    const body = { email: 'B@example.org', password, role: 'admin' }
    expect(await ask('POST', '/users', body)).toMatchObject({
      status: 201,
      body: { user: { email: 'b@example.org', role: 'admin' } },
    })
    expect((await api.ask('/auth/login', { body: { email: 'b@example.org', password } })).status).toBe(200)
    expect(await ask('POST', '/users', body)).toMatchObject({ status: 409, code: 'email_taken' })
  })
})

describe('users.list', () => {
  test('goes on where the page before ended', async () => {
    for (const name of ['a', 'b', 'c']) await api.world.person(name)
    const emails: string[] = []
    let next: unknown = ''
    for (let pages = 0; next !== undefined && pages < 9; pages++) {
      const { body } = await ask('GET', `/users?limit=2${next === '' ? '' : `&after=${next}`}`)
      const users = body['users'] as unknown as readonly User[]
      emails.push(...users.map(({ email }) => email))
      next = body['next']
    }
    expect(emails).toEqual(['a', 'b', 'c', 'root'].map((name) => `${name}@example.org`))
  })

  test.each(['limit=0', 'limit=201', 'limit=x', 'role=admin', 'after=%00', `after=${'x'.repeat(255)}`])(
    'refuses %s',
    async (query) => {
      expect(await ask('GET', `/users?${query}`)).toMatchObject({ status: 400, code: 'invalid_query_param' })
    },
  )
})

describe('users.change', () => {
  test('gives another role, and another password, which ends what the old one opened', async () => {
    const user = await api.world.person('a')
    const { token } = await api.world.sessions.start({ user }, actor)
    expect(
      await ask('PATCH', `/users/${user.id}`, { role: 'admin', password: 'another password' }),
    ).toMatchObject({
      status: 200,
      body: { user: { ...user, role: 'admin' } },
    })
    await expect(api.world.sessions.verify(token)).rejects.toMatchObject({ code: 'session_invalid' })
    expect((await api.world.audited()).map(({ action }) => action)).toEqual(['password_set', 'user_role'])
  })

  test.each<[string, object]>([
    ['nothing', {}],
    ['a password that is too short', { password: 'short' }],
    ['an address', { email: 'x@example.org' }],
  ])('refuses %s', async (_, body) => {
    const user = await api.world.person('a')
    expect(await ask('PATCH', `/users/${user.id}`, body)).toMatchObject({
      status: 400,
      code: 'invalid_request_body',
    })
  })

  test('leaves an admin', async () => {
    expect(await ask('PATCH', `/users/${root.id}`, { role: 'user' })).toMatchObject({
      status: 409,
      code: 'last_admin',
    })
  })
})

describe('users.remove', () => {
  test('takes all that a user has along, and leaves an admin', async () => {
    const user = await api.world.person('a')
    const { secret } = await api.world.keys.create(user.id, { name: 'k' }, actor)
    expect((await ask('DELETE', `/users/${user.id}`)).status).toBe(204)
    expect((await ask('GET', '/auth/me', undefined, secret)).status).toBe(401)
    expect(await ask('DELETE', `/users/${root.id}`)).toMatchObject({ status: 409, code: 'last_admin' })
  })

  test.each(['nobody', '00000000-0000-4000-8000-000000000000', "' OR true --"])('finds no %j', async (id) => {
    expect(await ask('DELETE', `/users/${encodeURIComponent(id)}`)).toMatchObject({
      status: 404,
      code: 'not_found',
    })
  })
})
