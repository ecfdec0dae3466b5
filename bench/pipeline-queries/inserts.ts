import type { ClickHouse } from '@mcp-sentinel/events/clickhouse'
import { cpuMsOf } from './engine.ts'

export interface Inserts {
  readonly times: readonly number[]
  /** Of the engine, for one. */
  readonly cpuMs: number
}

const batchRows = 10_000

/** What the projections cost whoever writes: the same rows into the table as it is, and into one without any. */
export const timeInserts = async (
  store: ClickHouse,
  { rounds, pid }: { readonly rounds: number; readonly pid: number },
): Promise<{ readonly asItIs: Inserts; readonly withoutProjections: Inserts }> => {
  await store.command('CREATE TABLE with_projections AS events')
  await store.command('CREATE TABLE plain AS events')
  const projections = await store.ask<{ readonly name: string }>(
    "SELECT name FROM system.projections WHERE database = currentDatabase() AND table = 'plain'",
  )
  // Names of our own migration; this statement takes no parameters.
  for (const { name } of projections) await store.command(`ALTER TABLE plain DROP PROJECTION ${name}`)
  // Merges of what the rounds leave behind would be counted with them.
  for (const table of ['with_projections', 'plain']) await store.command(`SYSTEM STOP MERGES ${table}`)
  await store.command(`CREATE TABLE batch ENGINE = Memory AS SELECT * FROM events LIMIT ${batchRows}`)

  const into = (table: string) => {
    const times: number[] = []
    let cpuMs = 0
    const insert = async (): Promise<void> => {
      const cpuBefore = cpuMsOf(pid)
      const start = performance.now()
      await store.command(`INSERT INTO ${table} SELECT * FROM batch`, { settings: { async_insert: 0 } })
      times.push(performance.now() - start)
      cpuMs += cpuMsOf(pid) - cpuBefore
    }
    return { insert, told: (): Inserts => ({ times, cpuMs: cpuMs / times.length }) }
  }
  const asItIs = into('with_projections')
  const withoutProjections = into('plain')
  for (let round = 0; round < rounds; round++) {
    await asItIs.insert()
    await withoutProjections.insert()
  }
  return { asItIs: asItIs.told(), withoutProjections: withoutProjections.told() }
}
