import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { type Database, openDatabase, type Tables } from '../database.ts'
import { copyMadeCluster } from './made-cluster.ts'

/** One engine for a suite. */
export interface TestDatabase extends Database {
  /** Where others reach it; undefined of one in this process. */
  readonly dsn?: string
  /** As it was before anything was migrated. */
  readonly empty: () => Promise<void>
  /** Without rows. TRUNCATE takes tens of times as long on tables this small. */
  readonly clear: () => Promise<void>
}

export type OpenTestDatabase = () => Promise<TestDatabase>

/** Those that refer to others before these. */
const tables: Readonly<Record<Exclude<keyof Tables, 'schema_migrations'>, true>> = {
  audit_logs: true,
  login_throttles: true,
  ui_sessions: true,
  refresh_tokens: true,
  namespaces: true,
  team_memberships: true,
  teams: true,
  registry_credentials: true,
  api_keys: true,
  auth_identities: true,
  users: true,
}

const cleared = (database: Database) => async (): Promise<void> => {
  for (const table of Object.keys(tables) as (keyof typeof tables)[])
    await database.db.deleteFrom(table).execute()
}

const emptied = (database: Database) => async (): Promise<void> => {
  await sql`DROP SCHEMA public CASCADE`.execute(database.db)
  await sql`CREATE SCHEMA public`.execute(database.db)
}

export const openEmbeddedTestDatabase: OpenTestDatabase = async () => {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'accounts-'))
  await copyMadeCluster(dataDirectory)
  const database = await openDatabase({ dataDirectory })
  return {
    ...database,
    empty: emptied(database),
    clear: cleared(database),
    close: async () => {
      await database.close()
      await rm(dataDirectory, { recursive: true })
    },
  }
}

/** A database of its own on the server that `url` names. */
export const openServerTestDatabase =
  (url: string): OpenTestDatabase =>
  async () => {
    const name = `accounts_${randomUUID().replaceAll('-', '')}`
    const server = await openDatabase({ dsn: url })
    await sql`CREATE DATABASE ${sql.id(name)}`.execute(server.db)
    const own = new URL(url)
    own.pathname = `/${name}`
    const database = await openDatabase({ dsn: own.href })
    return {
      ...database,
      dsn: own.href,
      empty: emptied(database),
      clear: cleared(database),
      close: async () => {
        await database.close()
        await sql`DROP DATABASE ${sql.id(name)} WITH (FORCE)`.execute(server.db)
        await server.close()
      },
    }
  }
