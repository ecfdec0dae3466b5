import { EventError } from '@mcp-sentinel/events'
import type { ClickHouse } from '@mcp-sentinel/events/clickhouse'

export interface StoreBounds {
  /** Questions that are asked at the same time; a client has as many connections. */
  readonly atOnceMax?: number | undefined
  /** Questions that wait for their turn, and for how long. */
  readonly waitingMax?: number | undefined
  readonly waitMsMax?: number | undefined
  /** Of a question whose turn it is. The store itself ends each after 10 s. */
  readonly deadlineMs?: number | undefined
}

/**
 * A store that hangs would have whoever asks it hang, and their questions pile up: none takes longer, and no more wait.
 * One that has too much to do would begin what nobody waits for when it is done: what has waited for too long is refused
 * before it is asked.
 */
export const boundedStore = (store: ClickHouse, bounds: StoreBounds = {}): ClickHouse => {
  const { atOnceMax = 10, waitingMax = 1_000, waitMsMax = 5_000, deadlineMs = 12_000 } = bounds
  const waiting = new Set<() => void>()
  let asked = 0

  const turn = (): Promise<void> => {
    if (waiting.size >= waitingMax) throw unavailable(`${waitingMax} questions wait for the store already`)
    return new Promise((resolve, reject) => {
      const begin = (): void => {
        clearTimeout(timer)
        waiting.delete(begin)
        resolve()
      }
      const timer = setTimeout(() => {
        waiting.delete(begin)
        reject(unavailable(`the store had no time for it within ${waitMsMax} ms`))
      }, waitMsMax)
      waiting.add(begin)
    })
  }
  /** A place is handed on by who leaves it, so that nobody slips in between. */
  const leave = (): void => {
    const [next] = waiting
    if (next) next()
    else asked -= 1
  }

  return {
    ...store,
    ask: async <Row>(sql: string, asking: Parameters<ClickHouse['ask']>[1] = {}) => {
      if (asked >= atOnceMax) await turn()
      else asked += 1
      try {
        // The client hears an abort only from when it has asked.
        if (asking.signal?.aborted) throw unavailable('nobody waits for the answer any more')
        const late = AbortSignal.timeout(deadlineMs)
        const signal = asking.signal === undefined ? late : AbortSignal.any([asking.signal, late])
        return await store.ask<Row>(sql, { ...asking, signal })
      } finally {
        leave()
      }
    },
  }
}

const unavailable = (why: string): EventError => new EventError('store_unavailable', why, { retryable: true })
