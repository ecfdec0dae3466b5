import { hash, randomUUID } from 'node:crypto'
import { type CompiledPolicy, type Decision, evaluate } from '@mcp-sentinel/policy'
import { type Caller, callers, servers } from './resources.ts'

const dayMs = 86_400_000
const callsOfAWeek = 9_000
/** Of the last hours, when an agent begins to ask for what it may not. */
const risingMs = 40 * 60_000

/** The same number for the same seed, from 0 to 1. */
const drawn = (seed: string): number => Number.parseInt(hash('sha256', seed).slice(0, 8), 16) / 2 ** 32

/** Working days from eight to six, and little besides. */
const isQuiet = (at: number, draw: number): boolean => {
  const time = new Date(at)
  const hour = time.getUTCHours()
  const isWork = time.getUTCDay() % 6 !== 0 && hour >= 8 && hour < 18
  return !isWork && draw > 0.3
}

const pick = <T>(many: readonly T[], draw: number): T =>
  many[Math.min(many.length - 1, Math.floor(draw * many.length))] as T

const weighted: readonly Caller[] = callers.flatMap((caller) =>
  Array.from({ length: caller.share }, () => caller),
)

export interface Past {
  readonly now: number
  readonly teamOf: (slug: string) => { readonly id: string; readonly namespace: string }
  readonly policyOf: (server: string) => CompiledPolicy
}

/** A week of calls, each decided by the policy that is in force: what the stack would have written down of them. */
export const weekOfEvents = (past: Past): readonly string[] => {
  const events: string[] = []
  for (let call = 0; call < callsOfAWeek; call += 1) {
    const at = past.now - 7 * dayMs + 60_000 + (call * (7 * dayMs - 120_000)) / callsOfAWeek
    if (isQuiet(at, drawn(`quiet ${call}`))) continue
    const isRising = past.now - at < risingMs
    for (let more = isRising ? 6 : 1; more > 0; more -= 1) {
      const caller = isRising && more > 2 ? nightly : pick(weighted, drawn(`caller ${call} ${more}`))
      events.push(eventOf(past, caller, at + more * 1000, `${call} ${more}`, isRising && more > 2))
    }
  }
  return events
}

const nightly = callers.find(({ agent }) => agent === 'nightly-report') as Caller

const eventOf = (past: Past, caller: Caller, at: number, seed: string, isGreedy: boolean): string => {
  const { agent, human, session, server } = caller
  const tools = servers.find(({ name }) => name === server)?.tools ?? []
  // Most of what is called is what comes first.
  const [tool = ''] = isGreedy ? (tools.at(-1) ?? []) : pick(tools, drawn(`tool ${seed}`) ** 2.2)
  const { id: team, namespace } = past.teamOf(caller.team)
  const asked = { agent, human, team, session, method: 'tools/call', target: tool }
  const decision = evaluate(past.policyOf(server), asked, past.now)
  const latencyMs = decision.allowed ? 18 + 240 * drawn(`latency ${seed}`) ** 6 : 0.8
  const payload = { ...payloadOf(decision), agent_id: agent, human_id: human, session_id: session }
  return JSON.stringify({
    timestamp: new Date(at).toISOString(),
    trace_id: hash('sha256', `trace ${seed}`).slice(0, 32),
    source: 'mcp-gateway',
    event_type: 'mcp.request',
    payload: {
      ...payload,
      bytes_in: 180,
      bytes_out: Math.round(400 + 9_000 * drawn(`bytes ${seed}`) ** 3),
      decision_id: randomUUID(),
      latency_ms: Math.round(latencyMs * 10) / 10,
      method: 'POST',
      namespace,
      outcome: 'closed',
      path: '/mcp',
      rpc_method: 'tools/call',
      server,
      subject_team_id: team,
      team_id: team,
      tool_name: tool,
    },
  })
}

const payloadOf = (decision: Decision) => ({
  admin_trust: decision.adminTrust,
  audit: decision.audit,
  consented_trust: decision.consentedTrust,
  decision: decision.allowed ? 'allow' : 'deny',
  effective_trust: decision.effectiveTrust,
  matched_grant: decision.matchedGrant?.name,
  matched_grant_namespace: decision.matchedGrant?.namespace,
  matched_session: decision.matchedSession?.name,
  matched_session_namespace: decision.matchedSession?.namespace,
  policy_revision: decision.revision,
  policy_version: decision.policyVersion,
  reason: decision.reason,
  required_side_effect: decision.requiredSideEffect,
  required_trust: decision.requiredTrust,
  risk_level: decision.riskLevel,
  status: decision.allowed ? 200 : decision.status,
  would_be: decision.wouldBe?.allowed === false ? decision.wouldBe.reason : undefined,
})
