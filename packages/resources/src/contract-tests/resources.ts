import type { MCPAccessGrant } from '../kinds/mcp-access-grant.ts'
import type { MCPAgentSession } from '../kinds/mcp-agent-session.ts'
import type { MCPServer } from '../kinds/mcp-server.ts'
import { apiVersion } from '../kinds/metadata.ts'

const home = 'home'

export const serverNamed = (name: string, spec: Partial<MCPServer['spec']> = {}): MCPServer => ({
  apiVersion,
  kind: 'MCPServer',
  metadata: { name, namespace: home },
  spec: { image: 'registry.example.com/it', ...spec },
})

export const grantOn = (
  server: string,
  name: string,
  spec: Partial<MCPAccessGrant['spec']> = {},
  namespace = home,
): MCPAccessGrant => ({
  apiVersion,
  kind: 'MCPAccessGrant',
  metadata: { name, namespace },
  spec: {
    serverRef: { name: server },
    subject: { agentID: 'ops-agent' },
    allowedSideEffects: ['read'],
    ...spec,
  },
})

export const sessionOn = (
  server: string,
  name: string,
  spec: Partial<MCPAgentSession['spec']> = {},
  namespace = home,
): MCPAgentSession => ({
  apiVersion,
  kind: 'MCPAgentSession',
  metadata: { name, namespace },
  spec: { serverRef: { name: server }, subject: { agentID: 'ops-agent' }, ...spec },
})
