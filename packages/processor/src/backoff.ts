import { setTimeout as wait } from 'node:timers/promises'

/** The first pause after a failure; each further one is twice as long, up to the longest. */
const firstMs = 100
const longestMs = 10_000

export const pauseMsAfter = (failures: number): number =>
  Math.min(firstMs * 2 ** Math.min(failures - 1, 20), longestMs)

/** Waits, but not for somebody who has stopped. */
export const pause = async (ms: number, signal: AbortSignal): Promise<void> => {
  await wait(ms, undefined, { signal }).catch(() => {})
}
