import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openCut } from './contract-tests/cut.ts'
import { createEntered, type Entered, serviceKey } from './contract-tests/entered.ts'
import { actor, password } from './contract-tests/world.ts'
import { type Database, openDatabase } from './database.ts'

const url = process.env['POSTGRES_URL'] ?? ''
const unavailable = { status: 503, code: 'platform_unavailable', headers: { 'retry-after': '2' } }

describe.runIf(url)('a real Postgres that does not answer', () => {
  const name = `outage_${randomUUID().replaceAll('-', '')}`
  let way: Awaited<ReturnType<typeof openCut>>
  let server: Database
  /** Connected directly. */
  let beside: Database
  let database: Database
  let api: Entered
  let key: string

  beforeAll(async () => {
    server = await openDatabase({ dsn: url })
    await sql`CREATE DATABASE ${sql.id(name)}`.execute(server.db)
    const own = new URL(url)
    own.pathname = `/${name}`
    way = await openCut(own.href)
    beside = await openDatabase({ dsn: own.href })
    await beside.migrate()
    const pool = { connectionsMax: 2, connectTimeoutMs: 500, statementTimeoutMs: 500 }
    database = await openDatabase({ dsn: way.url, pool })
    api = createEntered(database)
    const user = await api.world.person('a')
    key = (await api.world.keys.create(user.id, { name: 'k' }, actor)).secret
  }, 60_000)
  afterAll(async () => {
    await database.close()
    await way.cut()
    await beside.close()
    await sql`DROP DATABASE ${sql.id(name)} WITH (FORCE)`.execute(server.db)
    await server.close()
  })
  beforeEach(async () => expect((await me()).status).toBe(200))

  const me = (presented = key) => api.ask('/auth/me', { headers: { 'x-api-key': presented } })
  const login = () => api.ask('/auth/login', { body: { email: 'a@example.org', password } })

  test('is said to, and keeps nobody out who needs none; then all is as it was', async () => {
    const { token } = await api.world.sessions.start(
      { user: (await api.world.users.list({ limit: 1 }))[0] },
      actor,
    )
    const session = () => api.ask('/auth/me', { headers: { cookie: `__Host-mcp_session=${token}` } })
    expect((await session()).status).toBe(200)
    await way.cut()
    for (const ask of [me, login, session]) expect(await ask()).toMatchObject(unavailable)
    expect((await me(serviceKey)).status).toBe(200)
    expect((await me('guessed-by-somebody')).status).toBe(401)
    await way.mend()
    for (const ask of [me, login, session]) expect((await ask()).status).toBe(200)
  })

  test('in the middle of a change leaves nothing of it', async () => {
    const before = await beside.db.selectFrom('api_keys').select('id').execute()
    const blocked = await beside.db.startTransaction().execute()
    await sql`LOCK TABLE audit_logs IN ACCESS EXCLUSIVE MODE`.execute(blocked)
    const making = api.ask('/user/api-keys', { headers: { 'x-api-key': key }, body: { name: 'x' } })
    await way.cut()
    expect(await making).toMatchObject(unavailable)
    await blocked.rollback().execute()
    await way.mend()
    expect(await beside.db.selectFrom('api_keys').select('id').execute()).toEqual(before)
  })

  test('has no connection left, or takes too long', async () => {
    const blocked = await beside.db.startTransaction().execute()
    await sql`LOCK TABLE users IN ACCESS EXCLUSIVE MODE`.execute(blocked)
    const answers = await Promise.all(Array.from({ length: 6 }, () => me()))
    for (const answer of answers) expect(answer).toMatchObject(unavailable)
    await blocked.rollback().execute()
  })

  test('says nothing any more: whoever waits is told in time, and the next has another connection', async () => {
    const both = await Promise.all([me(), me()])
    expect(both.map(({ status }) => status)).toEqual([200, 200])
    way.silence()
    for (const answer of await Promise.all([me(), me()])) expect(answer).toMatchObject(unavailable)
    expect((await me()).status).toBe(200)
  })

  test('ends every connection, as one does that restarts', async () => {
    await sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ${name} AND pid <> pg_backend_pid()`.execute(
      beside.db,
    )
    const answers = await Promise.all(Array.from({ length: 4 }, () => me()))
    for (const { status } of answers) expect([200, 503]).toContain(status)
  })

  test('has not its tables yet', async () => {
    await sql`ALTER TABLE api_keys RENAME TO api_keys_away`.execute(beside.db)
    expect(await me()).toMatchObject(unavailable)
    await sql`ALTER TABLE api_keys_away RENAME TO api_keys`.execute(beside.db)
  })
})
