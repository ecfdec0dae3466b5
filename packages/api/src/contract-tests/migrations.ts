import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Migration, migrate } from '../database/migrate.ts'
import type { OpenTestDatabase, TestDatabase } from './test-databases.ts'

const first: Migration = { number: 1, name: 'one', statements: ['CREATE TABLE one (id int)'] }
const second: Migration = {
  number: 2,
  name: 'two',
  statements: ['CREATE TABLE two (id int)', 'INSERT INTO two VALUES (1)'],
}

/** What migrations promise on every engine. */
export const describeMigrations = (open: OpenTestDatabase): void => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await open()
  }, 60_000)
  afterAll(() => database.close())
  beforeEach(() => database.empty())

  const recorded = async () => {
    const rows = await database.db
      .selectFrom('schema_migrations')
      .select(['number', 'name'])
      .orderBy('number')
      .execute()
    return rows.map(({ number, name }) => `${number} ${name}`)
  }

  describe('migrations', () => {
    it('are applied once, in order, and recorded', async () => {
      expect(await migrate(database.db, [first])).toEqual([1])
      expect(await migrate(database.db, [first, second])).toEqual([2])
      expect(await migrate(database.db, [first, second])).toEqual([])
      expect(await recorded()).toEqual(['1 one', '2 two'])
    })

    it('are applied once by many that come at the same time', async () => {
      const done = await Promise.all(Array.from({ length: 8 }, () => migrate(database.db, [first, second])))
      expect(done.flat().sort()).toEqual([1, 2])
      const { rows } = await sql`SELECT id FROM two`.execute(database.db)
      expect(rows).toEqual([{ id: 1 }])
    })

    it('leave nothing behind when one of them fails', async () => {
      const broken: Migration = {
        number: 2,
        name: 'broken',
        statements: ['CREATE TABLE half (id int)', 'SELECT nothing'],
      }
      await expect(migrate(database.db, [first, broken])).rejects.toMatchObject({ code: '42703' })
      expect(await recorded()).toEqual([])
      expect(await migrate(database.db, [first, second])).toEqual([1, 2])
    })

    it.each([
      ['one that is newer than all we know', [first], 'schema_newer'],
      [
        'one of ours with another text',
        [first, { ...second, statements: ['SELECT 1'] }],
        'migration_conflict',
      ],
    ])('refuse %s, and change nothing', async (_, known, code) => {
      await migrate(database.db, [first, second])
      await expect(migrate(database.db, known)).rejects.toMatchObject({ name: 'AccountError', code })
      expect(await recorded()).toEqual(['1 one', '2 two'])
    })

    it('take over a database of the Go implementation, with what is in it', async () => {
      const { db } = database
      await sql`CREATE TABLE users (id uuid PRIMARY KEY, email text UNIQUE NOT NULL, role text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(), deleted_at timestamptz)`.execute(db)
      await sql`CREATE TABLE api_keys (id text PRIMARY KEY, key_hash text UNIQUE NOT NULL, user_id uuid NOT NULL,
        name text NOT NULL, prefix text NOT NULL, created_at timestamptz NOT NULL DEFAULT now(), last_used_at timestamptz,
        revoked boolean NOT NULL DEFAULT false, revoked_at timestamptz)`.execute(db)
      const user = randomUUID()
      await sql`INSERT INTO users (id, email, role) VALUES (${user}, 'a@example.org', 'admin')`.execute(db)
      await sql`INSERT INTO api_keys (id, key_hash, user_id, name, prefix) VALUES ('uk_1', 'h', ${user}, 'n', 'mcpu_abc')`.execute(
        db,
      )
      expect(await database.migrate()).toEqual([1, 2])
      const key = await db.selectFrom('api_keys').selectAll().executeTakeFirstOrThrow()
      expect(key).toMatchObject({ id: 'uk_1', user_id: user, scopes: [], expires_at: null })
      expect(await database.migrate()).toEqual([])
    })
  })
}
