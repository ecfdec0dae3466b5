import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { User } from '../accounts/users.ts'
import { adminServiceKey, createEntered, type Entered, serviceKey } from '../contract-tests/entered.ts'
import { openEmbeddedTestDatabase, type TestDatabase } from '../contract-tests/test-databases.ts'
import { actor, password } from '../contract-tests/world.ts'

let database: TestDatabase
let api: Entered
let member: User
beforeAll(async () => {
  database = await openEmbeddedTestDatabase()
  await database.migrate()
}, 60_000)
afterAll(() => database.close())
beforeEach(async () => {
  await database.clear()
  api = createEntered(database)
  member = await api.world.person('member')
  for (const slug of ['red', 'blue', 'mcp-team-blue'])
    await api.world.teams.create({ slug, name: slug }, actor)
  await api.world.teams.addMember('red', member.id, 'member', actor)
})

const basic = (secret: string, name = 'anybody') => ({
  authorization: `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}`,
})
const keyOf = async (user: User, ...scopes: ('read' | 'govern' | 'publish' | 'registry')[]) =>
  (await api.world.keys.create(user.id, { name: 'k', scopes }, actor)).secret
const credentialOf = async (user: User, ...scopes: ('pull' | 'push')[]) =>
  (await api.world.registryCredentials.create(user.id, { name: 'c', scopes }, actor)).secret
const ask = (
  headers: Record<string, string>,
  uri: string,
  forwarded = 'GET',
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' = 'GET',
) =>
  api.ask('/registry/authz', {
    method,
    headers: { 'x-forwarded-uri': uri, 'x-forwarded-method': forwarded, ...headers },
  })
const statusOf = async (...given: Parameters<typeof ask>) => (await ask(...given)).status

const pull = (scope: string) => [`/v2/${scope}/app/manifests/latest`, 'GET'] as const
const push = (scope: string) => [`/v2/${scope}/app/manifests/latest`, 'PUT'] as const

describe('registry.authz', () => {
  test('asks nobody in particular for a password, in its realm', async () => {
    for (const headers of [
      {},
      basic('guessed-by-somebody'),
      { authorization: 'Basic !' },
      { authorization: 'Digest x' },
    ]) {
      const answer = await ask(headers, '/v2/')
      expect([answer.status, answer.headers['www-authenticate']]).toEqual([
        401,
        'Basic realm="mcp-runtime-registry", charset="UTF-8"',
      ])
    }
  })

  test('a member reaches repositories of the team, by slug and by namespace, and no other', async () => {
    const headers = { 'x-api-key': await keyOf(member) }
    expect(await statusOf(headers, '/v2/')).toBe(204)
    for (const scope of ['red', 'mcp-team-red'])
      for (const [uri, way] of [pull(scope), push(scope)]) expect(await statusOf(headers, uri, way)).toBe(204)
    for (const scope of ['blue', 'mcp-team-blue', 'redder', 'mcp-servers', 'app'])
      for (const [uri, way] of [pull(scope), push(scope)]) expect(await statusOf(headers, uri, way)).toBe(403)
    expect(await statusOf(headers, '/v2/_catalog')).toBe(403)
  })

  test('a slug that reads like the namespace of another team does not stand for it', async () => {
    const other = await api.world.person('other')
    await api.world.teams.addMember('mcp-team-blue', other.id, 'owner', actor)
    const headers = { 'x-api-key': await keyOf(other) }
    expect(await statusOf(headers, ...pull('mcp-team-blue'))).toBe(403)
    expect(await statusOf(headers, ...pull('mcp-team-mcp-team-blue'))).toBe(204)
  })

  test('a blob is taken over from what may be pulled alone', async () => {
    const headers = { 'x-api-key': await keyOf(member) }
    const mount = (from: string) => [`/v2/red/app/blobs/uploads/?mount=sha256:ab${from}`, 'POST'] as const
    expect(await statusOf(headers, ...mount('&from=red/base'))).toBe(204)
    expect(await statusOf(headers, ...mount('&from=blue/base'))).toBe(403)
    expect(await statusOf(headers, ...mount('&from=red/base&from=blue/base'))).toBe(403)
    expect(await statusOf(headers, ...mount(''))).toBe(403)
  })

  test('an admin reaches everything', async () => {
    const admin = await api.world.person('admin', 'admin')
    for (const headers of [
      { 'x-api-key': adminServiceKey },
      basic(adminServiceKey),
      basic(await keyOf(admin)),
    ])
      for (const [uri, way] of [push('blue'), push('mcp-servers'), ['/v2/_catalog', 'GET'] as const])
        expect(await statusOf(headers, uri, way)).toBe(204)
  })

  test('a key that is narrowed needs the scope, whoever has it', async () => {
    const admin = await api.world.person('admin', 'admin')
    for (const user of [member, admin]) {
      expect(await ask(basic(await keyOf(user, 'publish', 'read')), ...pull('red'))).toMatchObject({
        code: 'scope_missing',
      })
      expect(await statusOf(basic(await keyOf(user, 'registry')), ...push('red'))).toBe(204)
    }
  })

  test('a credential pulls, or pulls and pushes, and opens nothing else', async () => {
    const [pulls, pushes, both] = [
      await credentialOf(member, 'pull'),
      await credentialOf(member, 'push'),
      await credentialOf(member),
    ]
    expect(await statusOf(basic(pulls), ...pull('red'))).toBe(204)
    expect(await statusOf(basic(pulls), ...push('red'))).toBe(403)
    for (const secret of [pushes, both]) {
      expect(await statusOf(basic(secret), '/v2/')).toBe(204)
      expect(await statusOf(basic(secret), ...pull('red'))).toBe(204)
      expect(await statusOf(basic(secret), ...push('red'))).toBe(204)
      expect(await statusOf(basic(secret), ...pull('blue'))).toBe(403)
      expect((await api.ask('/auth/me', { headers: basic(secret) })).status).toBe(401)
      expect((await api.ask('/auth/me', { headers: { 'x-api-key': secret } })).status).toBe(401)
      expect(await statusOf({ 'x-api-key': secret }, '/v2/')).toBe(401)
    }
  })

  test('bearer tokens and sessions count as everywhere', async () => {
    const { body } = await api.ask('/auth/login', { body: { email: member.email, password } })
    expect(await statusOf({ authorization: `Bearer ${body['access_token']}` }, ...push('red'))).toBe(204)
  })

  test('a service key of no admin is in no team', async () => {
    expect(await statusOf(basic(serviceKey), '/v2/')).toBe(204)
    expect(await statusOf(basic(serviceKey), ...pull('red'))).toBe(403)
  })

  test('all that says what was asked is judged, and without any of it nothing is let through', async () => {
    const key = { 'x-api-key': await keyOf(member) }
    const [blue] = pull('blue')
    expect(await statusOf({ ...key, 'x-forwarded-url': `https://registry.example${blue}` }, '/v2/')).toBe(403)
    expect((await api.ask('/registry/authz', { headers: key })).status).toBe(403)
    expect(
      (await api.ask('/registry/authz', { headers: { ...key, 'x-forwarded-url': pull('red')[0] } })).status,
    ).toBe(204)
  })

  test.each([
    ['registry.authz', 'GET'],
    ['registry.authzByPost', 'POST'],
    ['registry.authzByPut', 'PUT'],
    ['registry.authzByPatch', 'PATCH'],
    ['registry.authzByDelete', 'DELETE'],
  ] as const)('%s is asked by %s, which counts where no other is told', async (_, method) => {
    const pulls = basic(await credentialOf(member, 'pull'))
    expect(await statusOf(pulls, ...pull('red'), method)).toBe(204)
    expect(await statusOf(pulls, ...push('red'), method)).toBe(403)
    const headers = { ...pulls, 'x-forwarded-uri': pull('red')[0] }
    const { status } = await api.ask('/registry/authz', { method, headers })
    expect(status).toBe(method === 'GET' ? 204 : 403)
  })

  test('what the mode opens for all is pulled by all, and pushed by admins', async () => {
    api = createEntered(database, { platform: { mode: 'org' } })
    const headers = basic(await keyOf(member))
    expect(await statusOf(headers, ...pull('mcp-servers-org'))).toBe(204)
    expect(await statusOf(headers, ...push('mcp-servers-org'))).toBe(403)
    expect(await statusOf(basic(adminServiceKey), ...push('mcp-servers-org'))).toBe(204)
  })

  test('what was revoked is out at once', async () => {
    const { key, secret } = await api.world.registryCredentials.create(member.id, { name: 'c' }, actor)
    expect(await statusOf(basic(secret), '/v2/')).toBe(204)
    await api.world.registryCredentials.revoke(member.id, key.id, actor)
    expect(await statusOf(basic(secret), '/v2/')).toBe(401)
    const left = basic(await credentialOf(member))
    await api.world.teams.removeMember('red', member.id, actor)
    expect(await statusOf(left, ...pull('red'))).toBe(403)
  })
})

describe('registry.imagePublish', () => {
  const path = '/user/activity/image-publish'
  const body = { image_ref: 'registry.example/red/app@sha256:ab', source_image: 'app:dev', mode: 'docker' }

  test('is written down, for who did it', async () => {
    const headers = { 'x-api-key': await keyOf(member, 'registry') }
    expect(await api.ask(path, { headers, body })).toMatchObject({
      status: 202,
      body: { ok: true, image_ref: body.image_ref },
    })
    const [row] = await database.db
      .selectFrom('audit_logs')
      .selectAll()
      .where('action', '=', 'image_publish')
      .execute()
    expect(row).toMatchObject({
      user_id: member.id,
      image_ref: body.image_ref,
      auth_identity: 'user_api_key',
      source: 'api',
      after: { source_image: 'app:dev', mode: 'docker' },
    })
  })

  test.each<[string, object, number]>([
    ['nothing', {}, 400],
    ['a reference with a line end', { image_ref: 'a\nb' }, 400],
    ['one that is too long', { image_ref: 'a'.repeat(513) }, 400],
    ['what no text may hold', { ...body, mode: 'a\0b' }, 400],
    ['half of a character', { ...body, mode: '\ud800' }, 400],
    ['a member that is not known', { ...body, user: 'another' }, 400],
    ['a body that is too large', { ...body, mode: 'x'.repeat(17_000) }, 413],
  ])('refuses %s', async (_, given, status) => {
    const headers = { 'x-api-key': await keyOf(member) }
    expect((await api.ask(path, { headers, body: given })).status).toBe(status)
  })

  test('is for people, with a key that is not narrowed to other things', async () => {
    expect((await api.ask(path, { body })).status).toBe(401)
    expect(await api.ask(path, { body, headers: { 'x-api-key': serviceKey } })).toMatchObject({
      code: 'forbidden',
    })
    const read = await keyOf(member, 'read')
    expect(await api.ask(path, { body, headers: { 'x-api-key': read } })).toMatchObject({
      code: 'scope_missing',
    })
  })
})
