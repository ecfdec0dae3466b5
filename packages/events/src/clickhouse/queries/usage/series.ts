import type { ClickHouse } from '../../client.ts'
import { questionLimits } from '../limits.ts'
import { rfc3339 } from '../times.ts'
import { type Calls, conditionsOfCalls } from './calls.ts'

export interface UsageBucket {
  /** When it begins. */
  readonly bucket: string
  readonly events: number
  readonly allowed: number
  readonly denied: number
}

interface Row extends Omit<UsageBucket, 'bucket'> {
  readonly begins: number
}

/** By the hour for windows of up to two days, else by the day (UTC); buckets without events are left out. */
export const usageSeries = async (store: ClickHouse, calls: Calls): Promise<readonly UsageBucket[]> => {
  const { sql, parameters, bucket } = conditionsOfCalls(calls)
  const rows = await store.ask<Row>(
    `SELECT
        toUnixTimestamp(bucket) AS begins,
        toFloat64(sum(called)) AS events,
        toFloat64(sumIf(called, decision = 'allow')) AS allowed,
        toFloat64(sumIf(called, decision = 'deny')) AS denied
    FROM (SELECT ${bucket} AS bucket, decision, count() AS called FROM events WHERE ${sql} GROUP BY bucket, decision)
    GROUP BY bucket
    ORDER BY begins`,
    { parameters, settings: questionLimits },
  )
  return rows.map(({ begins, ...row }) => ({ bucket: rfc3339(begins * 1000), ...row }))
}
