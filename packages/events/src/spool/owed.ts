/** Frames that must be written and found no room: tried again until they do, in their order. */
export interface Owed {
  /** The attempt says whether it succeeded. */
  readonly pay: (attempt: () => boolean) => void
  readonly count: () => number
  /** Tries a last time. What is still owed then, the next start finds open. */
  readonly close: () => void
}

const retryIntervalMs = 100

export const createOwed = (): Owed => {
  let attempts: (() => boolean)[] = []
  let timer: NodeJS.Timeout | undefined

  const retry = (): void => {
    timer = undefined
    const paid = attempts.findIndex((attempt) => !attempt())
    attempts = paid < 0 ? [] : attempts.slice(paid)
    schedule()
  }
  const schedule = (): void => {
    if (attempts.length > 0) timer ??= setTimeout(retry, retryIntervalMs).unref()
  }

  return {
    pay: (attempt) => {
      // Behind the others, or a disk that is full would be asked by each of them.
      if (attempts.length === 0 && attempt()) return
      attempts.push(attempt)
      schedule()
    },
    count: () => attempts.length,
    close: () => {
      retry()
      clearTimeout(timer)
      attempts = []
    },
  }
}
