import { createEmbeddedPostgres } from '@mcp-sentinel/embedded/postgres'
import { Kysely, PostgresDialect } from 'kysely'
import { Pool } from 'pg'
import { migrate } from './database/migrate.ts'
import { accountsMigration } from './database/migrations/0001-accounts.ts'
import type { Tables } from './database/tables.ts'

export type { Tables } from './database/tables.ts'

/** Append-only: what was once released is never edited, a later number mends it. */
const migrations = [accountsMigration]

export type DatabaseOptions =
  /** A server, by its `postgres://` URL. */
  | { readonly dsn: string; readonly pool?: PoolOptions }
  /** In this process, in a directory that it owns. */
  | { readonly dataDirectory: string }

export interface PoolOptions {
  readonly connectionsMax?: number
  readonly connectTimeoutMs?: number
  readonly statementTimeoutMs?: number
  /** Told when the server ends a connection that nobody was using. */
  readonly report?: (error: Error) => void
}

export interface Database {
  readonly db: Kysely<Tables>
  /** Brings the tables up to date; safe when several do it at once. Resolves to the numbers it applied. */
  readonly migrate: () => Promise<readonly number[]>
  readonly close: () => Promise<void>
}

export const openDatabase = (options: DatabaseOptions): Promise<Database> =>
  'dsn' in options ? openServer(options.dsn, options.pool ?? {}) : openEmbedded(options.dataDirectory)

const openServer = async (dsn: string, options: PoolOptions): Promise<Database> => {
  const {
    connectionsMax = 10,
    connectTimeoutMs = 5_000,
    statementTimeoutMs = 15_000,
    report = () => {},
  } = options
  const pool = new Pool({
    connectionString: dsn,
    max: connectionsMax,
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: statementTimeoutMs,
    application_name: 'mcp-sentinel-api',
  })
  // Without a listener, a server that restarts would take this process along.
  pool.on('error', report)
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
  return {
    db,
    migrate: () => migrate(db, migrations),
    close: async () => {
      await db.destroy()
      if (!pool.ending) await pool.end()
    },
  }
}

const openEmbedded = async (dataDirectory: string): Promise<Database> => {
  const postgres = await createEmbeddedPostgres({ dataDirectory })
  const db = new Kysely<Tables>({ dialect: postgres.dialect })
  return { db, migrate: () => migrate(db, migrations), close: postgres.close }
}
