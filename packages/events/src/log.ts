import type { EventError } from './errors.ts'

/** What goes into the log: opaque bytes, and what travels beside them. */
export interface LogEntry {
  /** Entries of one key keep their order: the chain of an event, else its namespace and server. */
  readonly key: string
  readonly value: Uint8Array
  readonly headers: Readonly<Record<string, string>>
  readonly receivedAtMs: number
}

export interface LogRecord extends LogEntry {
  readonly partition: number
  /** Ascending within its partition. */
  readonly offset: number
}

/** Port: an append-only log in partitions, read by groups whose members share the partitions. */
export interface EventLog {
  /** Resolves when every entry is durable. On rejection some may be in the log all the same: append them again. */
  readonly append: (entries: readonly LogEntry[]) => Promise<void>
  readonly consume: (group: string) => Promise<LogConsumer>
  /**
   * Calls back with what is appended from now on, for people who watch. Not for counting. `onLost` is called, once, when
   * nothing is heard of the log any more: whoever wants to know opens another.
   */
  readonly tail: (
    onRecords: (records: readonly LogRecord[]) => void,
    onLost?: (error: EventError) => void,
  ) => Promise<Tail>
  readonly close: () => Promise<void>
}

export interface Tail {
  readonly close: () => Promise<void>
}

/** One member of a group. */
export interface LogConsumer {
  /** Waits until another partition is this member's; undefined once it is closed. */
  readonly nextClaim: () => Promise<Claim | undefined>
  /** Records that the group has not committed yet, over all partitions. */
  readonly lag: () => Promise<number>
  readonly close: () => Promise<void>
}

export interface ReadLimits {
  readonly recordsMax: number
  readonly bytesMax: number
  /** Ends the wait for records: the read then resolves with none. */
  readonly signal?: AbortSignal | undefined
}

/** A partition, for as long as it is this member's. */
export interface Claim {
  readonly partition: number
  /** Higher with each claim of this partition by this group, so that a member that lost it can be told from its heir. */
  readonly epoch: number
  /** The first offset that the group has not committed. */
  readonly committed: number
  /** Aborts when the partition is taken away. */
  readonly lost: AbortSignal
  /** The next records from an offset on; waits until there is one. Rejects with `claim_lost`. */
  readonly read: (from: number, limits: ReadLimits) => Promise<readonly LogRecord[]>
  /** All before `next` is done. Rejects with `claim_lost` when another may have taken over. */
  readonly commit: (next: number) => Promise<void>
}
