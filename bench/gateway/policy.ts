import type { PolicyDocument } from '@mcp-sentinel/policy'

/** Grants of the policy that everything is judged by. */
const grants = 1_000

export const agentName = (index: number): string => `agent-${index % grants}`

/** Calls of this tool wait until it is durable that they go on. */
export const requiredTool = 'pay'
/** Of the fixture servers, too. */
export const plainTool = 'echo'

export const policy: PolicyDocument = {
  schema_version: 'v2',
  server: { name: 'bench', namespace: 'benches' },
  policy: { mode: 'allow-list', default_decision: 'deny', policy_version: '1' },
  tools: [plainTool, requiredTool].map((name) => ({ name, required_trust: 'low', side_effect: 'read' })),
  grants: Array.from({ length: grants }, (_, index) => ({
    name: `grant-${index}`,
    agent_id: agentName(index),
    max_trust: 'high',
    allowed_side_effects: ['read'],
    tool_rules: [
      { name: plainTool, decision: 'allow' },
      { name: requiredTool, decision: 'allow', audit: 'required' },
    ],
  })),
}
