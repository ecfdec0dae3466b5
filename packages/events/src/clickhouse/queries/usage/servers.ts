import type { ClickHouse } from '../../client.ts'
import { questionLimits } from '../limits.ts'
import { asMs, rfc3339 } from '../times.ts'
import { type Calls, conditionsOfCalls } from './calls.ts'

export interface ServerUsage {
  readonly server: string
  readonly namespace: string
  readonly team_id: string
  readonly events: number
  readonly allowed: number
  readonly denied: number
  readonly unique_humans: number
  readonly unique_agents: number
  readonly last_seen: string
}

interface Row extends Omit<ServerUsage, 'last_seen'> {
  readonly last_ms: number
}

/** The servers that are called most. */
export const usageOfServers = async (
  store: ClickHouse,
  calls: Calls,
  limit: number,
): Promise<readonly ServerUsage[]> => {
  const { sql, parameters } = conditionsOfCalls(calls)
  const rows = await store.ask<Row>(
    `SELECT
        server, namespace, team_id,
        toFloat64(count()) AS events,
        toFloat64(countIf(decision = 'allow')) AS allowed,
        toFloat64(countIf(decision = 'deny')) AS denied,
        toFloat64(uniqIf(human_id, notEmpty(human_id))) AS unique_humans,
        toFloat64(uniqIf(agent_id, notEmpty(agent_id))) AS unique_agents,
        ${asMs('max(timestamp)')} AS last_ms
    FROM events WHERE ${sql}
    GROUP BY server, namespace, team_id
    ORDER BY events DESC, server, namespace, team_id LIMIT {limit:UInt32}`,
    { parameters: { ...parameters, limit }, settings: questionLimits },
  )
  return rows.map(({ last_ms, ...row }) => ({ ...row, last_seen: rfc3339(last_ms) }))
}
