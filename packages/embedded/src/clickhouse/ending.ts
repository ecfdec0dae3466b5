import { setTimeout as delay } from 'node:timers/promises'
import type { Session } from './session.ts'

/** A statement that was just sent is not among those that run yet. */
const againAfterMs = 100

/**
 * Ends a statement, found by its mark, when its caller is gone: a session does not notice, and would hold its place until
 * the engine is through. Returns what is called once the statement has settled.
 */
export const createEnding = (killer: Session) => (signal: AbortSignal, mark: string) => {
  const settled = new AbortController()

  const end = async (): Promise<void> => {
    while (!settled.signal.aborted) {
      await killer.run(`KILL QUERY WHERE startsWith(query, '${mark}') ASYNC`, 'Null').catch(() => {})
      await delay(againAfterMs, undefined, { signal: settled.signal }).catch(() => {})
    }
  }
  const onAbort = (): void => void end()
  signal.addEventListener('abort', onAbort, { once: true })
  return (): void => {
    signal.removeEventListener('abort', onAbort)
    settled.abort()
  }
}
