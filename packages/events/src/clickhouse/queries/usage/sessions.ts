import type { ClickHouse } from '../../client.ts'
import { questionLimits } from '../limits.ts'
import { type Calls, conditionsOfCalls } from './calls.ts'

/** Sessions in which tools were called: exact up to some ten thousands, beyond that to a percent. */
export const uniqueSessions = async (store: ClickHouse, calls: Calls): Promise<number> => {
  const { sql, parameters } = conditionsOfCalls(calls)
  const [row] = await store.ask<{ readonly sessions: number }>(
    `SELECT toFloat64(uniqIf(session_id, notEmpty(session_id))) AS sessions FROM events WHERE ${sql}`,
    { parameters, settings: questionLimits },
  )
  return row?.sessions ?? 0
}
