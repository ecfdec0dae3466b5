import type { RejectionCode } from './codec.ts'

/** Port: where events go. */
export interface EventSink {
  /**
   * Resolves when all events but the rejected are durable there. Rejects with an `EventError`, whose `retryable` says
   * whether time may heal it or somebody has to; some events may be there all the same, and all are sent again. Must
   * settle: nothing else is sent meanwhile, so that the events of a chain arrive in their order.
   */
  readonly write: (events: readonly Uint8Array[]) => Promise<Delivery>
  /** Ends a write that is on its way. */
  readonly close: () => Promise<void>
}

export interface Delivery {
  readonly rejected: readonly RejectedEvent[]
}

/** An event that will never be taken there, for what it is and not for who sends it. */
export interface RejectedEvent {
  /** Among those that were written. */
  readonly index: number
  readonly code: RejectionCode
  readonly message: string
}
