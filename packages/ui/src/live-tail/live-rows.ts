/** Of rows that are kept; the oldest go first. */
export const liveRowsMax = 100_000

export interface LiveRows<Row> {
  /** The newest first. */
  readonly shown: readonly Row[]
  /** Came while it was paused. */
  readonly held: readonly Row[]
}

export const noRows = { shown: [], held: [] } as const

/** With what came since, given in the order in which it came. */
export const withArrivals = <Row extends { readonly id: string }>(
  rows: LiveRows<Row>,
  arrivals: readonly Row[],
  isPaused: boolean,
): LiveRows<Row> => {
  const newestFirst = arrivals.toReversed()
  return isPaused
    ? { shown: rows.shown, held: [...newestFirst, ...rows.held].slice(0, liveRowsMax) }
    : { shown: [...newestFirst, ...rows.held, ...rows.shown].slice(0, liveRowsMax), held: [] }
}
