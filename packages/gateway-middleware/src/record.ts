import type { RequestRecord, TraceContext } from '@mcp-sentinel/events'
import { type Caller, type Decision, evaluator, type PolicyDocument, type Reason } from '@mcp-sentinel/policy'
import { bytesIn, type Exchange } from './exchange.ts'
import type { InspectedCall } from './inspect.ts'
import type { Recorded } from './recorded-parts.ts'

/** What is known of a call when it is decided; how it ended is added when it closes. */
export interface Decided {
  readonly exchange: Exchange
  readonly decisionId: string
  readonly caller: Caller
  /** Undefined where what was refused could not be read. */
  readonly call: InspectedCall | undefined
  /** Undefined where it was refused before a policy was asked. */
  readonly decision: Decision | undefined
  readonly reason: Reason
  readonly isAllowed: boolean
  readonly document: PolicyDocument | undefined
  readonly toolDigest: string | undefined
  readonly recorded: Recorded | undefined
  /** Undefined where its request has no span. */
  readonly trace: TraceContext | undefined
}

/** How a call ended. */
export interface End {
  readonly status: number
  readonly bytesOut: number
  readonly latencyMs: number
  readonly outcome: RequestRecord['outcome']
}

/** What stands in a record where a policy does not say. */
export interface ServerLabels {
  readonly name?: string | undefined
  readonly namespace?: string | undefined
  readonly cluster?: string | undefined
}

export const recordOf = (decided: Decided, end: End, labels: ServerLabels): RequestRecord => {
  const { exchange, caller, call, decision, document } = decided
  const server = document?.server
  return {
    admin_trust: decision?.adminTrust,
    agent_id: caller.agent ?? '',
    audit: decision?.audit,
    bytes_in: bytesIn(exchange.body),
    bytes_out: end.bytesOut,
    cluster: labels.cluster ?? server?.cluster ?? '',
    commitments: decided.recorded?.commitments,
    consented_trust: decision?.consentedTrust,
    decision: decided.isAllowed ? 'allow' : 'deny',
    decision_id: decided.decisionId,
    disclosures: decided.recorded?.disclosures,
    effective_trust: decision?.effectiveTrust,
    evaluator: decision && evaluator,
    human_id: caller.human ?? '',
    latency_ms: end.latencyMs,
    matched_grant: decision?.matchedGrant?.name,
    matched_grant_namespace: decision?.matchedGrant?.namespace,
    matched_session: decision?.matchedSession?.name,
    matched_session_namespace: decision?.matchedSession?.namespace,
    method: exchange.method,
    namespace: labels.namespace ?? server?.namespace ?? '',
    outcome: end.outcome,
    path: exchange.path,
    policy_revision: decision?.revision,
    policy_version: decision?.policyVersion ?? document?.policy?.policy_version ?? '',
    reason: decided.reason,
    required_side_effect: decision?.requiredSideEffect,
    required_trust: decision?.requiredTrust,
    risk_level: decision?.riskLevel,
    rpc_method: call?.method,
    server: labels.name ?? server?.name ?? '',
    session_id: caller.session ?? '',
    status: end.status,
    subject_team_id: caller.team ?? '',
    team_id: server?.team_id ?? '',
    tool_digest: decided.toolDigest,
    // The target of another method is no tool, and may hold what nobody should read in an audit.
    tool_name: isToolCall(call) ? call.target.name : undefined,
    would_be: decision?.wouldBe?.allowed === false ? decision.wouldBe.reason : undefined,
  }
}

export const isToolCall = (call: InspectedCall | undefined): call is InspectedCall =>
  call !== undefined && (call.method === 'tools/call' || call.method === 'call_tool')
