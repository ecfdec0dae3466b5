import { setTimeout as wait } from 'node:timers/promises'

export interface Backoff {
  readonly minMs: number
  readonly maxMs: number
}

/** The longest that a sink may ask to be left alone. */
const askedMsMax = 5 * 60 * 1000

/** Waits twice as long each time, less up to a half at random, so that many that failed together do not come together. */
export const createWaits = ({ minMs, maxMs }: Backoff) => {
  let attempts = 0
  let waking = new AbortController()
  const sleep = async (ms: number): Promise<void> => {
    waking = new AbortController()
    await wait(ms, undefined, { signal: waking.signal, ref: false }).catch(() => {})
  }
  return {
    sleep,
    /** Longer than the last time, unless something has succeeded since. */
    wait: (askedMs = 0): Promise<void> => {
      const longest = Math.min(maxMs, minMs * 2 ** Math.min(attempts++, 30))
      const ms = Math.max(longest * (1 - Math.random() / 2), Math.min(askedMs, askedMsMax))
      return sleep(ms)
    },
    /** Ends the wait that is on its way. */
    wake: (): void => waking.abort(),
    succeeded: (): void => {
      attempts = 0
    },
  }
}
