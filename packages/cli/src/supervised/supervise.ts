import { setTimeout as wait } from 'node:timers/promises'
import type { ComponentStatus } from '@mcp-sentinel/resources/workloads'
import { createLogRing, type LogRing } from './log-ring.ts'
import type { Part, Running } from './part.ts'

export interface SuperviseOptions {
  readonly part: Part
  /** What somebody should read: that it ended, that it is back, and what it warns of. */
  readonly report: (line: string) => void
  /** Epoch milliseconds. */
  readonly clock: () => number
  readonly backoffMs: { readonly first: number; readonly max: number }
}

export interface Supervised {
  readonly part: Part
  readonly log: LogRing
  /** For the first time: rejects when it cannot. */
  readonly start: () => Promise<void>
  readonly isRestarting: () => boolean
  /** Resolves when it is back; rejects when it did not come back at once, and is tried again. */
  readonly restart: () => Promise<void>
  readonly status: () => Promise<{ readonly status: ComponentStatus; readonly message: string }>
  readonly close: () => Promise<void>
}

/** What lived this long ended for a new reason: waiting begins anew. */
const settledAfterMs = 60_000
const checkMs = 2_000

/** Keeps one part running until it is closed. It never gives up, and waits longer each time, up to a bound. */
export const supervise = ({ part, report, clock, backoffMs }: SuperviseOptions): Supervised => {
  const ring = createLogRing(clock)
  const closing = new AbortController()
  let hurry = new AbortController()
  let running: Running | undefined
  let message = 'is starting'
  let startedAt = 0
  let waitMs = backoffMs.first
  let isRestarting = false
  /** What is under way: a restart, or the way back after an end. */
  let turning: Promise<void> | undefined

  const log = (line: string): void => {
    ring.write(line)
    if (/^\{"level":"(warn|error|fatal)"/.test(line)) report(`${part.display}: ${line.trimEnd()}`)
  }

  const begin = async (): Promise<void> => {
    ring.turn()
    const begun = await part.start(log)
    running = begun
    startedAt = clock()
    message = ''
    void begun.ended?.then((how) => {
      if (running !== begun) return
      running = undefined
      report(`${part.display} ended (${how}), and is started again`)
      void turn(() => revive(`ended (${how})`))
    })
  }

  const revive = async (why: string): Promise<void> => {
    let how = why
    if (clock() - startedAt > settledAfterMs) waitMs = backoffMs.first
    while (!closing.signal.aborted) {
      message = `${how}; is started again after ${waitMs} ms`
      await wait(waitMs, undefined, { signal: AbortSignal.any([closing.signal, hurry.signal]) }).catch(
        () => {},
      )
      hurry = new AbortController()
      waitMs = Math.min(waitMs * 2, backoffMs.max)
      if (closing.signal.aborted) return
      try {
        return await begin()
      } catch (error) {
        how = `could not be started: ${(error as Error).message}`
        report(`${part.display} ${how}`)
      }
    }
  }

  const turn = (work: () => Promise<void>): Promise<void> => {
    const mine = work().finally(() => {
      if (turning === mine) turning = undefined
    })
    turning = mine
    return mine
  }

  const again = async (): Promise<void> => {
    const before = running
    // From here on its end is what was asked for.
    running = undefined
    message = 'is being restarted'
    isRestarting = true
    try {
      if (before?.restart === undefined) {
        await before?.close()
        await begin()
      } else {
        await before.restart()
        running = before
        message = ''
      }
    } catch (error) {
      void turn(() => revive(`could not be restarted: ${(error as Error).message}`))
      throw error
    } finally {
      isRestarting = false
    }
  }

  return {
    part,
    log: ring,
    start: begin,
    isRestarting: () => isRestarting,
    restart: () => {
      if (turning === undefined) return turn(again)
      // It is on its way back already, and need not wait for it.
      hurry.abort()
      return turning
    },
    status: async () => {
      if (running === undefined) return { status: 'NotReady', message }
      try {
        const late = wait(checkMs, 'does not answer', { ref: false })
        const fault = await Promise.race([
          running.check?.(),
          late.then((why) => Promise.reject(new Error(why))),
        ])
        return fault === undefined ? { status: 'Ready', message: '' } : { status: 'NotReady', message: fault }
      } catch (error) {
        return { status: 'Error', message: (error as Error).message }
      }
    },
    close: async () => {
      closing.abort()
      await turning?.catch(() => undefined)
      const last = running
      running = undefined
      message = 'is closed'
      await last?.close()
    },
  }
}
