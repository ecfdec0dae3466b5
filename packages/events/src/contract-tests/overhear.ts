import type { ClickHouse } from '../clickhouse/client.ts'

type Asking = NonNullable<Parameters<ClickHouse['ask']>[1]>

interface Asked {
  readonly sql: string
  readonly asking: Asking
}

/** A store, and what was asked of it. */
export const overhear = (store: ClickHouse) => {
  const asked: Asked[] = []
  const ask = <Row>(sql: string, asking: Asking = {}) => {
    asked.push({ sql, asking })
    return store.ask<Row>(sql, asking)
  }
  return { asked, store: { ...store, ask } }
}
