import { EventError } from '../errors.ts'

/** Notices that nothing is heard any more: a client of Kafka asks on in silence for as long as brokers are away. */
export interface Silence {
  /** Something was heard. */
  readonly broken: () => void
  /** Nothing will be heard any more. */
  readonly fail: (error: EventError) => void
  /** Whom to tell, in the place of whom it was told before; at once when it is late for that. */
  readonly lost: (listener: (error: EventError) => void) => void
  readonly end: () => void
}

export const createSilence = (afterMs: number): Silence => {
  let listener = (_: EventError): void => {}
  let failure: EventError | undefined
  let isOver = false
  const fail = (error: EventError): void => {
    if (isOver) return
    isOver = true
    clearTimeout(timer)
    failure = error
    listener(error)
  }
  const timer = setTimeout(() => {
    fail(new EventError('log_unavailable', `no broker answered for ${afterMs} ms`, { retryable: true }))
  }, afterMs)
  return {
    broken: () => {
      // One that was cleared would run again.
      if (!isOver) timer.refresh()
    },
    fail,
    lost: (next) => {
      listener = next
      if (failure !== undefined) next(failure)
    },
    end: () => {
      isOver = true
      clearTimeout(timer)
    },
  }
}
