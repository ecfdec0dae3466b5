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
  /** Resolves when there is none. */
  readonly none: () => Promise<void>
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
  let waiting: PromiseWithResolvers<void> | undefined

  const remove = (call: OpenCall): void => {
    open.delete(call)
    if (open.size > 0) return
    waiting?.resolve()
    waiting = undefined
  }

  const judge = (): void => {
    const now = clock()
    for (const call of open) {
      if (!call.stands(now)) {
        call.cut()
        remove(call)
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
    delete: remove,
    count: () => open.size,
    none: async () => {
      if (open.size === 0) return
      waiting ??= Promise.withResolvers<void>()
      await waiting.promise
    },
    judge,
    close: () => clearInterval(timer),
  }
}
