import type { PolicyDocument } from '@mcp-sentinel/policy'
import { parsePolicy } from '@mcp-sentinel/policy/schema'
import type { MCPAccessGrant } from '../kinds/mcp-access-grant.ts'
import type { MCPAgentSession } from '../kinds/mcp-agent-session.ts'
import type { MCPServer } from '../kinds/mcp-server.ts'
import { baseOf, grantOf, sessionOf } from '../render/entries.ts'
import type { ResourceIssue } from './issue.ts'

/**
 * What the policy that a well-formed resource becomes has to say of it: patterns, conditions, instants, digests, names
 * that repeat. The policy's own reader judges, so that what is accepted here is never refused at a gateway.
 */
export const policyFaults = (resource: MCPServer | MCPAccessGrant | MCPAgentSession): ResourceIssue[] => {
  const parsed = parsePolicy(documentOf(resource))
  if (parsed.ok) return []
  return parsed.issues.map(({ pointer, message }) => ({
    pointer: inResource(pointer),
    message: message.replace(/\/(tools|grants)\/\S+/g, inResource).replaceAll('not_before', 'notBefore'),
  }))
}

const anyServer = { schema_version: 'v2', server: { name: 'any' } } as const

const documentOf = (resource: MCPServer | MCPAccessGrant | MCPAgentSession): PolicyDocument => {
  switch (resource.kind) {
    case 'MCPServer':
      return baseOf(resource)
    case 'MCPAccessGrant':
      return { ...anyServer, grants: [grantOf(resource)] }
    case 'MCPAgentSession':
      return { ...anyServer, sessions: [sessionOf(resource)] }
  }
}

/** `/grants/0/tool_rules/1/name` in the policy is `/spec/toolRules/1/name` in the grant. */
const inResource = (pointer: string): string =>
  `/spec${pointer.replace(/^\/(grants|sessions)\/\d+/, '')}`.replace(/_(id|url|[a-z])/g, (_, stem: string) =>
    stem.toUpperCase(),
  )
