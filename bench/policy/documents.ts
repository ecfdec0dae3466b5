import type { Grant, PolicyDocument, PolicyRequest, Session, Subject, Tool } from '@mcp-sentinel/policy'

const tools: readonly Tool[] = Array.from({ length: 50 }, (_, index) => ({
  name: toolName(index),
  required_trust: 'low',
  side_effect: 'read',
}))

export function toolName(index: number): string {
  return `tool-${index % 50}`
}

export const agentName = (index: number): string => `agent-${index}`

/** The instant at which everything is asked. */
export const noon = Date.parse('2030-01-01T12:00:00Z')

const grant = (index: number, subject: Subject): Grant => ({
  name: `grant-${index}`,
  ...subject,
  max_trust: 'high',
  allowed_side_effects: ['read', 'write'],
  tool_rules: [{ name: toolName(index), decision: 'allow' }],
})

const documentOf = (grants: readonly Grant[], sessions: readonly Session[] = []): PolicyDocument => ({
  schema_version: 'v2',
  revision: 'sha256:bench',
  server: { name: 'bench' },
  policy: { mode: 'allow-list', default_decision: 'deny', policy_version: '1' },
  tools,
  grants,
  sessions,
})

/** Rules that other engines can hold too: "agent i may call tool i", fifty tools, a grant for each rule. */
export const plainRules = (rules: number): PolicyDocument =>
  documentOf(Array.from({ length: rules }, (_, index) => grant(index, { agent_id: agentName(index) })))

/** What only we have: grants for an agent, for a human through an agent, and for an agent in a team; a session each. */
export const mixedRules = (grants: number): PolicyDocument =>
  documentOf(
    Array.from({ length: grants }, (_, index) => grant(index, mixedSubject(index))),
    Array.from({ length: grants }, (_, index) => ({
      name: sessionName(index),
      human_id: humanName(index),
      agent_id: agentName(index),
      consented_trust: 'high',
      expires_at: '2031-01-01T00:00:00Z',
    })),
  )

const humanName = (index: number): string => `human-${index}`
const teamName = (index: number): string => `team-${index % 100}`
const sessionName = (index: number): string => `session-${index}`

const mixedSubject = (index: number): Subject => {
  const agent = { agent_id: agentName(index) }
  if (index % 4 < 2) return agent
  return index % 4 === 2 ? { ...agent, human_id: humanName(index) } : { ...agent, team_id: teamName(index) }
}

/** A string that nobody hashed or compared yet, as it comes off the wire. */
const fresh = (text: string): string => Buffer.from(text, 'latin1').toString('latin1')

/** Caller `index` of a mixed document, who may call what they ask for. */
export const mixedCall = (index: number, withSession: boolean): PolicyRequest => ({
  human: fresh(humanName(index)),
  agent: fresh(agentName(index)),
  team: fresh(teamName(index)),
  session: withSession ? fresh(sessionName(index)) : undefined,
  method: 'tools/call',
  target: fresh(toolName(index)),
})

/** A call under plain rules: agent and tool. */
export const plainCall = (agent: string, tool: string): PolicyRequest => ({
  human: undefined,
  agent: fresh(agent),
  team: undefined,
  session: undefined,
  method: 'tools/call',
  target: fresh(tool),
})

/** The numbers below `count`, each once, in an order that no cache foresees. */
export const shuffled = (count: number, seed: number): number[] => {
  const numbers = Array.from({ length: count }, (_, index) => index)
  let state = seed >>> 0
  for (let left = count; left > 1; left--) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    const at = Math.floor((state / 2 ** 32) * left)
    const last = numbers[left - 1] as number
    numbers[left - 1] = numbers[at] as number
    numbers[at] = last
  }
  return numbers
}
