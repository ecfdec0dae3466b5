import { describe, expect, test } from 'vitest'
import { compile, type Decision, evaluate, type PolicyDocument, type PolicyRequest } from './index.ts'
import { parsePolicy } from './schema.ts'

const now = Date.parse('2026-06-01T12:00:00Z')

/** Reads a document as a gateway would, and judges a call by it. */
const judge = (input: unknown, request: Partial<PolicyRequest>): Decision => {
  const parsed = parsePolicy(input)
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues))
  return evaluate(
    compile(parsed.document),
    { agent: 'ops', method: 'tools/call', target: 'refund', ...request },
    now,
  )
}
const withRules = (tool_rules: unknown, rest: object = {}) => ({
  schema_version: 'v2',
  server: { name: 's' },
  tools: [{ name: 'refund', side_effect: 'write' }],
  grants: [{ name: 'g', agent_id: 'ops', max_trust: 'high', allowed_side_effects: ['write'], tool_rules }],
  ...rest,
})
const atMost500 = [{ name: 'refund', when: [{ pointer: '/amount', op: 'lte', value: 500 }] }]
const not500 = [{ name: 'refund' }]
const denyAbove500 = {
  name: 'd',
  agent_id: 'ops',
  tool_rules: [{ name: 'refund', decision: 'deny', when: [{ pointer: '/amount', op: 'gt', value: 500 }] }],
}
const guarded = withRules(not500)
const withDenial = { ...guarded, grants: [...guarded.grants, denyAbove500] }

describe('none of these is admitted', () => {
  const sessions = [{ name: 'mine', agent_id: 'ops', consented_trust: 'low' }]
  const needsMedium = withRules([{ name: 'refund', required_trust: 'medium' }], { sessions })

  test('a junk session id where sessions are optional', () => {
    expect(judge(needsMedium, {}).allowed).toBe(true)
    expect(judge(needsMedium, { session: 'mine' }).reason).toBe('trust_too_low')
    expect(judge(needsMedium, { session: 'junk' }).reason).toBe('session_not_found')
  })

  test('a session that is revoked, and then pruned', () => {
    const revoked = { ...needsMedium, sessions: [{ ...sessions[0], revoked: true }] }
    expect(judge(revoked, { session: 'mine' }).reason).toBe('session_revoked')
    expect(judge({ ...needsMedium, sessions: [] }, { session: 'mine' }).reason).toBe('session_not_found')
  })

  test.each([
    ['a string that a server may read as a number', { amount: '501' }],
    ['a list of one', { amount: [100] }],
    ['an object', { amount: { valueOf: 100 } }],
    ['nothing', {}],
    ['null', { amount: null }],
    ['a boolean', { amount: true }],
    ['a number beyond double precision', { amount: 2 ** 53 }],
    ['infinity', { amount: Number.POSITIVE_INFINITY }],
    ['no number', { amount: Number.NaN }],
    ['an inherited member', Object.create({ amount: 1 })],
  ])('%s against lte 500, and against a denial of gt 500', (_, given) => {
    expect(judge(withRules(atMost500), { arguments: given })).toMatchObject({
      reason: 'argument_not_allowed',
      pointer: '/amount',
    })
    expect(judge(withDenial, { arguments: given })).toMatchObject({
      reason: 'tool_denied',
      pointer: '/amount',
    })
  })

  test('a number that the parser reports as inexact', () => {
    const request = { arguments: { amount: 100 }, inexact: ['/amount'] }
    expect(judge(withRules(atMost500), request).reason).toBe('argument_not_allowed')
    expect(judge(withDenial, request).reason).toBe('tool_denied')
  })

  test('a number that is as it should be is (so the rules above can pass at all)', () => {
    expect(judge(withRules(atMost500), { arguments: { amount: 500 } }).allowed).toBe(true)
    expect(judge(withDenial, { arguments: { amount: 500 } }).allowed).toBe(true)
  })

  test('a wildcard rule behind a specific one whose condition failed', () => {
    const rules = [{ name: '*' }, { name: 'ref*' }, ...atMost500]
    expect(judge(withRules(rules), { arguments: { amount: 501 } }).reason).toBe('argument_not_allowed')
  })

  test('a caller with no name at all, against a grant that names nobody', () => {
    const nobody = compile({
      ...(withRules(not500) as unknown as PolicyDocument),
      grants: [{ name: 'g', max_trust: 'high', allowed_side_effects: ['write'] }],
    })
    expect(evaluate(nobody, { method: 'tools/call', target: 'refund' }, now).reason).toBe('missing_identity')
    expect(evaluate(nobody, { agent: 'ops', method: 'tools/call', target: 'refund' }, now).reason).toBe(
      'no_matching_grant',
    )
  })
})

describe('none of these is read', () => {
  const issuesOf = (input: unknown) => {
    const parsed = parsePolicy(input)
    return parsed.ok ? [] : parsed.issues
  }

  test('policy.goverrns', () => {
    expect(issuesOf(withRules(not500, { policy: { goverrns: ['all'] } }))).toEqual([
      { pointer: '/policy/goverrns', message: '"goverrns" is not a member here; did you mean governs?' },
    ])
  })

  test.each([
    ['/policy/governs', { policy: { governs: ['all'] } }],
    ['/server/disabled', { server: { name: 's', disabled: true } }],
    ['/policy/disabled_tools', { policy: { disabled_tools: ['refund'] } }],
    ['/grants/0/not_after', { grants: [{ name: 'g', agent_id: 'ops', not_after: '2026-01-01T00:00:00Z' }] }],
    ['/grants/0/tool_rules/0/when', { grants: [{ name: 'g', agent_id: 'ops', tool_rules: atMost500 }] }],
    ['/tools/0/definition_digest', { tools: [{ name: 't', definition_digest: `sha256:${'0'.repeat(64)}` }] }],
    [
      '/sessions/0/issued_at',
      { sessions: [{ name: 's', agent_id: 'ops', issued_at: '2026-01-01T00:00:00Z' }] },
    ],
  ])('%s in a v1 document', (pointer, member) => {
    for (const schema_version of ['v1', undefined]) {
      const document = { ...(schema_version ? { schema_version } : {}), server: { name: 's' }, ...member }
      expect(issuesOf(document)).toEqual([
        {
          pointer,
          message: `${pointer.split('/').at(-1)} needs schema_version: v2, and this document is v1`,
        },
      ])
    }
  })
})
