/** One thing to be timed: loops over many calls, since a single call is shorter than a clock can tell. */
export interface Loop {
  /** Calls in one batch. */
  readonly calls: number
  /** Batches in one round; one, when it does not say. */
  readonly batches?: number
  /** Makes ready what a batch uses up; not timed. */
  readonly prepare?: (batch: number) => void
  /** Returns something that rests on every call, so that none can be left out. */
  readonly run: () => number
}

/** Nanoseconds for one call: the median of several rounds, after rounds that only warm up. */
export const nsPerCall = (loop: Loop, rounds: number, warmUps = 2): number => {
  const measured = Array.from({ length: warmUps + rounds }, () => nsOfRound(loop)).slice(warmUps)
  return measured.sort((a, b) => a - b)[Math.floor(rounds / 2)] ?? Number.NaN
}

const nsOfRound = ({ calls, batches = 1, prepare, run }: Loop): number => {
  let spentMs = 0
  let sum = 0
  for (let batch = 0; batch < batches; batch++) {
    prepare?.(batch)
    const start = performance.now()
    sum += run()
    spentMs += performance.now() - start
  }
  if (!Number.isFinite(sum)) throw new Error('The loop lost count of its calls')
  return (spentMs * 1e6) / (calls * batches)
}
