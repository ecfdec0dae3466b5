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
const weekMs = 7 * dayMs
/** 1970 began with a Thursday. */
const firstMondayMs = 4 * dayMs

export interface CallConditions extends Conditions {
  /** What calls are counted by over time. */
  readonly bucket: string
}

/**
 * The window begins with a whole hour or a whole day and is told by it: only so may an answer come from what the store
 * keeps by the day, and it is the same whether it does or not.
 */
export const conditionsOfCalls = (calls: Calls): CallConditions => {
  const { byHour, startMs } = windowOf(calls)
  const bucket = byHour ? 'toStartOfHour(timestamp)' : 'toStartOfDay(timestamp)'
  const { sql, parameters } = conditionsOfKind(calls)
  return {
    bucket,
    sql: `${bucket} >= toDateTime({startS:UInt32}, 'UTC') AND ${sql}`,
    parameters: { ...parameters, startS: startMs / 1000 },
  }
}

/** What a caller and what is called are told apart by. */
export const caller = 'human_id, agent_id, namespace, team_id, server, tool_name'

/**
 * A statement whose rows have `events`, `allowed`, `denied` and `last` (when) beside those, several of a caller. The
 * store keeps far fewer weeks than days. A window of days has no end, so that it is made of whole weeks but for the one
 * it begins in, of which the store knows how much came from each day on.
 */
export const callsByCaller = (calls: Calls): Conditions => {
  const among = (conditions: string): string =>
    `SELECT
        ${caller}, count() AS events, countIf(decision = 'allow') AS allowed, countIf(decision = 'deny') AS denied,
        max(timestamp) AS last
    FROM events WHERE ${conditions}
    GROUP BY ${caller}`
  const { byHour, startMs } = windowOf(calls)
  if (byHour) {
    const { sql, parameters } = conditionsOfCalls(calls)
    return { sql: among(sql), parameters }
  }
  const { sql, parameters } = conditionsOfKind(calls)
  const mondayMs = Math.floor((startMs - firstMondayMs) / weekMs) * weekMs + firstMondayMs
  const weekday = 1 + (startMs - mondayMs) / dayMs
  const monday = "toDate(toDateTime({mondayS:Int64}, 'UTC'))"
  const first = `SELECT
        ${caller}, countIf(toDayOfWeek(timestamp) >= ${weekday}) AS events,
        if(decision = 'allow', events, 0) AS allowed, if(decision = 'deny', events, 0) AS denied,
        max(timestamp) AS last
    FROM events WHERE toMonday(timestamp) = ${monday} AND ${sql}
    GROUP BY ${caller}, decision HAVING events > 0`
  const weeks =
    weekday === 1
      ? among(`toMonday(timestamp) >= ${monday} AND ${sql}`)
      : `${first} UNION ALL ${among(`toMonday(timestamp) > ${monday} AND ${sql}`)}`
  return { sql: weeks, parameters: { ...parameters, mondayS: mondayMs / 1000 } }
}

const windowOf = ({ windowDays, nowMs }: Calls) => {
  const days = bounded(windowDays, windowDaysMax)
  const byHour = days <= 2
  const unitMs = byHour ? hourMs : dayMs
  const startMs = Math.floor(nowMs / unitMs) * unitMs + unitMs - days * dayMs
  return { byHour, startMs: Math.max(0, startMs) }
}

const conditionsOfKind = ({ scope, server, decision, toolName }: Calls): Conditions => {
  const { sql, parameters } = conditionsOf({
    event_type: 'mcp.request',
    rpc_method: 'tools/call',
    scope,
    server,
    decision: decision === decisionUnknown ? undefined : decision,
    tool_name: toolName,
  })
  return decision === decisionUnknown
    ? { sql: `${sql} AND decision IN ('', '${decisionUnknown}')`, parameters }
    : { sql, parameters }
}
