export interface PeriodicOptions {
  readonly everyMs: number
  readonly work: () => Promise<void>
  readonly report: (error: unknown) => void
}

/** Does its work again and again, each time after the one before has ended, whatever became of it. Resolves the close when nothing is under way. */
export const createPeriodic = ({ everyMs, work, report }: PeriodicOptions): (() => Promise<void>) => {
  let running: Promise<void> = Promise.resolve()
  let isClosed = false
  let timer: NodeJS.Timeout | undefined

  const next = (): void => {
    timer = setTimeout(() => {
      running = work()
        .catch(report)
        .then(() => (isClosed ? undefined : next()))
    }, everyMs)
  }
  next()
  return () => {
    isClosed = true
    clearTimeout(timer)
    return running
  }
}
