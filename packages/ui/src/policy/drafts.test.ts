import { compile, evaluate, type PolicyDocument, type PolicyRequest } from '@mcp-sentinel/policy'
import { explain } from '@mcp-sentinel/policy/explain'
import { expect, test } from 'vitest'
import { emptyGrant, grantDraftIn } from '../grants/grant-draft.ts'
import { practiceOf, withDraft } from './drafts.ts'
import { linkTo } from './practice-link.ts'

const now = Date.parse('2026-06-01T12:00:00Z')
const document: PolicyDocument = {
  schema_version: 'v2',
  server: { name: 'payments', namespace: 'red', team_id: 'red-team' },
  tools: [
    { name: 'list', side_effect: 'read' },
    { name: 'refund', required_trust: 'high', side_effect: 'destructive' },
  ],
  grants: [
    { name: 'others', namespace: 'red', agent_id: 'somebody', max_trust: 'high' },
    {
      name: 'ops',
      namespace: 'red',
      agent_id: 'ops-agent',
      max_trust: 'low',
      allowed_side_effects: ['read', 'destructive'],
      tool_rules: [{ name: 'list', required_trust: 'low' }, { name: 'refund' }],
    },
  ],
  sessions: [{ name: 'sess', namespace: 'red', agent_id: 'ops-agent', consented_trust: 'medium' }],
}
const call = (more: Partial<PolicyRequest>): PolicyRequest => ({
  agent: 'ops-agent',
  method: 'tools/call',
  target: 'refund',
  ...more,
})
const practised = (request: PolicyRequest, by = document) => {
  const { remedy } = explain(compile(by), request, now)
  return remedy && practiceOf(by, request, remedy)
}

test('a draft stands in the place of the grant of its name, as the policy would have it', () => {
  const draft = {
    ...emptyGrant,
    name: 'ops',
    server: 'red/payments',
    agentID: 'ops-agent',
    maxTrust: 'high' as const,
    allowedSideEffects: ['destructive' as const],
    toolRules: [{ name: 'refund', decision: 'allow' as const, requiredTrust: 'high' as const }],
  }
  const drafted = withDraft(document, draft)
  expect(drafted.grants?.map(({ name }) => name)).toEqual(['others', 'ops'])
  const team = { team: 'red-team' }
  expect(evaluate(compile(drafted), call(team), now).allowed).toBe(true)
  expect(evaluate(compile(drafted), call({ ...team, target: 'list' }), now).reason).toBe('tool_not_granted')
  expect(evaluate(compile(document), call(team), now).reason).toBe('trust_too_low')
})

test('a draft for nobody grants nothing, to anybody', () => {
  const { team_id: _, ...server } = document.server
  const drafted = withDraft({ ...document, server }, { ...emptyGrant, name: 'x', server: 'red/payments' })
  expect(drafted.grants).toEqual(document.grants)
})

test('a change of a grant is drafted with what it touches, and nothing else', () => {
  expect(practised(call({}))).toEqual({ to: 'grant', id: 'red/ops', draft: { maxTrust: 'high' } })
})

test('a tool that a grant does not name joins its rules', () => {
  const others = call({ agent: 'ops-agent', target: 'list' })
  const [first, grant] = document.grants as [object, object]
  const narrow = { ...document, grants: [first, { ...grant, tool_rules: [{ name: 'refund' }] }] }
  expect(practised(others, narrow as PolicyDocument)).toEqual({
    to: 'grant',
    id: 'red/ops',
    draft: {
      toolRules: [
        { name: 'refund', decision: 'allow' },
        { name: 'list', decision: 'allow' },
      ],
    },
  })
})

test('whom no grant speaks of gets one that gives this, and its name can be one', () => {
  expect(practised(call({ agent: 'Eve Agent', target: 'list' }))).toEqual({
    to: 'grant',
    id: undefined,
    draft: {
      ...emptyGrant,
      name: 'eve-list',
      server: 'red/payments',
      agentID: 'Eve Agent',
      toolRules: [{ name: 'list', decision: 'allow' }],
    },
  })
})

test('consent is a session to change; a call that has to be another is nobody else’s to change', () => {
  const [first, grant] = document.grants as [object, object]
  const trusting = { ...document, grants: [first, { ...grant, max_trust: 'high' }] } as PolicyDocument
  expect(practised(call({ session: 'sess' }), trusting)).toEqual({
    to: 'session',
    id: 'red/sess',
    draft: { consentedTrust: 'high' },
  })
  expect(practised(call({ session: 'junk', target: 'list' }))).toBeUndefined()
})

test('a switch leads to where it is', () => {
  const off = { ...document, server: { ...document.server, disabled: true } }
  const practice = practised(call({ target: 'list' }), off)
  expect(practice && linkTo(practice, 'red/payments')).toMatchObject({
    to: { name: 'server', params: { namespace: 'red', name: 'payments' } },
  })
})

test('what is drafted goes by the address, and comes back as it was', () => {
  const practice = practised(call({ agent: 'eve', target: 'list' }))
  if (practice?.to !== 'grant') throw new Error('no grant')
  const { to, says } = linkTo(practice, 'red/payments')
  const query = (to as { readonly query: Readonly<Record<string, string>> }).query
  expect([says, query['edit-grant']]).toEqual(['Draft this grant', 'new'])
  expect(grantDraftIn(query['draft'] ?? '')).toEqual(practice.draft)
})

test.each(['', 'null', '[1]', '{"maxTrust":"most","toolRules":[{"nme":"x"}],"name":7}', '{'])(
  'an address that holds %s begins with nothing',
  (text) => {
    expect(grantDraftIn(text)).toEqual({})
  },
)
