export interface HealthCheck {
  readonly name: string
  /** What `/ready` answers while it fails. */
  readonly error: string
  /** A check that has not answered by then has failed. */
  readonly deadlineMs: number
  /** Rejects while the process cannot do its work. */
  readonly check: (signal: AbortSignal) => Promise<void>
}

export type Readiness = { readonly ok: true } | { readonly ok: false; readonly error: string }

export interface Health {
  /** The first check that fails, in their order; however many ask, each check runs once at a time. */
  readonly ready: () => Promise<Readiness>
}

export interface HealthOptions {
  readonly checks: readonly HealthCheck[]
  /** Told when a check begins to fail, and when it holds again. */
  readonly report?: ((name: string, failure: unknown) => void) | undefined
}

export const createHealth = ({ checks, report = () => {} }: HealthOptions): Health => {
  const failing = new Set<string>()
  let running: Promise<Readiness> | undefined

  const failureOf = async ({ name, check, deadlineMs }: HealthCheck): Promise<boolean> => {
    const signal = AbortSignal.timeout(deadlineMs)
    try {
      await Promise.race([check(signal), rejectedOnceAborted(signal)])
      if (failing.delete(name)) report(name, undefined)
      return false
    } catch (error) {
      if (!failing.has(name)) report(name, error)
      failing.add(name)
      return true
    }
  }

  const run = async (): Promise<Readiness> => {
    const failures = await Promise.all(checks.map(failureOf))
    const first = checks[failures.indexOf(true)]
    return first === undefined ? { ok: true } : { ok: false, error: first.error }
  }

  return {
    ready: () => {
      running ??= run().finally(() => {
        running = undefined
      })
      return running
    },
  }
}

const rejectedOnceAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
