import type { CompiledPolicy } from '@mcp-sentinel/policy'

/** Port: the policy in force. A document that cannot be read leaves the one before it in force, and is told. */
export interface PolicySource {
  /** Undefined while none was ever read, and when the last good one is older than its source allows. */
  readonly current: () => CompiledPolicy | undefined
  /** Called after each change of `current`; gives the way to listen no more. */
  readonly onChange: (listener: () => void) => () => void
  readonly status: () => PolicyStatus
  readonly close: () => Promise<void>
}

export interface PolicyStatus {
  /** Of the policy in force; empty while there is none. */
  readonly revision: string
  /** Epoch milliseconds. */
  readonly loadedAt: number | undefined
  /** Why what the source has now is not in force; undefined when it is. */
  readonly lastError: string | undefined
}
