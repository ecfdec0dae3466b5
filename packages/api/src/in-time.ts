import { setTimeout as wait } from 'node:timers/promises'

/** What it comes to; undefined once it is late, and then it goes on by itself. */
export const inTime = async <T>(work: Promise<T>, deadlineMs: number): Promise<T | undefined> => {
  const settled = new AbortController()
  const late = wait(deadlineMs, undefined, { signal: settled.signal }).catch(() => undefined)
  try {
    return await Promise.race([work, late])
  } finally {
    settled.abort()
  }
}
