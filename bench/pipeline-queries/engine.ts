import { readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import type { ClickHouse } from '@mcp-sentinel/events/clickhouse'

/** Hundredths of a second, in which Linux counts. */
const tickMs = 10

/** What a process has used of the processors until now, which says more than a clock where others work, too. Linux only. */
export const cpuMsOf = (pid: number): number => {
  try {
    const [, afterName = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')
    const fields = afterName.split(' ')
    return (Number(fields[11]) + Number(fields[12])) * tickMs
  } catch {
    return Number.NaN
  }
}

/** Loading leaves parts behind that are merged for a while; a store in service has that behind it. */
export const untilMerged = async (store: ClickHouse, deadlineMs: number): Promise<void> => {
  const end = performance.now() + deadlineMs
  while (performance.now() < end) {
    const merges = await store.ask('SELECT 1 FROM system.merges LIMIT 1')
    if (merges.length === 0) return
    await wait(250)
  }
}
