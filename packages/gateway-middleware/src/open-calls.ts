/** A call that went on and has not ended. */
export interface OpenCall {
  /** Epoch milliseconds. */
  readonly began: number
  /** Does what let it pass still hold? */
  readonly stands: (now: number) => boolean
  /** It has been open for long; once. */
  readonly isLong: () => void
  readonly cut: () => void
}

export interface OpenCalls {
  readonly add: (call: OpenCall) => void
  readonly delete: (call: OpenCall) => void
  readonly count: () => number
  /** Judges all of them again. */
  readonly judge: () => void
  readonly close: () => void
}

/** How often the clock alone is asked whether a call still stands: tokens and sessions end by themselves. */
const judgeEveryMs = 1_000
/** Open for longer than this, a call is told of before it ends. */
export const longAfterMs = 10_000

export const createOpenCalls = (clock: () => number): OpenCalls => {
  /** In the order they began. */
  const open = new Set<OpenCall>()
  const long = new WeakSet<OpenCall>()
  let timer: NodeJS.Timeout | undefined

  const judge = (): void => {
    const now = clock()
    for (const call of open) {
      if (!call.stands(now)) {
        open.delete(call)
        call.cut()
      } else if (now - call.began >= longAfterMs && !long.has(call)) {
        long.add(call)
        call.isLong()
      }
    }
  }

  return {
    add: (call) => {
      open.add(call)
      timer ??= setInterval(judge, judgeEveryMs).unref()
    },
    delete: (call) => open.delete(call),
    count: () => open.size,
    judge,
    close: () => clearInterval(timer),
  }
}
