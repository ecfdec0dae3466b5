import { hash } from 'node:crypto'
import { EventError } from '../errors.ts'
import type { ClickHouse } from './client.ts'
import { eventsMigration } from './migrations/0001-events.ts'

interface Migration {
  readonly number: number
  readonly name: string
  readonly statements: readonly string[]
}

/** Append-only: what was once released is never edited, a later number mends it. */
const migrations: readonly Migration[] = [eventsMigration]

const digestOf = ({ statements }: Migration): string => hash('sha256', statements.join(';\n'), 'hex')

/** Days that events are kept by default; longer than any log keeps them. */
export const retentionDaysDefault = 400

export interface MigrateOptions {
  /** A connection to the database as it will be. */
  readonly store: ClickHouse
  /** A connection to a database that is there already, such as `default`. */
  readonly server: ClickHouse
  readonly retentionDays?: number | undefined
}

const recordTable = `
CREATE TABLE IF NOT EXISTS schema_migrations
(number UInt32, name String, digest String, applied_at DateTime64(3, 'UTC') DEFAULT now64(3))
ENGINE = MergeTree ORDER BY number SETTINGS fsync_after_insert = 1, fsync_part_directory = 1`

/**
 * Brings the database up to date; resolves to the numbers it applied. ClickHouse has no transactions over definitions
 * and no locks, so every statement does nothing where its work is done: two that migrate at a time do it together, and
 * one that was killed is simply run again.
 */
export const migrate = async ({
  store,
  server,
  retentionDays = retentionDaysDefault,
}: MigrateOptions): Promise<readonly number[]> => {
  await server.command('CREATE DATABASE IF NOT EXISTS {database:Identifier}', {
    parameters: { database: store.database },
  })
  await store.command(recordTable)
  const applied = await appliedDigests(store)
  if (applied.size === 0) await refuseForeignTable(store)

  const numbers: number[] = []
  for (const migration of migrations) {
    const { number, name, statements } = migration
    const digest = digestOf(migration)
    const before = applied.get(number)
    if (before !== undefined && before !== digest) {
      throw new EventError('migration_conflict', `migration ${number} was applied with another text`)
    }
    if (before !== undefined) continue
    for (const statement of statements) await store.command(statement)
    await store.command(
      'INSERT INTO schema_migrations (number, name, digest) SELECT {number:UInt32}, {name:String}, {digest:String}',
      { parameters: { number, name, digest } },
    )
    numbers.push(number)
  }
  await keepFor(store, retentionDays)
  return numbers
}

const appliedDigests = async (store: ClickHouse): Promise<ReadonlyMap<number, string>> => {
  const rows = await store.ask<{ number: number; digest: string }>(
    'SELECT number, any(digest) AS digest FROM schema_migrations GROUP BY number',
  )
  return new Map(rows.map(({ number, digest }) => [number, digest]))
}

/** The Go implementation's table has the same name and another shape; nothing of it is touched here. */
const refuseForeignTable = async (store: ClickHouse): Promise<void> => {
  const [{ tables, ours } = { tables: 0, ours: 0 }] = await store.ask<{ tables: number; ours: number }>(
    `SELECT toUInt32(uniqExact(table)) AS tables, toUInt32(countIf(name = 'log_offset')) AS ours
    FROM system.columns WHERE database = {database:String} AND table = 'events'`,
    { parameters: { database: store.database } },
  )
  if (tables > 0 && ours === 0) {
    throw new EventError(
      'migration_conflict',
      `${store.database}.events is a table of another kind; rename it (RENAME TABLE events TO events_before), migrate, and copy what you keep`,
    )
  }
}

const keepFor = async (store: ClickHouse, days: number): Promise<void> => {
  for (const table of ['events', 'event_disclosures']) {
    const [{ definition } = { definition: '' }] = await store.ask<{ definition: string }>(
      'SELECT create_table_query AS definition FROM system.tables WHERE database = {database:String} AND name = {table:String}',
      { parameters: { database: store.database, table } },
    )
    if (definition.includes(`toIntervalDay(${days})`)) continue
    await store.command(
      `ALTER TABLE {table:Identifier} MODIFY TTL toDateTime(received_at) + toIntervalDay(${days})`,
      {
        parameters: { table },
        // Old parts lose their rows when they are merged anyway, not in one rewrite of all.
        settings: { materialize_ttl_after_modify: 0 },
      },
    )
  }
}
