import { setTimeout as wait } from 'node:timers/promises'
import { verifyChains } from '@mcp-sentinel/events'
import { type ClickHouse, createClickHouse } from '@mcp-sentinel/events/clickhouse'
import { database, type Topology } from './topology.ts'

export interface Audit {
  readonly events: number
  /** Decisions that were recorded and are not stored. */
  readonly lost: number
  /** Rows beyond the first of an event. */
  readonly duplicates: number
  readonly chainBreaks: number
  readonly chains: number
  /** From the last decision's arrival in the log until the last that came was stored. */
  readonly settledMs: number
}

/** Waits until all of it is stored or nothing more has come for a while, then compares it with what was recorded. */
export const audit = async (
  topology: Topology,
  decisions: ReadonlySet<string>,
  patienceMs: number,
): Promise<Audit> => {
  const began = performance.now()
  let lastCame = began
  let store: ClickHouse | undefined
  let stored: ReadonlySet<string> = new Set()
  const missing = (): number => [...decisions].filter((id) => !stored.has(id)).length
  for (;;) {
    const url = topology.clickhouseUrl()
    if (url !== undefined) {
      store = createClickHouse({ url: new URL(url), database, application: 'audit' })
      const before = stored.size
      stored = await decisionsIn(store).catch(() => stored)
      if (stored.size > before) lastCame = performance.now()
      if (missing() === 0 || performance.now() > lastCame + patienceMs) break
      await store.close()
    }
    await wait(200)
  }

  const rows = await store.ask<{ payload: string }>(
    'SELECT payload FROM events ORDER BY chain, seq, log_offset',
  )
  const [counted] = await store.ask<{ rows: number; ids: number }>(
    'SELECT toUInt32(count()) AS rows, toUInt32(uniqExact(id)) AS ids FROM events',
  )
  await store.close()
  const { breaks, chains } = verifyChains(
    rows.map(({ payload }) => payload),
    { keys: new Map() },
  )
  for (const one of breaks.slice(0, 10)) console.log('  broken:', one)
  return {
    events: decisions.size,
    lost: missing(),
    duplicates: (counted?.rows ?? 0) - (counted?.ids ?? 0),
    chainBreaks: breaks.length,
    chains: chains.length,
    settledMs: Math.round(lastCame - began),
  }
}

const decisionsIn = async (store: ClickHouse): Promise<ReadonlySet<string>> => {
  const rows = await store.ask<{ decision_id: string }>(
    "SELECT decision_id FROM events WHERE event_type = 'mcp.request'",
  )
  return new Set(rows.map(({ decision_id }) => decision_id))
}
