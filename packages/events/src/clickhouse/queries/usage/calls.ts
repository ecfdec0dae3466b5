import { type Conditions, conditionsOf, type Scope } from '../filter.ts'
import { bounded } from '../limits.ts'

/** Which calls of tools a question is about. */
export interface Calls {
  /** Days up to and with today (UTC), at most `windowDaysMax`; up to two days are that many times 24 hours, this one the last. */
  readonly windowDays: number
  /** Epoch milliseconds. */
  readonly nowMs: number
  readonly scope?: Scope | undefined
  readonly server?: string | undefined
  /** `unknown` stands for calls that name none. */
  readonly decision?: string | undefined
  readonly toolName?: string | undefined
}

export const windowDaysMax = 365
export const decisionUnknown = 'unknown'

const hourMs = 3_600_000
const dayMs = 24 * hourMs

export interface CallConditions extends Conditions {
  /** What calls are counted by over time. */
  readonly bucket: string
}

/**
 * The window begins with a whole hour or a whole day and is told by it: only so may an answer come from what the store
 * keeps by the day, and it is the same whether it does or not.
 */
export const conditionsOfCalls = (calls: Calls): CallConditions => {
  const { nowMs, scope, server, decision, toolName } = calls
  const windowDays = bounded(calls.windowDays, windowDaysMax)
  const byHour = windowDays <= 2
  const unitMs = byHour ? hourMs : dayMs
  const startMs = Math.floor(nowMs / unitMs) * unitMs + unitMs - windowDays * dayMs
  const bucket = byHour ? 'toStartOfHour(timestamp)' : 'toStartOfDay(timestamp)'
  const named = decision === decisionUnknown ? undefined : decision
  const { sql, parameters } = conditionsOf({
    event_type: 'mcp.request',
    rpc_method: 'tools/call',
    scope,
    server,
    decision: named,
    tool_name: toolName,
  })
  const conditions = [`${bucket} >= toDateTime({startS:UInt32}, 'UTC')`, sql]
  if (decision === decisionUnknown) conditions.push(`decision IN ('', '${decisionUnknown}')`)
  return {
    bucket,
    sql: conditions.join(' AND '),
    parameters: { ...parameters, startS: Math.max(0, startMs / 1000) },
  }
}
