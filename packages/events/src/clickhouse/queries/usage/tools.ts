import type { ClickHouse } from '../../client.ts'
import { questionLimits } from '../limits.ts'
import { asMs, rfc3339 } from '../times.ts'
import { type Calls, conditionsOfCalls } from './calls.ts'

export interface ToolUsage {
  readonly server: string
  readonly tool_name: string
  readonly human_id: string
  readonly team_id: string
  readonly agent_id: string
  readonly events: number
  readonly denied: number
  readonly last_seen: string
}

interface Row extends Omit<ToolUsage, 'last_seen'> {
  readonly last_ms: number
}

/** The tools that are called most, with one row for each of their callers. */
export const usageOfTools = async (
  store: ClickHouse,
  calls: Calls,
  limit: number,
): Promise<readonly ToolUsage[]> => {
  const { sql, parameters } = conditionsOfCalls(calls)
  const rows = await store.ask<Row>(
    `SELECT
        server, tool_name, human_id, team_id, agent_id,
        toFloat64(count()) AS events,
        toFloat64(countIf(decision = 'deny')) AS denied,
        ${asMs('max(timestamp)')} AS last_ms
    FROM events WHERE ${sql}
    GROUP BY server, tool_name, human_id, team_id, agent_id
    ORDER BY events DESC, server, tool_name, human_id, team_id, agent_id LIMIT {limit:UInt32}`,
    { parameters: { ...parameters, limit }, settings: questionLimits },
  )
  return rows.map(({ last_ms, ...row }) => ({ ...row, last_seen: rfc3339(last_ms) }))
}
