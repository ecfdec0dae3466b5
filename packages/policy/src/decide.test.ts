import { describe, expect, test } from 'vitest'
import {
  compile,
  type Decision,
  evaluate,
  type PolicyDocument,
  type PolicyRequest,
  reasons,
} from './index.ts'
import { evaluatorReasons } from './reasons.ts'

const now = Date.parse('2026-06-01T12:00:00Z')
const digest = (letter: string) => `sha256:${letter.repeat(64)}`

const base: PolicyDocument = {
  schema_version: 'v1',
  revision: 'r1',
  server: { name: 'payments', namespace: 'mcp-servers' },
  policy: { mode: 'allow-list', default_decision: 'deny', policy_version: 'p1' },
  tools: [
    { name: 'list', required_trust: 'low', side_effect: 'read' },
    { name: 'refund', required_trust: 'high', side_effect: 'destructive' },
    { name: 'mystery', required_trust: 'low' },
  ],
  grants: [
    {
      name: 'ops',
      human_id: 'alice',
      max_trust: 'high',
      allowed_side_effects: ['read', 'destructive'],
      tool_rules: [{ name: 'list' }, { name: 'refund' }, { name: 'mystery' }],
    },
  ],
  sessions: [
    { name: 'live', human_id: 'alice', consented_trust: 'high', expires_at: '2026-06-01T13:00:00Z' },
    { name: 'timid', human_id: 'alice', consented_trust: 'medium' },
    { name: 'revoked', human_id: 'alice', consented_trust: 'high', revoked: true },
    { name: 'over', human_id: 'alice', consented_trust: 'high', expires_at: '2026-06-01T12:00:00Z' },
    { name: 'garbled', human_id: 'alice', consented_trust: 'high', expires_at: 'tomorrow' },
    { name: 'of-bob', human_id: 'bob', consented_trust: 'high' },
  ],
}
const alice = { human: 'alice', method: 'tools/call', target: 'list' } as const
const withSession: PolicyDocument = { ...base, session: { required: true } }
const withGrant = (grant: object): PolicyDocument => ({
  ...base,
  grants: [{ ...base.grants?.[0], ...grant } as never],
})
const byDefaultAllow: PolicyDocument = { ...base, policy: { ...base.policy, default_decision: 'allow' } }
const v2 = (changes: object): PolicyDocument => ({ ...base, schema_version: 'v2', ...changes })
const pinned = v2({ tools: [{ name: 'list', side_effect: 'read', definition_digest: digest('a') }] })
const governsAll = v2({ policy: { governs: ['all'] } })

interface Row {
  readonly row: string
  readonly document?: PolicyDocument
  readonly request?: Partial<PolicyRequest>
  readonly expect: Partial<Decision>
}

/** Each line of the decision order, first the ancestor's by its number, then what v2 adds. */
const order: readonly Row[] = [
  {
    row: '1: not a tool call',
    request: { method: 'resources/read' },
    expect: { allowed: true, status: 200, reason: 'allowed' },
  },
  {
    row: '2: observe allows',
    document: { ...base, policy: { mode: 'observe' } },
    request: { human: 'eve' },
    expect: { allowed: true, status: 200, reason: 'allowed' },
  },
  {
    row: '3: nobody',
    request: { human: '' },
    expect: { allowed: false, status: 401, reason: 'missing_identity' },
  },
  {
    row: '4: no session where one is required',
    document: withSession,
    expect: { allowed: false, status: 401, reason: 'missing_session' },
  },
  {
    row: '5: session of nobody',
    document: withSession,
    request: { session: 'junk' },
    expect: { allowed: false, status: 401, reason: 'session_not_found', matchedSession: undefined },
  },
  {
    row: "5: somebody else's session",
    document: withSession,
    request: { session: 'of-bob' },
    expect: { allowed: false, status: 401, reason: 'session_not_found' },
  },
  {
    row: '6: revoked session',
    document: withSession,
    request: { session: 'revoked' },
    expect: { allowed: false, status: 401, reason: 'session_revoked' },
  },
  {
    row: '7: expired session, at the very instant (deviation)',
    document: withSession,
    request: { session: 'over' },
    expect: { allowed: false, status: 401, reason: 'session_expired' },
  },
  {
    row: '7: an expiry of white space',
    document: { ...withSession, sessions: [{ name: 's', human_id: 'alice', expires_at: '\ufeff' }] },
    request: { session: 's' },
    expect: { allowed: false, status: 401, reason: 'session_expired' },
  },
  {
    row: '7: unreadable expiry',
    document: withSession,
    request: { session: 'garbled' },
    expect: { allowed: false, status: 401, reason: 'session_expired' },
  },
  {
    row: '7b: no session where none is required',
    expect: { allowed: true, status: 200, reason: 'allowed', consentedTrust: 'high' },
  },
  {
    row: '7b: junk session where none is required (deviation)',
    request: { session: 'junk' },
    expect: { allowed: false, status: 401, reason: 'session_not_found' },
  },
  {
    row: '7b: revoked session where none is required (deviation)',
    request: { session: 'revoked' },
    expect: { allowed: false, status: 401, reason: 'session_revoked' },
  },
  {
    row: '7b: expired session where none is required (deviation)',
    request: { session: 'over' },
    expect: { allowed: false, status: 401, reason: 'session_expired' },
  },
  {
    row: '8: nobody grants',
    request: { human: 'eve' },
    expect: { allowed: false, status: 403, reason: 'no_matching_grant', byDefault: false },
  },
  {
    row: '8: nobody grants, default allow',
    document: byDefaultAllow,
    request: { human: 'eve' },
    expect: { allowed: true, status: 200, reason: 'no_matching_grant', byDefault: true },
  },
  {
    row: '9: denied',
    document: withGrant({ tool_rules: [{ name: 'list', decision: 'deny' }] }),
    expect: {
      allowed: false,
      status: 403,
      reason: 'tool_denied',
      matchedGrant: { name: 'ops', namespace: '' },
    },
  },
  {
    row: '9: denied, default allow',
    document: {
      ...withGrant({ tool_rules: [{ name: 'list', decision: 'deny' }] }),
      policy: { default_decision: 'allow' },
    },
    expect: { allowed: false, status: 403, reason: 'tool_denied' },
  },
  {
    row: '10: not granted',
    request: { target: 'other' },
    expect: { allowed: false, status: 403, reason: 'tool_not_granted' },
  },
  {
    row: '10: not granted, default allow',
    document: byDefaultAllow,
    request: { target: 'other' },
    expect: { allowed: true, status: 200, reason: 'tool_not_granted', byDefault: true },
  },
  {
    row: '10: the only grant is disabled',
    document: withGrant({ disabled: true }),
    expect: { allowed: false, status: 403, reason: 'tool_not_granted' },
  },
  {
    row: '11: nobody knows what it does',
    request: { target: 'mystery' },
    expect: { allowed: false, status: 403, reason: 'tool_side_effect_unknown' },
  },
  {
    row: '11: not in the inventory, default allow does not help',
    document: { ...withGrant({ tool_rules: [] }), policy: { default_decision: 'allow' } },
    request: { target: 'other' },
    expect: { allowed: false, status: 403, reason: 'tool_side_effect_unknown' },
  },
  {
    row: '12: side effect not listed',
    document: withGrant({ allowed_side_effects: ['destructive'] }),
    expect: { allowed: false, status: 403, reason: 'side_effect_not_allowed', requiredSideEffect: 'read' },
  },
  {
    row: '14: the grant trusts too little',
    document: withGrant({ max_trust: 'medium' }),
    request: { target: 'refund' },
    expect: {
      allowed: false,
      status: 403,
      reason: 'trust_too_low',
      requiredTrust: 'high',
      adminTrust: 'medium',
      effectiveTrust: 'medium',
    },
  },
  {
    row: '14: the session consents to too little',
    request: { target: 'refund', session: 'timid' },
    expect: {
      allowed: false,
      status: 403,
      reason: 'trust_too_low',
      adminTrust: 'high',
      consentedTrust: 'medium',
      effectiveTrust: 'medium',
    },
  },
  {
    row: '15: allowed',
    request: { target: 'refund', session: 'live' },
    expect: {
      allowed: true,
      status: 200,
      reason: 'allowed',
      requiredTrust: 'high',
      requiredSideEffect: 'destructive',
      riskLevel: 'high',
      effectiveTrust: 'high',
      matchedGrant: { name: 'ops', namespace: '' },
      matchedSession: { name: 'live', namespace: '' },
      policyVersion: 'p1',
      revision: 'r1',
    },
  },

  {
    row: 'v2: server switched off',
    document: v2({ server: { name: 's', disabled: true } }),
    expect: { allowed: false, status: 403, reason: 'server_disabled' },
  },
  {
    row: 'v2: server switched off, observe',
    document: v2({ server: { name: 's', disabled: true }, policy: { mode: 'observe' } }),
    request: { method: 'ping' },
    expect: { allowed: false, status: 403, reason: 'server_disabled' },
  },
  {
    row: 'v2: tool switched off, observe',
    document: v2({ policy: { mode: 'observe', disabled_tools: ['li*'] } }),
    expect: { allowed: false, status: 403, reason: 'tool_disabled' },
  },
  {
    row: 'v2: unknown method',
    document: governsAll,
    request: { method: 'new/thing' },
    expect: { allowed: false, status: 403, reason: 'method_unknown' },
  },
  {
    row: 'v2: unknown method, default allow',
    document: v2({ policy: { governs: ['all'], default_decision: 'allow' } }),
    request: { method: 'new/thing' },
    expect: { allowed: true, status: 200, reason: 'method_unknown', byDefault: true },
  },
  {
    row: 'v2: plumbing passes when all is governed',
    document: governsAll,
    request: { method: 'initialize', human: '' },
    expect: { allowed: true, status: 200, reason: 'allowed' },
  },
  {
    row: 'v2: definition not seen',
    document: pinned,
    expect: { allowed: false, status: 403, reason: 'tool_definition_unknown' },
  },
  {
    row: 'v2: definition changed',
    document: pinned,
    request: { definitionDigest: digest('b') },
    expect: { allowed: false, status: 403, reason: 'tool_definition_changed' },
  },
  {
    row: 'v2: definition as pinned',
    document: pinned,
    request: { definitionDigest: digest('a') },
    expect: { allowed: true, status: 200, reason: 'allowed' },
  },
  {
    row: 'v2: condition not met',
    document: v2({
      grants: [
        {
          ...base.grants?.[0],
          tool_rules: [{ name: 'list', when: [{ pointer: '/n', op: 'lte', value: 5 }] }],
        },
      ],
    }),
    request: { arguments: { n: 6 } },
    expect: { allowed: false, status: 403, reason: 'argument_not_allowed', pointer: '/n' },
  },
  {
    row: 'v2: resource denied',
    document: v2({
      policy: { governs: ['resources'] },
      grants: [{ ...base.grants?.[0], resource_rules: [{ name: 'file:///*', decision: 'deny' }] }],
    }),
    request: { method: 'resources/read', target: 'file:///a' },
    expect: { allowed: false, status: 403, reason: 'target_denied' },
  },
  {
    row: 'v2: a grant without resource rules gives no resource',
    document: governsAll,
    request: { method: 'resources/read', target: 'file:///a' },
    expect: { allowed: false, status: 403, reason: 'target_not_granted' },
  },
  {
    row: 'v2: prompt granted',
    document: v2({
      policy: { governs: ['prompts'] },
      grants: [{ ...base.grants?.[0], prompt_rules: [{ name: 'sum*' }] }],
    }),
    request: { method: 'prompts/get', target: 'summary' },
    expect: { allowed: true, status: 200, reason: 'allowed', requiredSideEffect: 'read' },
  },
  {
    row: 'v2: completion is asked of the rules for what it completes',
    document: v2({
      policy: { governs: ['completion'] },
      grants: [{ ...base.grants?.[0], prompt_rules: [{ name: 'summary' }] }],
    }),
    request: { method: 'completion/complete', target: 'summary', refType: 'ref/resource' },
    expect: { allowed: false, status: 403, reason: 'target_not_granted' },
  },
  {
    row: 'v2: a task needs a grant, and no rule',
    document: governsAll,
    request: { method: 'tasks/get' },
    expect: { allowed: true, status: 200, reason: 'allowed', requiredSideEffect: undefined },
  },
  {
    row: 'v2: a task of nobody',
    document: governsAll,
    request: { method: 'tasks/get', human: 'eve' },
    expect: { allowed: false, status: 403, reason: 'no_matching_grant' },
  },
  {
    row: 'v2: subscribing is asked of the resource rules',
    document: governsAll,
    request: { method: 'resources/subscribe', target: 'file:///a' },
    expect: { allowed: false, status: 403, reason: 'target_not_granted' },
  },
  {
    row: 'v2: not yet',
    document: v2({ grants: [{ ...base.grants?.[0], not_before: '2026-06-01T12:00:00.001Z' }] }),
    expect: { allowed: false, status: 403, reason: 'tool_not_granted' },
  },
  {
    row: 'v2: no longer, at the very instant',
    document: v2({ grants: [{ ...base.grants?.[0], not_after: '2026-06-01T12:00:00Z' }] }),
    expect: { allowed: false, status: 403, reason: 'tool_not_granted' },
  },
  {
    row: 'v2: session older than max_lifetime',
    document: v2({
      session: { max_lifetime: '1h' },
      sessions: [{ name: 's', human_id: 'alice', issued_at: '2026-06-01T11:00:00Z' }],
    }),
    request: { session: 's' },
    expect: { allowed: false, status: 401, reason: 'session_expired' },
  },
  {
    row: 'v2: session of unknown age under max_lifetime',
    document: v2({ session: { max_lifetime: '1h' }, sessions: [{ name: 's', human_id: 'alice' }] }),
    request: { session: 's' },
    expect: { allowed: false, status: 401, reason: 'session_expired' },
  },
  {
    row: 'v1: max_lifetime is carried, not enforced',
    document: { ...base, session: { max_lifetime: '1h' } },
    request: { session: 'live' },
    expect: { allowed: true, status: 200, reason: 'allowed' },
  },
  {
    row: 'v2: session idle too long',
    document: v2({ session: { idle_timeout: '1h' } }),
    request: { session: 'live', sessionSeenAt: now - 3_600_000 },
    expect: { allowed: false, status: 401, reason: 'session_expired' },
  },
  {
    row: 'v2: session idle for who knows how long',
    document: v2({ session: { idle_timeout: '1h' } }),
    request: { session: 'live' },
    expect: { allowed: false, status: 401, reason: 'session_expired' },
  },
  {
    row: 'v2: session used just now',
    document: v2({ session: { idle_timeout: '1h' } }),
    request: { session: 'live', sessionSeenAt: now - 3_599_999 },
    expect: { allowed: true, status: 200, reason: 'allowed' },
  },
  {
    row: 'auth none is nobody (deviation)',
    document: { ...base, auth: { mode: 'none' } },
    expect: { allowed: false, status: 401, reason: 'missing_identity' },
  },
  {
    row: 'a session without consented_trust consents to low (deviation)',
    document: { ...base, sessions: [{ name: 's', human_id: 'alice' }] },
    request: { session: 's', target: 'refund' },
    expect: { allowed: false, status: 403, reason: 'trust_too_low', consentedTrust: 'low' },
  },
]

describe('the decision order', () => {
  test.each(order)('$row', ({ document = base, request, expect: expected }) => {
    const decision = evaluate(compile(document), { ...alice, ...request }, now)
    expect(decision).toMatchObject(expected)
  })

  test('has a row for every reason of the evaluator but the unreachable one', () => {
    const used = new Set(order.map((row) => row.expect.reason))
    expect(Object.keys(evaluatorReasons).filter((reason) => !used.has(reason as never))).toEqual([
      'grant_without_trust',
    ])
  })

  test('gives every refusal the status that its reason has in the table', () => {
    for (const { expect: expected } of order) {
      if (!expected.allowed) expect(expected.status).toBe(reasons[expected.reason as keyof typeof reasons])
    }
  })
})

describe('grants combine', () => {
  const judge = (grants: PolicyDocument['grants'], request: Partial<PolicyRequest> = {}) =>
    evaluate(compile({ ...base, schema_version: 'v2', grants }), { ...alice, ...request }, now)
  const grant = (name: string, rest: object) =>
    ({ name, human_id: 'alice', max_trust: 'high', allowed_side_effects: ['read'], ...rest }) as const

  test('a stricter rule of one grant applies although another would have allowed', () => {
    const strict = grant('b', { max_trust: 'low', tool_rules: [{ name: 'list', required_trust: 'high' }] })
    const decision = judge([grant('a', { max_trust: 'medium' }), strict])
    expect(decision).toMatchObject({
      reason: 'trust_too_low',
      requiredTrust: 'high',
      adminTrust: 'medium',
      matchedGrant: { name: 'b' },
    })
  })

  test('a rule counts only in a grant that also lists the side effect', () => {
    const other = grant('b', {
      allowed_side_effects: ['write'],
      tool_rules: [{ name: 'list', required_trust: 'high' }],
    })
    expect(judge([grant('a', { max_trust: 'low' }), other])).toMatchObject({
      allowed: true,
      requiredTrust: 'low',
    })
  })

  test('the ceiling may come from one grant and the side effect from another only if both admit', () => {
    const decision = judge([grant('a', { allowed_side_effects: [] }), grant('b', { max_trust: 'low' })])
    expect(decision).toMatchObject({ allowed: true, adminTrust: 'low', matchedGrant: { name: 'b' } })
  })

  test('the first denial by namespace and name is reported, whatever stands first in the document', () => {
    const denial = { tool_rules: [{ name: 'list', decision: 'deny' }] }
    const decision = judge([
      grant('z', { ...denial, namespace: 'a' }),
      grant('a', { ...denial, namespace: 'b' }),
    ])
    expect(decision.matchedGrant).toEqual({ name: 'z', namespace: 'a' })
  })

  test('names beyond the basic plane follow those within it, as their code points do', () => {
    const [ship, letter] = [grant('\u{1f6a2}', {}), grant('\uff21', {})]
    expect(judge([ship, letter]).matchedGrant?.name).toBe(letter.name)
  })

  test('namespace and name compare as one text with NUL between them, as Go has it', () => {
    const [nul, none] = [grant('z', { namespace: '\0' }), grant('a', {})]
    expect(judge([none, nul]).matchedGrant).toEqual({ name: 'z', namespace: '\0' })
  })

  test('of two tools with one name, which no reader accepts, the first counts', () => {
    const tools = [{ name: 'list' }, { name: 'list', side_effect: 'read' as const }]
    const decision = evaluate(compile({ ...base, tools, grants: [grant('a', {})] }), alice, now)
    expect(decision.reason).toBe('tool_side_effect_unknown')
  })

  test('the reported version is that of the grant, else of the document', () => {
    expect(judge([grant('a', { policy_version: 'g7' })]).policyVersion).toBe('g7')
    expect(judge([grant('a', { policy_version: ' ' })]).policyVersion).toBe('p1')
  })

  test('the most specific name of a grant decides alone', () => {
    const rules = [
      { name: '*', decision: 'allow' },
      { name: 'list', decision: 'allow', when: [{ pointer: '/n', op: 'eq', value: 1 }] },
    ]
    expect(judge([grant('a', { tool_rules: rules })], { arguments: { n: 2 } }).reason).toBe(
      'argument_not_allowed',
    )
    expect(judge([grant('a', { tool_rules: rules })], { arguments: { n: 1 } }).allowed).toBe(true)
  })

  test('a denial is not shadowed by a more specific allow of its own grant', () => {
    const rules = [
      { name: 'li*', decision: 'deny' },
      { name: 'list', decision: 'allow' },
    ]
    expect(judge([grant('a', { tool_rules: rules })]).reason).toBe('tool_denied')
  })

  test('a denial whose condition is not met leaves the call to other grants, not to a wider rule of its own', () => {
    const rules = [
      { name: '*', decision: 'allow' },
      { name: 'list', decision: 'deny', when: [{ pointer: '/n', op: 'gt', value: 5 }] },
    ]
    expect(judge([grant('a', { tool_rules: rules })], { arguments: { n: 1 } }).reason).toBe(
      'tool_not_granted',
    )
    expect(judge([grant('a', { tool_rules: rules }), grant('b', {})], { arguments: { n: 1 } }).allowed).toBe(
      true,
    )
    expect(judge([grant('a', { tool_rules: rules }), grant('b', {})], { arguments: { n: 6 } }).reason).toBe(
      'tool_denied',
    )
  })

  test('many rules are found by name as few are', () => {
    const rules = Array.from({ length: 50 }, (_, i) => ({ name: `tool-${i}`, decision: 'deny' }))
    expect(judge([grant('a', { tool_rules: [...rules, { name: 'list', decision: 'allow' }] })]).allowed).toBe(
      true,
    )
    expect(judge([grant('a', { tool_rules: rules })], { target: 'tool-49' }).reason).toBe('tool_denied')
  })

  test('each rule that names the target and is heard says what is recorded, in observe and of refused calls too', () => {
    const recording = (name: string, pointer: string, decision: string) => ({
      name,
      decision,
      record: { arguments: [{ pointer }] },
    })
    const rules = [
      recording('list', '/own', 'allow'),
      recording('li*', '/shadowed', 'allow'),
      recording('l*', '/denying', 'deny'),
      recording('other', '/other', 'allow'),
    ]
    const grants = [
      grant('b', { tool_rules: rules }),
      grant('a', {}),
      grant('c', { disabled: true, tool_rules: rules }),
    ]
    const recorded = [{ arguments: [{ pointer: '/own' }] }, { arguments: [{ pointer: '/denying' }] }]
    expect(judge(grants)).toMatchObject({ allowed: false, recorded })
    expect(judge([grant('a', {})]).recorded).toBeUndefined()
    const observed = { ...base, schema_version: 'v2', policy: { mode: 'observe' }, grants } as const
    expect(evaluate(compile(observed as never), alice, now)).toMatchObject({ allowed: true, recorded })
  })

  test('any rule that names the target can ask for a durable record, in observe too', () => {
    const asking = grant('b', { tool_rules: [{ name: 'li*', decision: 'deny', audit: 'required' }] })
    expect(judge([grant('a', {}), asking]).audit).toBe('required')
    const observed = {
      ...base,
      schema_version: 'v2',
      policy: { mode: 'observe' },
      grants: [grant('a', {}), asking],
    } as const
    const decision = evaluate(compile(observed as never), alice, now)
    expect(decision).toMatchObject({
      allowed: true,
      audit: 'required',
      wouldBe: { allowed: false, reason: 'tool_denied' },
    })
  })
})
