import { EventError } from '@mcp-sentinel/events'
import type { ClickHouse } from '@mcp-sentinel/events/clickhouse'

export interface StoreBounds {
  /** Of a question, with its wait for a connection. The store itself ends each after 10 s. */
  readonly deadlineMs?: number | undefined
  /** Questions that are under way or wait for a connection. */
  readonly askedMax?: number | undefined
}

/** A store that hangs would have whoever asks it hang, and their questions pile up: none takes longer, and no more wait. */
export const boundedStore = (store: ClickHouse, bounds: StoreBounds = {}): ClickHouse => {
  const { deadlineMs = 15_000, askedMax = 200 } = bounds
  let asked = 0
  return {
    ...store,
    ask: async <Row>(sql: string, asking: Parameters<ClickHouse['ask']>[1] = {}) => {
      if (asked >= askedMax) throw unavailable(`${asked} questions wait for the store already`)
      // The client hears an abort only from when it has asked.
      if (asking.signal?.aborted) throw unavailable('nobody waits for the answer any more')
      const late = AbortSignal.timeout(deadlineMs)
      const signal = asking.signal === undefined ? late : AbortSignal.any([asking.signal, late])
      asked++
      try {
        return await store.ask<Row>(sql, { ...asking, signal })
      } finally {
        asked--
      }
    },
  }
}

const unavailable = (why: string): EventError => new EventError('store_unavailable', why, { retryable: true })
