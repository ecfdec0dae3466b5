import type { ClickHouse } from '../client.ts'
import { bounded, questionLimits } from './limits.ts'
import { type Calls, conditionsOfCalls } from './usage/calls.ts'

export interface Refused {
  readonly reason: string
  readonly events: number
}

export interface RefusalsQuestion extends Omit<Calls, 'decision'> {
  readonly limit: number
}

export const refusalsLimitMax = 100

/** Why calls of tools were refused; the most frequent reason first. */
export const refusalReasons = (
  store: ClickHouse,
  question: RefusalsQuestion,
): Promise<readonly Refused[]> => {
  const { sql, parameters } = conditionsOfCalls({ ...question, decision: 'deny' })
  const limit = bounded(question.limit, refusalsLimitMax)
  return store.ask<Refused>(
    `SELECT reason, toFloat64(count()) AS events FROM events WHERE ${sql}
    GROUP BY reason
    ORDER BY events DESC, reason LIMIT {limit:UInt32}`,
    { parameters: { ...parameters, limit }, settings: questionLimits },
  )
}
