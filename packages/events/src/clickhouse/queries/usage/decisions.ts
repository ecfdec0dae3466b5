import type { ClickHouse } from '../../client.ts'
import { questionLimits } from '../limits.ts'
import { type Calls, conditionsOfCalls, decisionUnknown } from './calls.ts'

export interface DecisionUsage {
  /** `unknown` where an event names none. */
  readonly decision: string
  readonly events: number
}

export const usageOfDecisions = (
  store: ClickHouse,
  calls: Calls,
  limit: number,
): Promise<readonly DecisionUsage[]> => {
  const { sql, parameters } = conditionsOfCalls(calls)
  return store.ask<DecisionUsage>(
    `SELECT if(made = '', '${decisionUnknown}', made) AS decision, toFloat64(sum(calls)) AS events
    FROM (SELECT decision AS made, count() AS calls FROM events WHERE ${sql} GROUP BY made)
    GROUP BY decision
    ORDER BY events DESC, decision LIMIT {limit:UInt32}`,
    { parameters: { ...parameters, limit }, settings: questionLimits },
  )
}
