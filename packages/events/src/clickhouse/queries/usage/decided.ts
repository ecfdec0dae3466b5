import type { ClickHouse } from '../../client.ts'
import { questionLimits } from '../limits.ts'
import { rfc3339 } from '../times.ts'
import { type Calls, conditionsOfCalls, decisionUnknown, windowDaysMax } from './calls.ts'

export interface DecisionUsage {
  /** `unknown` where an event names none. */
  readonly decision: string
  readonly events: number
}

export interface UsageBucket {
  /** When it begins. */
  readonly bucket: string
  readonly events: number
  readonly allowed: number
  readonly denied: number
}

export interface Decided {
  readonly decisions: readonly DecisionUsage[]
  /** By the hour for windows of up to two days, else by the day (UTC); buckets without events are left out. */
  readonly series: readonly UsageBucket[]
}

interface Row extends Omit<UsageBucket, 'bucket'> {
  readonly list: number
  readonly name: string
  readonly begins: number
}

const lists = { decisions: 0b01, series: 0b10 } as const

/** What was decided, and when. */
export const usageDecided = async (store: ClickHouse, calls: Calls, limit: number): Promise<Decided> => {
  const { sql, parameters, bucket } = conditionsOfCalls(calls)
  const rows = await store.ask<Row>(
    `SELECT
        grouping(name, begins) AS list,
        if(decision = '', '${decisionUnknown}', decision) AS name,
        toUnixTimestamp(bucket) AS begins,
        toFloat64(sum(called)) AS events,
        toFloat64(sumIf(called, decision = 'allow')) AS allowed,
        toFloat64(sumIf(called, decision = 'deny')) AS denied
    FROM (SELECT ${bucket} AS bucket, decision, count() AS called FROM events WHERE ${sql} GROUP BY bucket, decision)
    GROUP BY GROUPING SETS ((name), (begins))
    ORDER BY list, begins, events DESC, name
    LIMIT ${windowDaysMax + 1} BY list`,
    { parameters, settings: questionLimits },
  )
  const of = (list: number): readonly Row[] => rows.filter((row) => row.list === list)
  return {
    decisions: of(lists.decisions)
      .slice(0, limit)
      .map(({ name, events }) => ({ decision: name, events })),
    series: of(lists.series).map(({ begins, events, allowed, denied }) => ({
      bucket: rfc3339(begins * 1000),
      events,
      allowed,
      denied,
    })),
  }
}
