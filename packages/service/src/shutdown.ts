/** Something that is closed before the process ends. */
export interface Closing {
  readonly name: string
  readonly close: () => Promise<void>
  /** Its own: one that hangs takes no time from those after it. Past it the step is named and left. */
  readonly deadlineMs: number
}

export interface ShutdownOptions {
  /** In the order in which they are closed: what takes work in first, what it rests on last. */
  readonly steps: readonly Closing[]
  readonly report: (message: string, error?: unknown) => void
}

/** Every step has its turn, in order, whatever became of the ones before. Resolves to whether all closed in time. */
export const createShutdown = ({ steps, report }: ShutdownOptions): (() => Promise<boolean>) => {
  let running: Promise<boolean> | undefined

  const run = async (): Promise<boolean> => {
    let closedAll = true
    for (const { name, close, deadlineMs } of steps) {
      const outcome = await Promise.race([settled(close), onceAborted(AbortSignal.timeout(deadlineMs))])
      if (outcome.kind === 'closed') continue
      closedAll = false
      if (outcome.kind === 'failed') report(`${name} did not close cleanly`, outcome.error)
      else report(`${name} did not close within ${deadlineMs} ms`)
    }
    return closedAll
  }

  return () => {
    running ??= run()
    return running
  }
}

type Outcome = { readonly kind: 'closed' | 'late' } | { readonly kind: 'failed'; readonly error: unknown }

const settled = async (close: () => Promise<void>): Promise<Outcome> => {
  try {
    await close()
    return { kind: 'closed' }
  } catch (error) {
    return { kind: 'failed', error }
  }
}

const onceAborted = (signal: AbortSignal): Promise<Outcome> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve({ kind: 'late' })
    else signal.addEventListener('abort', () => resolve({ kind: 'late' }), { once: true })
  })
