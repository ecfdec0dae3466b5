import { expect, test } from 'vitest'
import { compile, type PolicyDocument } from './index.ts'
import { permitted } from './permitted.ts'

const now = Date.parse('2026-06-01T12:00:00Z')
const document: PolicyDocument = {
  schema_version: 'v2',
  server: { name: 's' },
  policy: { governs: ['tools', 'resources'] },
  session: { idle_timeout: '1h' },
  tools: [
    { name: 'list', side_effect: 'read' },
    { name: 'refund', side_effect: 'write' },
    { name: 'purge', side_effect: 'destructive' },
    { name: 'pinned', side_effect: 'read', definition_digest: `sha256:${'a'.repeat(64)}` },
    { name: 'guarded', side_effect: 'read' },
  ],
  grants: [
    {
      name: 'g',
      agent_id: 'ops',
      allowed_side_effects: ['read', 'write'],
      tool_rules: [
        { name: 'list' },
        { name: 'refund', when: [{ pointer: '/amount', op: 'lte', value: 500 }] },
        { name: 'purge' },
        { name: 'pinned' },
        { name: 'guarded' },
      ],
      resource_rules: [
        { name: 'file:///docs/*' },
        { name: 'file:///docs/secret*', decision: 'deny' },
        { name: 'mail://inbox' },
      ],
    },
    {
      name: 'h',
      agent_id: 'ops',
      tool_rules: [{ name: 'guarded', decision: 'deny', when: [{ pointer: '/all', op: 'eq', value: true }] }],
    },
  ],
  sessions: [{ name: 'mine', agent_id: 'ops', consented_trust: 'low' }],
}

test('says of each tool whether the caller may use it, or what it depends on a call to show', () => {
  const { tools } = permitted(compile(document), { agent: 'ops' }, now)
  expect(Object.fromEntries(tools.map(({ name, permission }) => [name, permission]))).toEqual({
    list: 'yes',
    refund: 'depends',
    purge: 'no',
    pinned: 'depends',
    guarded: 'depends',
  })
})

test('names resources and prompts that grants allow; where a kind is not governed, all', () => {
  const { resources, prompts, may } = permitted(compile(document), { agent: 'ops' }, now)
  expect(resources).toEqual(['file:///docs/*', 'mail://inbox'])
  expect(prompts).toEqual(['*'])
  expect(may('resources/read', 'file:///docs/readme')).toBe('yes')
  expect(may('resources/read', 'file:///docs/secret.txt')).toBe('no')
  expect(may('prompts/get', 'anything')).toBe('yes')
})

test('a rule that may or may not apply can only lower the worst case and raise the best', () => {
  const strict = {
    name: 'list',
    required_trust: 'high' as const,
    when: [{ pointer: '/all', op: 'eq' as const, value: true }],
  }
  const of = (name: string, rest: object) => ({
    name,
    agent_id: 'ops',
    max_trust: 'low' as const,
    allowed_side_effects: ['read' as const],
    ...rest,
  })
  const mayList = (...grants: ReturnType<typeof of>[]) =>
    permitted(compile({ ...document, grants }), { agent: 'ops' }, now).may('tools/call', 'list')
  // The stricter rule, if it applies, asks for more than the other grant gives.
  expect(mayList(of('a', {}), of('b', { tool_rules: [strict] }))).toBe('depends')
  // Where it applies it asks too much, where it does not nobody gives: but who knows that of a call not made?
  expect(mayList(of('b', { tool_rules: [{ ...strict, required_trust: 'low' }] }))).toBe('depends')
  expect(mayList(of('a', { max_trust: 'high' }), of('b', { tool_rules: [strict] }))).toBe('yes')
})

test('a stranger may nothing that is governed', () => {
  const { tools, resources } = permitted(compile(document), { agent: 'eve' }, now)
  expect(tools.every(({ permission }) => permission === 'no')).toBe(true)
  expect(resources).toEqual([])
})

test('whether a session is idle only a call can show', () => {
  expect(permitted(compile(document), { agent: 'ops', session: 'mine' }, now).may('tools/call', 'list')).toBe(
    'depends',
  )
})
