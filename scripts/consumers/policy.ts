import { compile, evaluate, type PolicyDocument, type PolicyRequest } from '@mcp-sentinel/policy'

const document: PolicyDocument = {
  server: { name: 'payments', namespace: 'mcp-servers' },
  policy: { mode: 'allow-list', default_decision: 'deny' },
  tools: [
    { name: 'list_invoices', required_trust: 'low', side_effect: 'read' },
    { name: 'refund_invoice', required_trust: 'high', side_effect: 'destructive' },
  ],
  grants: [{ name: 'ops', agent_id: 'ops-agent', max_trust: 'low', allowed_side_effects: ['read'] }],
}

const policy = compile(document)
const ask = (target: string): boolean => {
  const request: PolicyRequest = { method: 'tools/call', agent: 'ops-agent', target }
  return evaluate(policy, request, Date.now()).allowed
}

if (!ask('list_invoices')) throw new Error('list_invoices should be allowed')
if (ask('refund_invoice')) throw new Error('refund_invoice should be refused')
