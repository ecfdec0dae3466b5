import type { RequestRecord } from '@mcp-sentinel/events'
import type { Decision, PolicyDocument } from '@mcp-sentinel/policy'
import type { Call } from './calls.ts'

/** What a gateway would write down of a call that it decided. */
export const recordOf = (
  call: Call,
  decision: Decision,
  document: PolicyDocument,
  id: string,
): RequestRecord => {
  const { server } = document
  return {
    agent_id: call.as.agent ?? '',
    bytes_in: 0,
    bytes_out: 0,
    cluster: server.cluster ?? '',
    decision: decision.allowed ? 'allow' : 'deny',
    decision_id: id,
    effective_trust: decision.effectiveTrust,
    human_id: call.as.human ?? '',
    latency_ms: 0,
    matched_grant: decision.matchedGrant?.name,
    matched_session: decision.matchedSession?.name,
    method: 'POST',
    namespace: server.namespace ?? '',
    outcome: 'closed',
    path: '/mcp',
    policy_revision: document.revision,
    policy_version: document.schema_version ?? '',
    reason: decision.reason,
    required_trust: decision.requiredTrust,
    rpc_method: 'tools/call',
    server: server.name,
    session_id: call.as.session ?? '',
    status: decision.allowed ? 200 : 403,
    subject_team_id: call.as.team ?? '',
    team_id: server.team_id ?? '',
    tool_name: call.tool,
  }
}
