import { createChain, createIds, encodeEnvelope, type RequestRecord } from '@mcp-sentinel/events'

const ids = createIds(Date.now)

const aDecision = (index: number): RequestRecord => ({
  admin_trust: 'high',
  agent_id: `agent-${index % 200}`,
  audit: 'best-effort',
  bytes_in: 312,
  bytes_out: 1_840,
  cluster: 'prod',
  consented_trust: 'high',
  decision: index % 20 === 0 ? 'deny' : 'allow',
  decision_id: ids(),
  effective_trust: 'high',
  evaluator: 'mcp-sentinel/0.1.0',
  human_id: `human-${index % 1_000}`,
  latency_ms: 12.25,
  matched_grant: `grant-${index % 40}`,
  method: 'POST',
  namespace: 'mcp-servers',
  outcome: 'closed',
  path: '/mcp',
  policy_revision: 'sha256:93ab31f3c1',
  policy_version: 'v1',
  reason: index % 20 === 0 ? 'trust_too_low' : 'allowed',
  required_side_effect: 'read',
  required_trust: 'low',
  risk_level: 'low',
  rpc_method: 'tools/call',
  server: `server-${index % 20}`,
  session_id: `session-${index % 2_000}`,
  status: 200,
  subject_team_id: 'team-a',
  team_id: 'team-a',
  tool_name: `tool-${index % 50}`,
})

export interface MadeEvent {
  readonly decisionId: string
  readonly bytes: Buffer
}

/** Events of about a kilobyte, as gateways make them: in chains, each of so many. */
export const makeEvents = (count: number, perChain = 10_000): readonly MadeEvent[] => {
  const events: MadeEvent[] = []
  while (events.length < count) {
    const chain = createChain({
      producer: `mcp-servers/server-${events.length % 20}/pod-1`,
      source: 'mcp-gateway',
      clock: Date.now,
      ids,
    })
    for (let made = 0; made < perChain && events.length < count; made++) {
      const decision = aDecision(events.length)
      events.push({ decisionId: decision.decision_id, bytes: encodeEnvelope(chain.request(decision)) })
    }
  }
  return events
}
