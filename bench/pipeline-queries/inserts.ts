import type { ClickHouse } from '@mcp-sentinel/events/clickhouse'

export interface InsertTimes {
  readonly asItIs: readonly number[]
  readonly withoutProjections: readonly number[]
}

const batchRows = 10_000

/** What the projections cost whoever writes: the same rows into the table as it is, and into one without any. */
export const timeInserts = async (store: ClickHouse, rounds: number): Promise<InsertTimes> => {
  await store.command('CREATE TABLE with_projections AS events')
  await store.command('CREATE TABLE plain AS events')
  const projections = await store.ask<{ readonly name: string }>(
    "SELECT name FROM system.projections WHERE database = currentDatabase() AND table = 'plain'",
  )
  // Names of our own migration; this statement takes no parameters.
  for (const { name } of projections) await store.command(`ALTER TABLE plain DROP PROJECTION ${name}`)
  await store.command(`CREATE TABLE batch ENGINE = Memory AS SELECT * FROM events LIMIT ${batchRows}`)

  const timed = async (table: string): Promise<number> => {
    const start = performance.now()
    await store.command(`INSERT INTO ${table} SELECT * FROM batch`, { settings: { async_insert: 0 } })
    return performance.now() - start
  }
  const asItIs: number[] = []
  const withoutProjections: number[] = []
  for (let round = 0; round < rounds; round++) {
    asItIs.push(await timed('with_projections'))
    withoutProjections.push(await timed('plain'))
  }
  return { asItIs, withoutProjections }
}
