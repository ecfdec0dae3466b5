import type { ClickHouse } from '../client.ts'
import { bounded, questionLimits } from './limits.ts'
import { type Calls, conditionsOfCalls } from './usage/calls.ts'

export interface Latency {
  readonly server: string
  readonly namespace: string
  readonly events: number
  /** Milliseconds, each within a percent of the true one. */
  readonly p50: number
  readonly p90: number
  readonly p99: number
}

export interface LatencyQuestion extends Omit<Calls, 'decision'> {
  readonly limit: number
}

export const latencyLimitMax = 100

interface Row extends Omit<Latency, 'p50' | 'p90' | 'p99'> {
  readonly quantiles: readonly [number, number, number]
}

/** How long the calls that were allowed took, by server; those first that are called most. */
export const latency = async (store: ClickHouse, question: LatencyQuestion): Promise<readonly Latency[]> => {
  const { sql, parameters } = conditionsOfCalls({ ...question, decision: 'allow' })
  const limit = bounded(question.limit, latencyLimitMax)
  const rows = await store.ask<Row>(
    `SELECT
        server, namespace, toFloat64(count()) AS events, quantilesDD(0.01, 0.5, 0.9, 0.99)(latency_ms) AS quantiles
    FROM events WHERE ${sql}
    GROUP BY server, namespace
    ORDER BY events DESC, server, namespace LIMIT {limit:UInt32}`,
    { parameters: { ...parameters, limit }, settings: questionLimits },
  )
  return rows.map(({ quantiles: [p50, p90, p99], ...row }) => ({ ...row, p50, p90, p99 }))
}
