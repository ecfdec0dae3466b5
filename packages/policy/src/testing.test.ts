import { expect, test } from 'vitest'
import type { PolicyDocument } from './index.ts'
import { type PolicyCase, PolicyTestError, policyTable } from './testing.ts'

const document: PolicyDocument = {
  schema_version: 'v2',
  server: { name: 's' },
  session: { idle_timeout: '1h' },
  tools: [{ name: 'refund', side_effect: 'write' }],
  grants: [
    {
      name: 'g',
      agent_id: 'ops',
      allowed_side_effects: ['write'],
      tool_rules: [{ name: 'refund', when: [{ pointer: '/amount', op: 'lte', value: 500 }] }],
      not_after: '2026-02-01T00:00:00Z',
    },
  ],
  sessions: [{ name: 'mine', agent_id: 'ops', consented_trust: 'low' }],
}
const at = '2026-01-01T00:00:00Z'
const outcome = (one: PolicyCase, policy: PolicyDocument = document): string => {
  const [row] = policyTable(policy, [one])
  try {
    row?.run()
    return `${row?.name}: as expected`
  } catch (error) {
    if (!(error instanceof PolicyTestError)) throw error
    return error.message
  }
}

test.each([
  [
    { as: { agent: 'ops' }, calls: 'refund', with: { amount: 500 }, at, expect: 'allow' },
    '1. ops calls refund: allow: as expected',
  ],
  [
    {
      name: 'mine',
      as: { agent: 'ops', session: 'mine' },
      calls: 'refund',
      with: { amount: 5 },
      at,
      expect: 'allow',
    },
    'mine: as expected',
  ],
  [
    { as: { agent: 'ops' }, calls: 'refund', with: { amount: 501 }, at, expect: 'argument_not_allowed' },
    '1. ops calls refund: argument_not_allowed: as expected',
  ],
  [
    { as: {}, calls: { method: 'tools/call', target: 'refund' }, at, expect: 'deny' },
    '1. nobody calls tools/call refund: deny: as expected',
  ],
  [
    { as: { agent: 'ops' }, calls: 'refund', with: { amount: 501 }, at, expect: 'allow' },
    'expected allow, but the call is refused: argument_not_allowed; it would be allowed if you call with /amount = 500',
  ],
  [
    { as: { agent: 'ops' }, calls: 'refund', with: { amount: 5 }, at, expect: 'deny' },
    'expected deny, but the call is allowed',
  ],
  [
    {
      as: { agent: 'ops' },
      calls: 'refund',
      with: { amount: 5 },
      at: '2026-02-01T00:00:00Z',
      expect: 'tool_not_granted',
    },
    '1. ops calls refund: tool_not_granted: as expected',
  ],
] as const)('%j', (one, expected) => expect(outcome(one)).toBe(expected))

test('in observe a case is about what would have been decided', () => {
  const observed = { ...document, policy: { mode: 'observe' } } as const
  expect(outcome({ as: {}, calls: 'refund', at, expect: 'missing_identity' }, observed)).toContain(
    'as expected',
  )
})

test('an allow by default says that no rule spoke', () => {
  const open = { ...document, policy: { default_decision: 'allow' } } as const
  expect(outcome({ as: { agent: 'eve' }, calls: 'refund', at, expect: 'deny' }, open)).toBe(
    'expected deny, but the call is allowed by default (no_matching_grant)',
  )
})
