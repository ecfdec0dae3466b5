/** Gives something that only one may use at a time to those who ask, in the order in which they asked. */
export interface Turns {
  /** Resolves to what ends the turn; rejects once closed. */
  readonly take: () => Promise<() => void>
  /** Refuses those who wait, and resolves when the turn that runs has ended. */
  readonly close: () => Promise<void>
}

interface Waiting {
  readonly begin: (end: () => void) => void
  readonly refuse: (error: Error) => void
}

export const createTurns = (closedError: () => Error): Turns => {
  const waiting: Waiting[] = []
  let isTaken = false
  let isClosed = false
  let idle = (): void => {}
  const whenIdle = new Promise<void>((resolve) => {
    idle = resolve
  })

  const begin = (): (() => void) => {
    isTaken = true
    let hasEnded = false
    return () => {
      if (hasEnded) return
      hasEnded = true
      isTaken = false
      const next = waiting.shift()
      if (next !== undefined) next.begin(begin())
      else if (isClosed) idle()
    }
  }

  return {
    take: () =>
      new Promise((resolve, refuse) => {
        if (isClosed) refuse(closedError())
        else if (isTaken) waiting.push({ begin: resolve, refuse })
        else resolve(begin())
      }),
    close: () => {
      isClosed = true
      for (const { refuse } of waiting.splice(0)) refuse(closedError())
      if (!isTaken) idle()
      return whenIdle
    },
  }
}
