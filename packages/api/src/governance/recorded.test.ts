import { createLogger } from '@mcp-sentinel/service'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createGoverned, type Governed, idOfCaller, red } from '../contract-tests/governed.ts'
import { openEmbeddedTestDatabase, type TestDatabase } from '../contract-tests/test-databases.ts'
import { actor, createWorld, type World } from '../contract-tests/world.ts'

/** Every change of what governs servers, and what is written down of it where accounts are kept. */
let database: TestDatabase
let world: World
let governed: Governed
beforeAll(async () => {
  database = await openEmbeddedTestDatabase()
})
afterAll(() => database.close())
beforeEach(async () => {
  await database.migrate()
  await database.clear()
  world = createWorld(database)
  governed = await createGoverned({ accounts: world, platform: { activeServersMax: 2 } })
  return governed.close
})

const key = { namespace: red, name: 'it' }
const params = key
const serverRef = { name: 'payments' }
const subject = { agentID: 'ops-agent' }
const spec = { image: 'registry.example.com/it' }
const server = { namespace: red, name: 'payments' }

const rows = async () => {
  const all = await database.db.selectFrom('audit_logs').selectAll().orderBy('id').execute()
  return all.map(({ action, resource, before, after }) => [action, resource, before !== null, after !== null])
}

it('every change is a row, with what was and what is', async () => {
  const admin = governed.as('admin')
  await admin.servers.apply({ body: { ...server, spec } })
  await admin.servers.patch({ params: server, body: { disabled: true } })
  await admin.grants.apply({ body: { ...key, serverRef, subject, allowedSideEffects: ['read'] } })
  await admin.grants.patch({ params, body: { disabled: true } })
  await admin.grants.enable({ params })
  await admin.grants.delete({ params })
  await admin.sessions.apply({ body: { ...key, serverRef, subject } })
  await admin.sessions.revoke({ params })
  await admin.sessions.patch({ params, body: { revoked: false } })
  await admin.sessions.delete({ params })
  await admin.servers.delete({ params: server })
  const [ofServer, ofGrant, ofSession] = [`server/${red}/payments`, `grant/${red}/it`, `session/${red}/it`]
  expect(await rows()).toEqual([
    ['server_publish', ofServer, false, true],
    ['server_switch', ofServer, true, true],
    ['grant_apply', ofGrant, false, true],
    ['grant_disable', ofGrant, true, true],
    ['grant_enable', ofGrant, true, true],
    ['grant_delete', ofGrant, true, false],
    ['session_apply', ofSession, false, true],
    ['session_revoke', ofSession, true, true],
    ['session_unrevoke', ofSession, true, true],
    ['session_delete', ofSession, true, false],
    ['server_retire', ofServer, true, false],
  ])
  const [first] = await database.db.selectFrom('audit_logs').selectAll().orderBy('id').execute()
  expect(first).toMatchObject({
    user_id: idOfCaller('admin'),
    namespace: red,
    status: 'success',
    request_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    actor_ip: '127.0.0.1',
    auth_identity: 'session',
  })
})

it('nobody writes what the database would not keep', async () => {
  await governed.as('admin').servers.apply({
    body: {
      ...server,
      spec: {
        ...spec,
        description: 'a\0b',
        tools: [{ name: 'a', sideEffect: 'read', labels: { 'c\0d': 'e' } }],
      },
    },
  })
  expect(await rows()).toEqual([['server_publish', `server/${red}/payments`, false, true]])
})

it('what is refused is no change', async () => {
  await expect(governed.as('user').servers.apply({ body: { ...server, spec } })).rejects.toMatchObject({
    code: 'forbidden',
  })
  await expect(governed.as('owner').servers.delete({ params: server })).rejects.toMatchObject({
    code: 'not_found',
  })
  expect(await rows()).toEqual([])
})

it('somebody is shut out although the audit log is not there, and what became of it is written when it is', async () => {
  await governed.server('payments')
  await governed.as('admin').sessions.apply({ body: { ...key, serverRef, subject } })
  await database.empty()
  expect(await governed.as('owner').sessions.revoke({ params })).toMatchObject({
    success: true,
    revoked: true,
  })
  expect(governed.changes.slice(-2)).toMatchObject([
    { level: 'info', action: 'session_revoke', after: { revoked: true } },
    { level: 'warn', action: 'session_revoke', err: expect.anything() },
  ])
  await database.migrate()
  await expect.poll(rows, { timeout: 10_000 }).toEqual([['session_revoke', `session/${red}/it`, true, true]])
})

it('a row that was written although nobody heard so is not written again', async () => {
  const change = { action: 'grant_disable', resource: `grant/${red}/it` }
  await world.audit.record(actor, change, 1)
  await world.audit.recordOnce(actor, change, 1)
  await world.audit.recordOnce(actor, change, 2)
  expect(await rows()).toHaveLength(2)
})

describe('publishing where accounts are kept', () => {
  it('is one at a time, also among processes that have the same database', async () => {
    const other = await createGoverned({
      accounts: createWorld(database),
      platform: { activeServersMax: 2 },
      resources: governed.store,
      logger: createLogger({ service: 'api-test', level: 'silent' }),
    })
    const outcomes = await Promise.allSettled(
      ['a', 'b', 'c', 'd'].map((name, index) =>
        [governed, other][index % 2]?.as('member').servers.apply({ body: { namespace: red, name, spec } }),
      ),
    )
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(2)
    await other.close()
  })
})

it('the team of a namespace is known to administrators too', async () => {
  const [team] = await Promise.all([world.teams.create({ slug: 'red', name: 'Red' }, { requestId: 'req-1' })])
  await governed.server('payments')
  const { grant } = await governed
    .as('adminKey')
    .grants.apply({ body: { ...key, serverRef, subject, allowedSideEffects: ['read'] } })
  expect(grant.subject.teamID).toBe(team?.id)
})
