import { randomUUID } from 'node:crypto'
import { createLogger } from '@mcp-sentinel/service'
import { sql } from 'kysely'
import { expect, test, vi } from 'vitest'
import { config } from './config.ts'
import { openCut } from './contract-tests/cut.ts'
import { openDatabase } from './database.ts'
import { openAccounts, prepareAccounts } from './open-accounts.ts'

const url = process.env['POSTGRES_URL'] ?? ''
const actor = { requestId: 'r' }
const log = createLogger({ service: 'api-test', level: 'silent' })

const withDatabase = async (use: (dsn: string) => Promise<void>): Promise<void> => {
  const server = await openDatabase({ dsn: url })
  const name = `opened_${randomUUID().replaceAll('-', '')}`
  await sql`CREATE DATABASE ${sql.id(name)}`.execute(server.db)
  const own = new URL(url)
  own.pathname = `/${name}`
  try {
    await use(own.href)
  } finally {
    await sql`DROP DATABASE ${sql.id(name)} WITH (FORCE)`.execute(server.db)
    await server.close()
  }
}

const settingsFor = (dsn: string, email = 'root@example.org') =>
  config.parse({
    POSTGRES_DSN: dsn,
    PLATFORM_JWT_SECRET: 'thirty-two-characters-or-more-of-a-secret',
    PLATFORM_ADMIN_EMAIL: email,
    PLATFORM_ADMIN_PASSWORD: 'correct horse',
  })

test.runIf(url)('accounts on a Postgres that comes up later are there when it is', () =>
  withDatabase(async (dsn) => {
    const way = await openCut(dsn)
    await way.cut()
    const opened = await openAccounts(settingsFor(way.url), log)
    const ready = () => opened?.check.check(AbortSignal.timeout(1000))
    await expect(ready()).rejects.toMatchObject({ code: 'database_unavailable' })
    await way.mend()
    await vi.waitFor(ready, { timeout: 20_000 })
    const login = opened?.accounts.logins.byPassword('root@example.org', 'correct horse', actor)
    expect(await login).toMatchObject({ role: 'admin' })
    await opened?.close()
    await way.cut()
  }),
)

test.runIf(url)('several that prepare it at once make one of everything', () =>
  withDatabase(async (dsn) => {
    await Promise.all([1, 2, 3].map(() => prepareAccounts(settingsFor(dsn), log)))
    const { db, close } = await openDatabase({ dsn })
    const users = await db.selectFrom('users').select(['email', 'role']).execute()
    expect(users).toEqual([{ email: 'root@example.org', role: 'admin' }])
    await close()
  }),
)

test.runIf(url)('a database of a newer release is refused at once', () =>
  withDatabase(async (dsn) => {
    await prepareAccounts(settingsFor(dsn), log)
    const { db, close } = await openDatabase({ dsn })
    await db.insertInto('schema_migrations').values({ number: 9999, name: 'later', digest: 'x' }).execute()
    await close()
    await expect(openAccounts(settingsFor(dsn), log)).rejects.toMatchObject({ code: 'schema_newer' })
    await expect(prepareAccounts(settingsFor(dsn), log)).rejects.toMatchObject({ code: 'schema_newer' })
  }),
)
