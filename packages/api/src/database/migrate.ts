import { hash } from 'node:crypto'
import { type Kysely, sql } from 'kysely'
import { AccountError } from '../errors.ts'
import type { Tables } from './tables.ts'

export interface Migration {
  readonly number: number
  readonly name: string
  readonly statements: readonly string[]
}

const digestOf = ({ statements }: Migration): string => hash('sha256', statements.join(';\n'), 'hex')

/** Of two that make the record at once, Postgres lets one fail on its own catalogue. */
const madeByAnother = ['23505', '42P07']

const makeRecord = async (db: Kysely<Tables>): Promise<void> => {
  try {
    await sql`CREATE TABLE IF NOT EXISTS schema_migrations
      (number integer PRIMARY KEY, name text NOT NULL, digest text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`.execute(
      db,
    )
  } catch (error) {
    if (!madeByAnother.includes((error as { readonly code?: string }).code ?? '')) throw error
  }
}

/**
 * Brings the database up to date, all of it or nothing; resolves to the numbers it applied. The lock makes those who
 * come at the same time wait, and find the work done: it ends with its transaction, however that ends.
 */
export const migrate = async (
  db: Kysely<Tables>,
  migrations: readonly Migration[],
): Promise<readonly number[]> => {
  await makeRecord(db)
  return db.transaction().execute(async (transaction) => {
    await sql`LOCK TABLE schema_migrations IN ACCESS EXCLUSIVE MODE`.execute(transaction)
    const applied = await transaction.selectFrom('schema_migrations').select(['number', 'digest']).execute()
    refuseUnknown(applied, migrations)
    const done = new Set(applied.map(({ number }) => number))
    const open = migrations.filter(({ number }) => !done.has(number))
    for (const migration of open) {
      for (const statement of migration.statements) await sql.raw(statement).execute(transaction)
      const { number, name } = migration
      await transaction
        .insertInto('schema_migrations')
        .values({ number, name, digest: digestOf(migration) })
        .execute()
    }
    return open.map(({ number }) => number)
  })
}

const refuseUnknown = (
  applied: readonly { readonly number: number; readonly digest: string }[],
  migrations: readonly Migration[],
): void => {
  const known = new Map(migrations.map((migration) => [migration.number, digestOf(migration)]))
  for (const { number, digest } of applied) {
    const ours = known.get(number)
    if (ours === undefined)
      throw new AccountError(
        'schema_newer',
        `the database is at migration ${number}, which this release does not know`,
      )
    if (ours !== digest)
      throw new AccountError('migration_conflict', `migration ${number} was applied with another text`)
  }
}
