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
  /** Gives the way to say that it has ended. */
  readonly add: (call: OpenCall) => () => void
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

interface Held {
  readonly call: OpenCall
  /** Among those that are open; -1 when it is not any more. */
  place: number
  isTold: boolean
}

export const createOpenCalls = (clock: () => number): OpenCalls => {
  // No Set: what goes through one leaves tables behind that keep each other alive, and with them ended calls and all
  // that those hold, until the whole heap is collected.
  const open: Held[] = []
  let timer: NodeJS.Timeout | undefined
  let waiting: PromiseWithResolvers<void> | undefined

  const remove = (held: Held): void => {
    if (held.place < 0) return
    const last = open.pop() as Held
    if (last !== held) {
      open[held.place] = last
      last.place = held.place
    }
    held.place = -1
    if (open.length > 0) return
    waiting?.resolve()
    waiting = undefined
  }

  const judge = (): void => {
    const now = clock()
    for (const held of [...open]) {
      const { call } = held
      if (held.place < 0) continue
      if (!call.stands(now)) {
        call.cut()
        remove(held)
      } else if (now - call.began >= longAfterMs && !held.isTold) {
        held.isTold = true
        call.isLong()
      }
    }
  }

  return {
    add: (call) => {
      const held: Held = { call, place: open.length, isTold: false }
      open.push(held)
      timer ??= setInterval(judge, judgeEveryMs).unref()
      return () => remove(held)
    },
    count: () => open.length,
    none: async () => {
      if (open.length === 0) return
      waiting ??= Promise.withResolvers<void>()
      await waiting.promise
    },
    judge,
    close: () => clearInterval(timer),
  }
}
