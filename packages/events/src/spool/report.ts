import type { RejectionCode } from '../codec.ts'
import type { EventError } from '../errors.ts'
import type { TornTail } from '../segment/recover.ts'
import type { LossReason } from './losses.ts'

/** What somebody should hear of. None of these stops the spool, but `failed`. */
export type SpoolReport =
  /** A crash left something half written, and it was cut off. */
  | { readonly kind: 'torn-tail'; readonly cut: TornTail }
  /** Files were damaged. They have other names now; what was in them is not shipped. */
  | { readonly kind: 'unreadable'; readonly files: readonly string[]; readonly error: EventError }
  /** These calls were open when the process died; their events say `outcome: "unknown"`. */
  | { readonly kind: 'unknown'; readonly calls: number }
  /** The first event of a run that is lost; the gap will say how many. */
  | { readonly kind: 'loss'; readonly reason: LossReason }
  /** Nothing is written any more until the spool is opened anew. */
  | { readonly kind: 'failed'; readonly error: EventError }
  /** Events wait here; tried again until it goes. When the error is not `retryable`, somebody has to act. */
  | { readonly kind: 'blocked'; readonly error: EventError }
  | { readonly kind: 'resumed' }
  /** These were written to `rejected.ndjson`, and are nowhere else. */
  | { readonly kind: 'rejected'; readonly codes: readonly RejectionCode[] }

export type Report = (report: SpoolReport) => void
