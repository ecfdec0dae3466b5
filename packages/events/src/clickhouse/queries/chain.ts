import type { ClickHouse } from '../client.ts'
import { eventsLimitMax } from './events.ts'
import { bounded, questionLimits } from './limits.ts'

/** Where a page ends. Events of one number, which only a producer that errs or lies makes, stand in the order of the log. */
export interface ChainCursor {
  readonly seq: number
  readonly partition: number
  readonly offset: number
}

export interface ChainQuestion {
  readonly chain: string
  readonly after?: ChainCursor | undefined
  readonly limit: number
}

export interface ChainPage {
  /** To the byte as they were hashed, in the order of the chain. */
  readonly payloads: readonly string[]
  readonly next: ChainCursor | undefined
}

interface Row {
  readonly payload: string
  readonly at_seq: number
  readonly at_partition: number
  readonly at_offset: number
}

/** A page of a chain, for whoever verifies it. */
export const eventsOfChain = async (store: ClickHouse, question: ChainQuestion): Promise<ChainPage> => {
  const { chain, after } = question
  const limit = bounded(question.limit, eventsLimitMax)
  const rows = await store.ask<Row>(
    `SELECT payload, toFloat64(seq) AS at_seq, log_partition AS at_partition, toFloat64(log_offset) AS at_offset
    FROM events
    WHERE chain = {chain:String} ${after === undefined ? '' : isAfter}
    ORDER BY seq, log_partition, log_offset LIMIT {limit:UInt32}`,
    {
      parameters: {
        chain,
        limit: limit + 1,
        ...(after && { seq: after.seq, partition: after.partition, offset: after.offset }),
      },
      settings: questionLimits,
    },
  )
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return {
    payloads: page.map(({ payload }) => payload),
    next:
      rows.length > limit && last !== undefined
        ? { seq: last.at_seq, partition: last.at_partition, offset: last.at_offset }
        : undefined,
  }
}

const isAfter = 'AND (seq, log_partition, log_offset) > ({seq:UInt64}, {partition:UInt32}, {offset:UInt64})'
