/** For one who waits for any of several things. */
export interface Alarm {
  readonly ring: () => void
  /** Resolves when it rings, at once when it has rung since the last time. */
  readonly wait: () => Promise<void>
}

export const createAlarm = (signal: AbortSignal): Alarm => {
  let hasRung = signal.aborted
  let wake = (): void => {}
  const ring = (): void => {
    hasRung = true
    wake()
  }
  signal.addEventListener('abort', ring, { once: true })
  return {
    ring,
    wait: async () => {
      if (!hasRung)
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      hasRung = false
    },
  }
}

export interface Timer {
  readonly set: (ms: number) => void
  /** True once for each time that it ran out. */
  readonly isOut: () => boolean
  readonly stop: () => void
}

/** Rings the alarm when it runs out. */
export const createTimer = (alarm: Alarm): Timer => {
  let timeout: NodeJS.Timeout | undefined
  let isOut = false
  return {
    set: (ms) => {
      timeout = setTimeout(() => {
        isOut = true
        alarm.ring()
      }, ms)
    },
    isOut: () => {
      const was = isOut
      isOut = false
      return was
    },
    stop: () => clearTimeout(timeout),
  }
}
