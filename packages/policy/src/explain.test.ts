import { describe, expect, test } from 'vitest'
import { applyEdits, explain } from './explain.ts'
import { compile, evaluate, type PolicyDocument, type PolicyRequest } from './index.ts'

const now = Date.parse('2026-06-01T12:00:00Z')
const base: PolicyDocument = {
  schema_version: 'v2',
  server: { name: 'payments' },
  tools: [
    { name: 'list', side_effect: 'read' },
    { name: 'refund', required_trust: 'high', side_effect: 'destructive' },
  ],
  grants: [
    { name: 'others', agent_id: 'somebody', max_trust: 'high' },
    {
      name: 'ops',
      agent_id: 'ops-agent',
      max_trust: 'high',
      allowed_side_effects: ['read', 'destructive'],
      tool_rules: [
        { name: 'list' },
        { name: 'refund', when: [{ pointer: '/amount', op: 'lte', value: 500 }] },
      ],
    },
  ],
  sessions: [
    { name: 'of-others', agent_id: 'somebody', consented_trust: 'high' },
    { name: 'sess-demo', agent_id: 'ops-agent', consented_trust: 'medium' },
  ],
}
const refund: PolicyRequest = {
  agent: 'ops-agent',
  method: 'tools/call',
  target: 'refund',
  arguments: { amount: 100 },
}
const withOps = (members: object): PolicyDocument => ({
  ...base,
  grants: [base.grants?.[0] as never, { ...base.grants?.[1], ...members } as never],
})

describe('a remedy', () => {
  test.each<[string, PolicyDocument, Partial<PolicyRequest>, string]>([
    ['consent', base, { session: 'sess-demo' }, 'consent to high in session sess-demo'],
    ['ceiling', withOps({ max_trust: 'low' }), {}, 'raise max_trust of grant ops to high'],
    [
      'consent and ceiling',
      withOps({ max_trust: 'low' }),
      { session: 'sess-demo' },
      'consent to high in session sess-demo, and raise max_trust of grant ops to high',
    ],
    ['argument', base, { arguments: { amount: 501 } }, 'call with /amount = 500'],
    ['argument as text', base, { arguments: { amount: '100' } }, 'call with /amount = 500'],
    [
      'denied',
      withOps({ tool_rules: [{ name: 'refund', decision: 'deny' }] }),
      {},
      'let rule refund of grant ops allow',
    ],
    [
      'denied by a pattern',
      withOps({ tool_rules: [{ name: 'refund' }, { name: 're*', decision: 'deny' }] }),
      {},
      'drop the denial re* from grant ops',
    ],
    [
      'denied for an argument',
      withOps({
        tool_rules: [
          { name: 'x' },
          { name: 'refund', decision: 'deny', when: [{ pointer: '/amount', op: 'gt', value: 50 }] },
        ],
      }),
      {},
      '',
    ],
    ['disabled', withOps({ disabled: true }), {}, 'enable grant ops'],
    [
      'over',
      withOps({ not_after: '2026-06-01T12:00:00Z' }),
      {},
      'let grant ops last longer than 2026-06-01T12:00:00.000Z',
    ],
    [
      'side effect',
      withOps({ allowed_side_effects: ['read'] }),
      {},
      'add destructive to allowed_side_effects of grant ops',
    ],
    ['rule', withOps({ tool_rules: [{ name: 'list' }] }), {}, 'allow refund in grant ops'],
    ['stranger', base, { agent: 'eve', target: 'list' }, 'grant this caller list: read with trust low'],
    ['junk session', base, { session: 'junk', target: 'list' }, 'call without this session'],
    [
      'revoked',
      { ...base, sessions: [{ name: 's', agent_id: 'ops-agent', consented_trust: 'high', revoked: true }] },
      { session: 's' },
      'take back the revocation of session s',
    ],
    [
      'expired',
      {
        ...base,
        sessions: [
          { name: 's', agent_id: 'ops-agent', consented_trust: 'high', expires_at: '2026-06-01T12:00:00Z' },
        ],
      },
      { session: 's' },
      'let session s expire later than 2026-06-01T12:00:00.000Z',
    ],
    ['no session', { ...base, session: { required: true } }, { target: 'list' }, 'present session sess-demo'],
    ['switched off', { ...base, server: { name: 'payments', disabled: true } }, {}, 'enable the server'],
    [
      'tool switched off',
      { ...base, policy: { disabled_tools: ['ref*'] } },
      {},
      'take ref* off policy.disabled_tools',
    ],
  ])('for %s', (name, document, rest, says) => {
    const request = { ...refund, ...rest }
    const { remedy } = explain(compile(document), request, now)
    if (name !== 'denied for an argument') expect(remedy?.says).toBe(says)
    const edited = applyEdits(document, request, remedy?.edits ?? [])
    expect(evaluate(compile(document), request, now).allowed).toBe(false)
    expect(evaluate(compile(edited.document), edited.request, now).allowed).toBe(true)
  })

  test('points at positions of the whole document, and leaves the original as it was', () => {
    const before = structuredClone(base)
    const { remedy } = explain(compile(base), { ...refund, session: 'sess-demo' }, now)
    expect(remedy?.edits).toEqual([
      { in: 'document', op: 'set', path: ['sessions', 1, 'consented_trust'], value: 'high' },
    ])
    applyEdits(base, refund, remedy?.edits ?? [])
    expect(base).toEqual(before)
  })

  test.each<[string, PolicyDocument, Partial<PolicyRequest>]>([
    ['an allowed call', base, {}],
    ['nobody', base, { agent: '' }],
    ['an unknown method', { ...base, policy: { governs: ['all'] } }, { method: 'new/thing' }],
    [
      'a pattern that nobody can fulfil by guessing',
      withOps({
        tool_rules: [{ name: 'refund', when: [{ pointer: '/to', op: 'matches', value: '^[a-z]+$' }] }],
      }),
      {},
    ],
  ])('is not given for %s', (_, document, rest) => {
    expect(explain(compile(document), { ...refund, ...rest }, now).remedy).toBe(undefined)
  })

  test('is found beside 100,000 grants and sessions of others', () => {
    const others = Array.from({ length: 100_000 }, (_, i) => ({ name: `o${i}`, human_id: `human-${i}` }))
    const document = {
      ...base,
      grants: [...others, ...(base.grants ?? [])],
      sessions: [...others, ...(base.sessions ?? [])],
    }
    const { remedy } = explain(compile(document), { ...refund, session: 'sess-demo' }, now)
    expect(remedy?.edits[0]?.path).toEqual(['sessions', 100_001, 'consented_trust'])
  })
})

describe('an explanation', () => {
  test('names the step that refused, each grant considered, and why it fell away', () => {
    const document: PolicyDocument = {
      ...base,
      grants: [
        { name: 'a', agent_id: 'ops-agent', disabled: true },
        { name: 'b', agent_id: 'ops-agent', not_before: '2027-01-01T00:00:00Z' },
        { name: 'c', agent_id: 'ops-agent', not_after: '2026-01-01T00:00:00Z' },
        { name: 'd', agent_id: 'ops-agent', tool_rules: [{ name: 'list' }] },
        {
          name: 'e',
          agent_id: 'ops-agent',
          tool_rules: [{ name: 'ref*', when: [{ pointer: '/amount', op: 'lt', value: 1 }] }],
        },
        { name: 'f', agent_id: 'ops-agent', allowed_side_effects: ['read'] },
        { name: 'g', agent_id: 'ops-agent', allowed_side_effects: ['destructive'], max_trust: 'low' },
      ],
    }
    const { failedStep, grants, decision } = explain(compile(document), refund, now)
    expect([failedStep, decision.reason]).toEqual(['trust', 'trust_too_low'])
    expect(grants.map(({ grant, outcome, rule, pointer }) => [grant.name, outcome, rule, pointer])).toEqual([
      ['a', 'disabled', undefined, undefined],
      ['b', 'not-yet-valid', undefined, undefined],
      ['c', 'no-longer-valid', undefined, undefined],
      ['d', 'names-not', undefined, undefined],
      ['e', 'condition-not-met', 'ref*', '/amount'],
      ['f', 'side-effect-not-listed', undefined, undefined],
      ['g', 'admits', undefined, undefined],
    ])
  })

  test('of a denial names the rule', () => {
    const document = withOps({ tool_rules: [{ name: 'x' }, { name: 'ref*', decision: 'deny' }] })
    const { grants, failedStep } = explain(compile(document), refund, now)
    expect(failedStep).toBe('denials')
    expect(grants).toMatchObject([{ index: 1, outcome: 'denies', rule: 'ref*', ruleIndex: 1 }])
  })

  test('considers no grant where the call fell before them', () => {
    expect(explain(compile(base), { ...refund, session: 'junk' }, now)).toMatchObject({
      failedStep: 'session',
      grants: [],
    })
  })

  test('in observe is about what would have been decided', () => {
    const document = { ...base, policy: { mode: 'observe' } } as const
    const { decision, failedStep, remedy } = explain(compile(document), { ...refund, arguments: {} }, now)
    expect(decision).toMatchObject({
      allowed: true,
      wouldBe: { allowed: false, reason: 'argument_not_allowed' },
    })
    expect(failedStep).toBe('rules')
    expect(remedy?.says).toBe('call with /amount = 500')
  })
})
