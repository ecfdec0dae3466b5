import { exception } from './exception.ts'

export interface LaneOptions {
  readonly runningMax: number
  readonly waitingMax: number
}

export interface Lane {
  /** Runs it when its turn comes. Leaves the queue, and rejects, when the signal is aborted before that. */
  run<T>(task: () => Promise<T>, signal: AbortSignal): Promise<T>
}

/** How many may run at once, and how many may wait for that. */
export const createLane = ({ runningMax, waitingMax }: LaneOptions): Lane => {
  const waiting = new Set<() => void>()
  let running = 0

  const turn = (signal: AbortSignal): Promise<void> => {
    if (waiting.size >= waitingMax) {
      throw exception(202, `Too many simultaneous queries: ${runningMax} run and ${waitingMax} wait.`)
    }
    return new Promise((resolve, reject) => {
      const begin = (): void => {
        waiting.delete(begin)
        signal.removeEventListener('abort', leave)
        resolve()
      }
      const leave = (): void => {
        waiting.delete(begin)
        reject(exception(394, 'Query was cancelled before it began.'))
      }
      waiting.add(begin)
      signal.addEventListener('abort', leave, { once: true })
    })
  }

  return {
    async run(task, signal) {
      // A place is handed on by the one who leaves it, so that nobody slips in between.
      if (running >= runningMax) await turn(signal)
      else running += 1
      try {
        return await task()
      } finally {
        const [next] = waiting
        if (next) next()
        else running -= 1
      }
    },
  }
}
