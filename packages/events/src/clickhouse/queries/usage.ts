import type { ClickHouse } from '../client.ts'
import { bounded } from './limits.ts'
import type { Calls } from './usage/calls.ts'
import { type Decided, usageDecided } from './usage/decided.ts'
import { type CallTotals, type UsageLists, usageLists } from './usage/lists.ts'
import { uniqueSessions } from './usage/sessions.ts'

export interface UsageQuestion extends Calls {
  /** Rows of each list, at most `usageLimitMax`. */
  readonly limit: number
}

export const usageLimitMax = 50

export interface UsageTotals extends CallTotals {
  readonly unique_sessions: number
}

export interface Usage extends UsageLists, Decided {
  readonly totals: UsageTotals
}

/** Who calls which tools, and what becomes of it: calls of tools that were decided, all lists by the same conditions. */
export const usage = async (store: ClickHouse, question: UsageQuestion): Promise<Usage> => {
  const limit = bounded(question.limit, usageLimitMax)
  const [{ totals, ...lists }, unique_sessions, decided] = await Promise.all([
    usageLists(store, question, limit),
    uniqueSessions(store, question),
    usageDecided(store, question, limit),
  ])
  return { totals: { ...totals, unique_sessions }, ...lists, ...decided }
}
