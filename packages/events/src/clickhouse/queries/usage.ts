import type { ClickHouse } from '../client.ts'
import { bounded } from './limits.ts'
import { type ActorUsage, usageOfActors } from './usage/actors.ts'
import type { Calls } from './usage/calls.ts'
import { type DecisionUsage, usageOfDecisions } from './usage/decisions.ts'
import { type UsageBucket, usageSeries } from './usage/series.ts'
import { type ServerUsage, usageOfServers } from './usage/servers.ts'
import { type ToolUsage, usageOfTools } from './usage/tools.ts'
import { type UsageTotals, usageTotals } from './usage/totals.ts'

export interface UsageQuestion extends Calls {
  /** Rows of each list, at most `usageLimitMax`. */
  readonly limit: number
}

export const usageLimitMax = 50

export interface Usage {
  readonly totals: UsageTotals
  readonly servers: readonly ServerUsage[]
  readonly actors: readonly ActorUsage[]
  readonly tools: readonly ToolUsage[]
  readonly decisions: readonly DecisionUsage[]
  readonly series: readonly UsageBucket[]
}

/** Who calls which tools, and what becomes of it: calls of tools that were decided, all lists by the same conditions. */
export const usage = async (store: ClickHouse, question: UsageQuestion): Promise<Usage> => {
  const limit = bounded(question.limit, usageLimitMax)
  const [totals, servers, actors, tools, decisions, series] = await Promise.all([
    usageTotals(store, question),
    usageOfServers(store, question, limit),
    usageOfActors(store, question, limit),
    usageOfTools(store, question, limit),
    usageOfDecisions(store, question, limit),
    usageSeries(store, question),
  ])
  return { totals, servers, actors, tools, decisions, series }
}
