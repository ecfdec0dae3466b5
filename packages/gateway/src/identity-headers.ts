import type { CompiledPolicy } from '@mcp-sentinel/policy'

export interface IdentityHeaderNames {
  readonly human: string
  readonly agent: string
  readonly team: string
  readonly session: string
}

export const identityHeaderDefaults: IdentityHeaderNames = {
  human: 'x-mcp-human-id',
  agent: 'x-mcp-agent-id',
  team: 'x-mcp-team-id',
  session: 'x-mcp-agent-session',
}

/** Lower case, as the policy in force names them. */
export const identityHeaderNames = ({ document: { auth } }: CompiledPolicy): IdentityHeaderNames => ({
  human: (auth?.human_id_header || identityHeaderDefaults.human).toLowerCase(),
  agent: (auth?.agent_id_header || identityHeaderDefaults.agent).toLowerCase(),
  team: (auth?.team_id_header || identityHeaderDefaults.team).toLowerCase(),
  session: (auth?.session_id_header || identityHeaderDefaults.session).toLowerCase(),
})
