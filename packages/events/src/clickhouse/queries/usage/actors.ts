import type { ClickHouse } from '../../client.ts'
import { questionLimits } from '../limits.ts'
import { asMs, rfc3339 } from '../times.ts'
import { type Calls, conditionsOfCalls } from './calls.ts'

export interface ActorUsage {
  readonly human_id: string
  readonly agent_id: string
  readonly events: number
  readonly unique_servers: number
  readonly unique_tools: number
  readonly denied: number
  readonly last_seen: string
}

interface Row extends Omit<ActorUsage, 'last_seen'> {
  readonly last_ms: number
}

/** Who calls most: a person through an agent. */
export const usageOfActors = async (
  store: ClickHouse,
  calls: Calls,
  limit: number,
): Promise<readonly ActorUsage[]> => {
  const { sql, parameters } = conditionsOfCalls(calls)
  const rows = await store.ask<Row>(
    `SELECT
        human_id, agent_id,
        toFloat64(sum(called)) AS events,
        toFloat64(uniqIf((namespace, server), server != '')) AS unique_servers,
        toFloat64(uniqIf((namespace, server, tool_name), tool_name != '')) AS unique_tools,
        toFloat64(sum(deny)) AS denied,
        ${asMs('max(last)')} AS last_ms
    FROM
    (
        SELECT
            human_id, agent_id, namespace, server, tool_name,
            count() AS called, countIf(decision = 'deny') AS deny, max(timestamp) AS last
        FROM events WHERE ${sql}
        GROUP BY human_id, agent_id, namespace, server, tool_name
    )
    GROUP BY human_id, agent_id
    ORDER BY events DESC, human_id, agent_id LIMIT {limit:UInt32}`,
    { parameters: { ...parameters, limit }, settings: questionLimits },
  )
  return rows.map(({ last_ms, ...row }) => ({ ...row, last_seen: rfc3339(last_ms) }))
}
