import type { EngineProcess } from './process.ts'

export interface SuperviseOptions {
  readonly first: EngineProcess
  readonly restart: () => Promise<EngineProcess>
  readonly report: (message: string) => void
}

const backoffMs = { first: 100, max: 10_000 }

/** One that lived this long died of something new: waiting begins anew. */
const settledAfterMs = 60_000

/** Keeps one process running until it is closed. It never gives up, and waits longer each time it fails. */
export const supervise = ({ first, restart, report }: SuperviseOptions) => {
  let current = first
  let waitMs = backoffMs.first
  const closing = new AbortController()

  const restarted = async (): Promise<EngineProcess | undefined> => {
    while (!closing.signal.aborted) {
      await waitFor(waitMs, closing.signal)
      if (closing.signal.aborted) break
      waitMs = Math.min(waitMs * 2, backoffMs.max)
      try {
        return await restart()
      } catch (error) {
        report(`ClickHouse did not come back, next try in ${waitMs} ms: ${(error as Error).message}`)
      }
    }
    return undefined
  }

  const watch = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      const since = performance.now()
      const how = await current.ended
      if (closing.signal.aborted) return
      if (performance.now() - since > settledAfterMs) waitMs = backoffMs.first
      report(`ClickHouse ${how}, restarting in ${waitMs} ms`)
      const next = await restarted()
      if (next === undefined) return
      current = next
      report(`ClickHouse is back, process ${current.pid}`)
    }
  }

  const watching = watch()
  let closed: Promise<void> | undefined
  const close = async (): Promise<void> => {
    closing.abort()
    await current.stop()
    await watching
    // A restart that was under way when closing began has brought another one up.
    await current.stop()
  }
  return {
    pid: () => current.pid,
    close: () => {
      closed ??= close()
      return closed
    },
  }
}

const waitFor = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done, { once: true })
    function done(): void {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
  })
