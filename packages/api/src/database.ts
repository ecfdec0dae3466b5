import { createEmbeddedPostgres } from '@mcp-sentinel/embedded/postgres'
import { Kysely, PostgresDialect, type PostgresPool, type PostgresPoolClient } from 'kysely'
import { Pool } from 'pg'
import { databaseFailureOf, isSaidByServer } from './database/failures.ts'
import { migrate } from './database/migrate.ts'
import { accountsMigration } from './database/migrations/0001-accounts.ts'
import { narrowedCredentialsMigration } from './database/migrations/0002-narrowed-credentials.ts'
import type { Tables } from './database/tables.ts'
import { AccountError } from './errors.ts'

export type { Tables } from './database/tables.ts'

/** Append-only: what was once released is never edited, a later number mends it. */
const migrations = [accountsMigration, narrowedCredentialsMigration]

export type DatabaseOptions =
  /** A server, by its `postgres://` URL. */
  | { readonly dsn: string; readonly pool?: PoolOptions }
  /** In this process, in a directory that it owns. */
  | { readonly dataDirectory: string }

export interface PoolOptions {
  readonly connectionsMax?: number
  /** For a connection; the next is refused. */
  readonly waitingMax?: number
  readonly connectTimeoutMs?: number
  readonly statementTimeoutMs?: number
  /** Told when a connection is lost. */
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

/** Between the end of a statement by the server's clock, and of the wait for it. */
const answerGraceMs = 1_000

const openServer = async (dsn: string, options: PoolOptions): Promise<Database> => {
  const {
    connectionsMax = 10,
    waitingMax = 200,
    connectTimeoutMs = 5_000,
    statementTimeoutMs = 15_000,
    report = () => {},
  } = options
  const pool = new Pool({
    connectionString: dsn,
    max: connectionsMax,
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: statementTimeoutMs,
    // A server that is not there any more keeps to no timeout.
    query_timeout: statementTimeoutMs + answerGraceMs,
    keepAlive: true,
    application_name: 'mcp-sentinel-api',
  })
  // Without listeners, a server that restarts would take this process along: by the connections that wait in the pool, and
  // by those that somebody has and asks nothing of at that moment.
  pool.on('error', report)
  pool.on('connect', (client) => client.on('error', report))
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: telling(pool, waitingMax) }) })
  return {
    db,
    migrate: () => migrate(db, migrations),
    close: async () => {
      await db.destroy()
      if (!pool.ending) await pool.end()
    },
  }
}

/** A pool whose failures are told as those of the database: `retryable`, and by what the driver says, not by its words. */
const telling = (pool: Pool, waitingMax: number): PostgresPool => ({
  options: pool.options,
  end: () => pool.end(),
  connect: async () => {
    if (pool.waitingCount >= waitingMax) throw unanswered(`${waitingMax} wait for a connection already`)
    return tellingClient((await told('connect', pool.connect())) as PostgresPoolClient)
  },
})

/**
 * No cursors: nothing here is streamed. A connection that was not answered on is not used again, not even to roll back:
 * whoever waits would wait as long once more, and the server rolls back what it hears the end of.
 */
const tellingClient = (client: PostgresPoolClient): PostgresPoolClient => {
  let isLost = false
  const query = async (text: string, values: readonly unknown[]) => {
    if (isLost) throw unanswered('the connection to the database of accounts was lost')
    try {
      return await told('query', client.query(text, values))
    } catch (error) {
      isLost ||= error instanceof AccountError && !isSaidByServer(error.cause)
      throw error
    }
  }
  return {
    query: query as PostgresPoolClient['query'],
    release: (destroy) => client.release(destroy === true || isLost),
  }
}

const unanswered = (why: string): AccountError =>
  new AccountError('database_unavailable', why, { retryable: true })

const told = async <T>(phase: 'connect' | 'query', work: Promise<T>): Promise<T> => {
  try {
    return await work
  } catch (error) {
    throw databaseFailureOf(error, phase)
  }
}

const openEmbedded = async (dataDirectory: string): Promise<Database> => {
  const postgres = await createEmbeddedPostgres({ dataDirectory })
  const db = new Kysely<Tables>({ dialect: postgres.dialect })
  return { db, migrate: () => migrate(db, migrations), close: postgres.close }
}
