import type { CompiledPolicy, PolicyRequest } from '@mcp-sentinel/policy'
import { applyEdits, explain } from '@mcp-sentinel/policy/explain'
import { recordedIn, type SentinelEvent } from './event-record.ts'

export interface EventRequest {
  readonly request: PolicyRequest
  /** Whether its arguments are not those that were sent, which nobody has recorded. */
  readonly isGuessed: boolean
}

/**
 * The call that an event is about, as far as it was recorded. Where only arguments are missing that rules agreed to
 * then, some that they agree to stand in for them: else the rules would be blamed for what was refused elsewhere.
 */
export const eventRequest = (event: SentinelEvent, policy: CompiledPolicy, now: number): EventRequest => {
  const { rpc_method, would_be } = recordedIn(event)
  const request: PolicyRequest = {
    human: event.human_id,
    agent: event.agent_id,
    team: event.team_id,
    session: event.session_id,
    method: rpc_method ?? 'tools/call',
    target: event.tool_name,
    // Whether it was idle only its gateway knew.
    sessionSeenAt: now,
  }
  const { decision, remedy } = explain(policy, request, now)
  const reason = (decision.wouldBe ?? decision).reason
  const edits = remedy?.edits.filter((edit) => edit.in === 'request' && edit.path[0] === 'arguments') ?? []
  const wereAgreed = reason === 'argument_not_allowed' && (would_be || event.reason) !== reason
  if (!wereAgreed || edits.length === 0) return { request, isGuessed: false }
  return { request: applyEdits(policy.document, request, edits).request, isGuessed: true }
}
