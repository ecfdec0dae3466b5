import type { ClickHouse } from '../../client.ts'
import { questionLimits } from '../limits.ts'
import { type Calls, conditionsOfCalls } from './calls.ts'

/** How many different there are is exact up to some ten thousands, beyond that to a percent. */
export interface UsageTotals {
  readonly events: number
  readonly allowed: number
  readonly denied: number
  readonly unique_servers: number
  readonly unique_humans: number
  readonly unique_agents: number
  readonly unique_sessions: number
}

const nothing: UsageTotals = {
  events: 0,
  allowed: 0,
  denied: 0,
  unique_servers: 0,
  unique_humans: 0,
  unique_agents: 0,
  unique_sessions: 0,
}

/** A call without a person, an agent or a session counts as a call, and as nobody's. */
export const usageTotals = async (store: ClickHouse, calls: Calls): Promise<UsageTotals> => {
  const { sql, parameters } = conditionsOfCalls(calls)
  const [totals = nothing] = await store.ask<UsageTotals>(
    `SELECT
        toFloat64(count()) AS events,
        toFloat64(countIf(decision = 'allow')) AS allowed,
        toFloat64(countIf(decision = 'deny')) AS denied,
        (
            SELECT toFloat64(count())
            FROM (SELECT namespace, server FROM events WHERE ${sql} AND server != '' GROUP BY namespace, server)
        ) AS unique_servers,
        toFloat64(uniqIf(human_id, notEmpty(human_id))) AS unique_humans,
        toFloat64(uniqIf(agent_id, notEmpty(agent_id))) AS unique_agents,
        toFloat64(uniqIf(session_id, notEmpty(session_id))) AS unique_sessions
    FROM events WHERE ${sql}`,
    { parameters, settings: questionLimits },
  )
  return totals
}
