import type { Gap } from '../build.ts'

export const lossReasons = ['spool_full', 'disk_full', 'write_failed', 'too_large', 'closed'] as const
export type LossReason = (typeof lossReasons)[number]

/** Events that were lost and that no gap record tells of yet. */
export interface Losses {
  /** True when it is the first of a run. */
  readonly count: (reason: LossReason) => boolean
  readonly isPending: () => boolean
  readonly gaps: () => readonly Gap[]
  /** A gap record of all that was lost for this reason is kept. */
  readonly told: (gap: Gap) => void
  /** Ever. */
  readonly total: () => number
}

/** One gap for each reason, so that none is told in the name of another. */
export const createLosses = (clock: () => number): Losses => {
  const pending = new Map<string, { fromMs: number; untilMs: number; lost: number }>()
  let total = 0

  return {
    count: (reason) => {
      const now = clock()
      const run = pending.get(reason) ?? { fromMs: now, untilMs: now, lost: 0 }
      const isFirst = pending.size === 0
      pending.set(reason, run)
      run.lost++
      run.untilMs = Math.max(run.untilMs, now)
      total++
      return isFirst
    },
    isPending: () => pending.size > 0,
    gaps: () =>
      [...pending].map(([reason, { fromMs, untilMs, lost }]) => ({
        from: new Date(fromMs).toISOString(),
        lost,
        reason,
        until: new Date(untilMs).toISOString(),
      })),
    told: ({ reason }) => void pending.delete(reason),
    total: () => total,
  }
}
