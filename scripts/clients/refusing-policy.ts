import { staticPolicy } from '@mcp-sentinel/gateway-middleware/static-policy'

const agent = 'clients'
/** What a client sends with every request to be the one that is refused. */
export const identityHeaders = { 'x-mcp-agent-id': agent }

/** Lets everything pass but `erase`, which this one agent may not call, and any other may. */
export const refusingPolicy = (listing: 'all' | 'permitted') =>
  staticPolicy({
    schema_version: 'v2',
    server: { name: 'fixture' },
    policy: { default_decision: 'allow', listing },
    grants: [
      {
        name: 'no-erasing',
        agent_id: agent,
        max_trust: 'high',
        tool_rules: [{ name: 'erase', decision: 'deny' }],
      },
    ],
  })
