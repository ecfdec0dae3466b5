import { expect, test } from 'vitest'
import type { SentinelEvent } from './event-record.ts'
import { sentenceOf } from './sentence.ts'

const event = (more: Partial<SentinelEvent>): SentinelEvent => ({
  timestamp: '2026-06-01T00:00:00Z',
  source: 'gateway',
  event_type: 'mcp.request',
  id: '1',
  received_at: '2026-06-01T00:00:00Z',
  agent_id: 'ops-agent',
  tool_name: 'refund_invoice',
  ...more,
})

test.each([
  [
    {
      decision: 'deny',
      reason: 'trust_too_low',
      payload: { required_trust: 'high', admin_trust: 'high', consented_trust: 'medium' },
    },
    'Refused: refund_invoice needs high trust; the session consents to medium.',
  ],
  [
    {
      decision: 'deny',
      reason: 'trust_too_low',
      payload: { required_trust: 'high', admin_trust: 'low', consented_trust: 'low' },
    },
    'Refused: refund_invoice needs high trust; the grant gives low.',
  ],
  [{ decision: 'deny', reason: 'no_matching_grant' }, 'Refused: no grant speaks of ops-agent.'],
  [{ decision: 'deny', reason: 'a_newer_reason' }, 'Refused: a newer reason.'],
  [{ decision: 'deny' }, 'Refused: no reason was given.'],
  [
    { decision: 'allow', payload: { matched_grant: 'ops' } },
    'Allowed: ops lets ops-agent use refund_invoice.',
  ],
  [
    { decision: 'allow', payload: { would_be: 'tool_denied' } },
    'Allowed, and would be refused: a rule denies refund_invoice.',
  ],
  [{ event_type: 'mcp.gap' }, 'mcp.gap of gateway.'],
  [{ decision: 'allow', payload: 'no object' }, 'Allowed: refund_invoice.'],
] as const)('%o', (more, sentence) => {
  expect(sentenceOf(event(more))).toBe(sentence)
})
