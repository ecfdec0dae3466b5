import { compile } from '@mcp-sentinel/policy'
import { explain } from '@mcp-sentinel/policy/explain'
import { expect, test } from 'vitest'
import type { SentinelEvent } from './event-record.ts'
import { eventRequest } from './event-request.ts'

const now = Date.parse('2026-06-01T12:00:00Z')
const policy = compile({
  schema_version: 'v2',
  server: { name: 'payments', namespace: 'red' },
  tools: [{ name: 'refund', required_trust: 'high', side_effect: 'write' }],
  grants: [
    {
      name: 'ops',
      agent_id: 'ops',
      allowed_side_effects: ['write'],
      tool_rules: [{ name: 'refund', when: [{ pointer: '/amount', op: 'lte', value: 500 }] }],
    },
  ],
})
const event = (more: Partial<SentinelEvent>): SentinelEvent => ({
  timestamp: '2026-06-01T11:00:00Z',
  source: 'gateway',
  event_type: 'mcp.request',
  id: '1',
  received_at: '2026-06-01T11:00:00Z',
  agent_id: 'ops',
  tool_name: 'refund',
  decision: 'deny',
  ...more,
})

test('who called what is asked again', () => {
  const { request, isGuessed } = eventRequest(
    event({ human_id: 'ada', session_id: 's', reason: 'session_not_found' }),
    policy,
    now,
  )
  expect(isGuessed).toBe(false)
  expect(request).toMatchObject({
    human: 'ada',
    agent: 'ops',
    session: 's',
    method: 'tools/call',
    target: 'refund',
  })
})

test('arguments that nobody recorded, and that were none of the trouble, are taken to be good ones', () => {
  const { request, isGuessed } = eventRequest(event({ reason: 'trust_too_low' }), policy, now)
  expect([isGuessed, request.arguments]).toEqual([true, { amount: 500 }])
  expect(explain(policy, request, now).failedStep).toBe('trust')
})

test('arguments that were the trouble stay unknown', () => {
  const { request, isGuessed } = eventRequest(event({ reason: 'argument_not_allowed' }), policy, now)
  expect([isGuessed, request.arguments]).toEqual([false, undefined])
})
