import type { CompiledPolicy } from '@mcp-sentinel/policy'

/** Which header says what of a caller. */
export interface IdentityHeaders {
  readonly human: string
  readonly agent: string
  readonly team: string
  readonly session: string
}

const defaults: IdentityHeaders = {
  human: 'X-MCP-Human-ID',
  agent: 'X-MCP-Agent-ID',
  team: 'X-MCP-Team-ID',
  session: 'X-MCP-Agent-Session',
}

/** Their names, as the policy says, else as given, else the usual ones. */
export const identityHeaders = (
  { document: { auth } }: CompiledPolicy,
  given: Partial<IdentityHeaders> = {},
): IdentityHeaders => ({
  human: auth?.human_id_header?.trim() || given.human || defaults.human,
  agent: auth?.agent_id_header?.trim() || given.agent || defaults.agent,
  team: auth?.team_id_header?.trim() || given.team || defaults.team,
  session: auth?.session_id_header?.trim() || given.session || defaults.session,
})
