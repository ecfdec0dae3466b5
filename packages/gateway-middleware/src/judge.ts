import {
  type Caller,
  type CompiledPolicy,
  type Decision,
  type EvaluatorReason,
  evaluate,
} from '@mcp-sentinel/policy'
import type { Definitions } from './definitions.ts'
import type { InspectedCall } from './inspect.ts'

/** What a verdict on a call rests on besides the policy. */
export interface Circumstances {
  readonly caller: Caller
  /** Epoch milliseconds. */
  readonly now: number
  readonly sessionSeenAt: number | undefined
  readonly definitions: Definitions | undefined
}

export const judge = (policy: CompiledPolicy, call: InspectedCall, given: Circumstances): Decision => {
  const { caller, now, sessionSeenAt, definitions } = given
  return evaluate(
    policy,
    {
      human: caller.human,
      agent: caller.agent,
      team: caller.team,
      session: caller.session,
      method: call.method,
      target: call.target.name,
      refType: call.target.refType,
      arguments: call.params.arguments,
      inexact: call.inexact,
      definitionDigest: definitions?.digestOf(call.target.name),
      sessionSeenAt,
    },
    now,
  )
}

const fallen: ReadonlySet<string> = new Set<EvaluatorReason>([
  'server_disabled',
  'session_not_found',
  'session_revoked',
  'session_expired',
])

/**
 * Why somebody who calls nothing may not listen either: their session does not stand, or the server is switched off.
 * Asked as a call of nothing, since who calls is judged before what is called. Undefined: nothing stands against it.
 */
export const standing = (
  policy: CompiledPolicy,
  { caller, now, sessionSeenAt }: Circumstances,
): EvaluatorReason | undefined => {
  const { reason } = evaluate(policy, { ...caller, method: 'tools/call', target: '', sessionSeenAt }, now)
  return fallen.has(reason) ? reason : undefined
}
