import type { Caller, CompiledPolicy, Reason } from '@mcp-sentinel/policy'
import type { Exchange } from './exchange.ts'

/** Says who calls, or why that is not known. The policy in force says where to look. */
export type Identify = (exchange: Exchange, policy: CompiledPolicy) => Identified | Promise<Identified>

export type Identified = Known | Unidentified

export interface Known {
  readonly ok: true
  /** All of it may be empty: whether nobody may call is the policy's to say. */
  readonly caller: Caller
  /** When what proves the caller ends, in epoch milliseconds: open streams end then too. */
  readonly expiresAt?: number | undefined
}

/** Who calls could not be established. */
export interface Unidentified {
  readonly ok: false
  readonly reason: Reason
  /** `WWW-Authenticate`. */
  readonly challenge?: string | undefined
}
