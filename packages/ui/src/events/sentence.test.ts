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
  [{ decision: 'deny', reason: 'constructor' }, 'Refused: constructor.'],
  [{ decision: 'deny', reason: '' }, 'Refused: no reason was given.'],
  [
    { decision: 'escalate', reason: 'needs_review' },
    'gateway decided “escalate” on refund_invoice: needs review.',
  ],
  [
    { decision: 'deny', reason: 'tool_denied', tool_name: 'safe\u202e. Allowed' },
    'Refused: a rule denies safe‹U+202E›. Allowed.',
  ],
  [
    { decision: 'deny', reason: 'tool_denied', tool_name: 'x'.repeat(10_000) },
    `Refused: a rule denies ${'x'.repeat(80)}….`,
  ],
  [
    { decision: 'deny', reason: 'no_matching_grant', agent_id: '', human_id: '' },
    'Refused: no grant speaks of the caller.',
  ],
  [{ decision: 'deny', reason: 'tool_denied', tool_name: 'מחק' }, 'Refused: a rule denies \u2068מחק\u2069.'],
  [
    { decision: 'deny', reason: 'trust_too_low', payload: { required_trust: 7, admin_trust: ['low'] } },
    'Refused: refund_invoice needs more trust; the grant gives less.',
  ],
  [{ event_type: 'mcp.gap' }, 'mcp.gap of gateway.'],
  [{ decision: 'allow', payload: 'no object' }, 'Allowed: refund_invoice.'],
] as const)('%o', (more, sentence) => {
  expect(sentenceOf(event(more))).toBe(sentence)
})
