import type { MCPAccessGrant } from '../kinds/mcp-access-grant.ts'
import type { MCPServer } from '../kinds/mcp-server.ts'

const trusts = ['low', 'medium', 'high'] as const

/**
 * Does it ask for more trust than the server does? Of all grants that admit a call the highest demand counts, so this
 * one takes away, too, from whom another admits.
 */
export const raises = (server: MCPServer, { spec }: MCPAccessGrant): boolean => {
  if (spec.disabled) return false
  const isMore = (rule: Demanding, than: Trust): boolean =>
    rule.decision !== 'deny' && trusts.indexOf(rule.requiredTrust ?? 'low') > trusts.indexOf(than)
  const ownOf = (name: string): Trust => {
    const isMeant = (tool: string) =>
      name.endsWith('*') ? tool.startsWith(name.slice(0, -1)) : tool === name
    const demands = (server.spec.tools ?? []).flatMap((tool) =>
      isMeant(tool.name) ? [trusts.indexOf(tool.requiredTrust ?? 'low')] : [],
    )
    return trusts[Math.min(...demands)] ?? 'low'
  }
  return (
    (spec.toolRules ?? []).some((rule) => isMore(rule, ownOf(rule.name))) ||
    [...(spec.resourceRules ?? []), ...(spec.promptRules ?? [])].some((rule) => isMore(rule, 'low'))
  )
}

type Trust = (typeof trusts)[number]

interface Demanding {
  readonly decision?: 'allow' | 'deny' | undefined
  readonly requiredTrust?: Trust | undefined
}
