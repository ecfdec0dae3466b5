/** Why events could not be written down, carried or read. Public: codes are added, never changed. */
export const eventErrorCodes = [
  /** Another writer owns the directory. */
  'segment_locked',
  /** The directory or one of its files cannot be opened, created or listed. */
  'segment_unavailable',
  /** A file holds what no writer left there. Nobody guesses what it meant. */
  'segment_corrupt',
  /** A file of a newer format. */
  'segment_version_unknown',
  /** An append was refused by the disk; nothing of it stayed. */
  'segment_write_failed',
  /** Nobody can say any more what is on the disk: the writer takes nothing until it is opened anew. */
  'segment_failed',
  'segment_closed',
  'segment_read_failed',
  /** The offset that was asked for was deleted; `details.first` is the first there is. */
  'offset_deleted',
  /** An entry or a batch that could never be taken. */
  'too_large',
  /** More is waiting than may wait. */
  'overloaded',
  /** The log has no room, and some group has not read what would make room. */
  'log_full',
  /** The partition is another member's by now. */
  'claim_lost',
  'group_name_invalid',
  /** The brokers cannot be reached, or did not do what they were asked; `retryable` says whether time may heal it. */
  'log_unavailable',
  'log_closed',
  /** The log is set up so that events would be refused in it, or lose their times. Somebody has to look. */
  'log_unfit',
  /** What must be written down before a call goes on cannot be; `cause` says why. */
  'audit_unavailable',
  /** Events could not be delivered; `retryable` says whether time may heal it, or somebody has to. */
  'sink_unavailable',
  /** Events that a sink rejected for good wait for somebody to look at them, and there is no room for more. */
  'rejected_full',
  /** The store cannot be reached, or has no room or time now. */
  'store_unavailable',
  /** The store is set up otherwise than we expect, or does not know us. Somebody has to look. */
  'store_misconfigured',
  /** A question took more time or memory than one may. */
  'store_limit',
  /** The store will never take these rows. */
  'store_rejected',
  /** Another writer took over the partition. */
  'store_fenced',
  /** The database holds what no migration of ours made. */
  'migration_conflict',
] as const

export type EventErrorCode = (typeof eventErrorCodes)[number]

export interface EventErrorOptions {
  readonly cause?: unknown
  /** Whether the same call may succeed later. */
  readonly retryable?: boolean
  readonly details?: Readonly<Record<string, string | number>>
}

export class EventError extends Error {
  override readonly name = 'EventError'
  readonly code: EventErrorCode
  readonly retryable: boolean
  readonly details: Readonly<Record<string, string | number>>

  constructor(code: EventErrorCode, message: string, options: EventErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.retryable = options.retryable ?? false
    this.details = options.details ?? {}
  }
}
