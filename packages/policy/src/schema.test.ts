import { describe, expect, test } from 'vitest'
import { issuesMax } from './reading/issue.ts'
import {
  conditionsPerRuleMax,
  depthMax,
  parsePolicy,
  policyJsonSchema,
  recordedPerRuleMax,
  valuesPerConditionMax,
} from './schema.ts'

const issuesOf = (input: unknown) => {
  const parsed = parsePolicy(input)
  return parsed.ok ? [] : parsed.issues
}
const v2 = (members: object) => ({ schema_version: 'v2', server: { name: 's' }, ...members })
const grant = (members: object) => v2({ grants: [{ name: 'g', agent_id: 'a', ...members }] })
const rule = (members: object) => grant({ tool_rules: [{ name: 't', ...members }] })
const when = (condition: object) => rule({ when: [condition] })
const record = (...args: object[]) => rule({ record: { arguments: args } })

/** What is wrong, where it must be said, and a word that the sentence must hold. */
const faults: readonly [string, unknown, string, string][] = [
  ['nothing', undefined, '', 'expected a policy document, found nothing'],
  ['a list', [], '', 'found a list'],
  ['text', 'schema_version: v2', '', 'expected a policy document'],
  ['no server', { schema_version: 'v2' }, '/server', 'is missing: expected an object'],
  [
    'an unknown version',
    { schema_version: 'v3', server: { name: 's' } },
    '/schema_version',
    'expected "v1" or "v2", found "v3"',
  ],
  ['a blank server name', v2({ server: { name: ' ' } }), '/server/name', 'cannot be empty'],
  ['a number for a name', v2({ server: { name: 5 } }), '/server/name', 'expected a string, found 5'],
  [
    'text for a flag',
    v2({ session: { required: 'yes' } }),
    '/session/required',
    'expected true or false, found "yes"',
  ],
  ['an object for a list', v2({ grants: {} }), '/grants', 'expected a list, found an object'],
  ['null for an object', v2({ policy: null }), '/policy', 'expected an object, found null'],
  ['an unknown trust', grant({ max_trust: 'hihg' }), '/grants/0/max_trust', 'did you mean high?'],
  ['an unknown mode', v2({ policy: { mode: 'enforce' } }), '/policy/mode', 'expected allow-list or observe'],
  [
    'an unknown side effect',
    grant({ allowed_side_effects: ['delete'] }),
    '/grants/0/allowed_side_effects/0',
    'read, write or destructive',
  ],
  [
    'a blank side effect',
    grant({ allowed_side_effects: [''] }),
    '/grants/0/allowed_side_effects/0',
    'cannot be blank',
  ],
  ['an unknown decision', rule({ decision: 'permit' }), '/grants/0/tool_rules/0/decision', 'allow or deny'],
  ['an unknown member', v2({ polcy: {} }), '/polcy', 'did you mean policy?'],
  [
    'an unknown member deep down',
    when({ pointer: '/a', op: 'eq', value: 1, negate: true }),
    '/grants/0/tool_rules/0/when/0/negate',
    'known are pointer, op, value',
  ],
  [
    'conditions on a resource',
    grant({ resource_rules: [{ name: 'r', when: [] }] }),
    '/grants/0/resource_rules/0/when',
    'is not a member here',
  ],
  [
    'what is not enforced',
    v2({ policy: { enforce_on: 'call_tool' } }),
    '/policy/enforce_on',
    'is not enforced',
  ],
  ['what is not enforced yet', v2({ auth: { mode: 'mtls' } }), '/auth/mode', 'none, header or oauth'],
  ['oauth without an issuer', v2({ auth: { mode: 'oauth' } }), '/auth/issuer_url', 'needs an issuer'],
  ['a grant for nobody', v2({ grants: [{ name: 'g' }] }), '/grants/0', 'speaks of nobody'],
  ['a session of nobody', v2({ sessions: [{ name: 's', human_id: '' }] }), '/sessions/0', 'speaks of nobody'],
  [
    'a grant twice',
    v2({
      grants: [
        { name: 'g', agent_id: 'a' },
        { name: 'g', agent_id: 'b' },
      ],
    }),
    '/grants/1/name',
    '"g" is taken by /grants/0',
  ],
  ['a tool twice', v2({ tools: [{ name: 't' }, { name: 't' }] }), '/tools/1/name', 'is taken by /tools/0'],
  [
    'a session twice',
    v2({
      sessions: [
        { name: 's', human_id: 'a' },
        { name: 's', namespace: 'n', human_id: 'b' },
      ],
    }),
    '/sessions/1/name',
    'is taken',
  ],
  [
    'a rule twice',
    grant({ tool_rules: [{ name: 't' }, { name: 't', decision: 'deny' }] }),
    '/grants/0/tool_rules/1/name',
    'is taken',
  ],
  [
    'a star inside a name',
    grant({ tool_rules: [{ name: 'a*b' }] }),
    '/grants/0/tool_rules/0/name',
    'only at the end',
  ],
  ['two stars', v2({ policy: { disabled_tools: ['a**'] } }), '/policy/disabled_tools/0', 'only at the end'],
  [
    'a tool that looks like a pattern',
    v2({ tools: [{ name: 'a*' }] }),
    '/tools/0/name',
    'told from a pattern',
  ],
  ['nothing governed', v2({ policy: { governs: [] } }), '/policy/governs', 'governs nothing'],
  [
    'a day that is none',
    v2({ sessions: [{ name: 's', human_id: 'a', expires_at: '2030-02-30T00:00:00Z' }] }),
    '/sessions/0/expires_at',
    'expected an instant such as',
  ],
  [
    'a window without time',
    grant({ not_before: '2030-01-02T00:00:00Z', not_after: '2030-01-01T00:00:00Z' }),
    '/grants/0/not_after',
    'not later than not_before',
  ],
  [
    'a duration in days',
    v2({ session: { max_lifetime: '1d' } }),
    '/session/max_lifetime',
    'expected a duration such as',
  ],
  [
    'a digest that is none',
    v2({ tools: [{ name: 't', definition_digest: 'md5:1' }] }),
    '/tools/0/definition_digest',
    'expected sha256:',
  ],
  [
    'an unknown operator',
    when({ pointer: '/a', op: 'equals', value: 1 }),
    '/grants/0/tool_rules/0/when/0/op',
    'expected op to be one of',
  ],
  [
    'a pointer that is none',
    when({ pointer: 'amount', op: 'eq', value: 1 }),
    '/grants/0/tool_rules/0/when/0/pointer',
    'JSON Pointer such as "/amount"',
  ],
  [
    'no value',
    when({ pointer: '/a', op: 'eq' }),
    '/grants/0/tool_rules/0/when/0/value',
    'expected a string, a number',
  ],
  [
    'text to compare with <',
    when({ pointer: '/a', op: 'lt', value: '5' }),
    '/grants/0/tool_rules/0/when/0/value',
    'expected a number, found "5"',
  ],
  [
    'a number that no double holds',
    when({ pointer: '/a', op: 'lt', value: 2 ** 53 }),
    '/grants/0/tool_rules/0/when/0/value',
    'compared exactly',
  ],
  [
    'a list of two types',
    when({ pointer: '/a', op: 'in', value: ['5', 5] }),
    '/grants/0/tool_rules/0/when/0/value',
    'of one type',
  ],
  [
    'an empty list',
    when({ pointer: '/a', op: 'in', value: [] }),
    '/grants/0/tool_rules/0/when/0/value',
    'matches nothing',
  ],
  [
    'a prefix of nothing',
    when({ pointer: '/a', op: 'prefix', value: '' }),
    '/grants/0/tool_rules/0/when/0/value',
    'matches everything',
  ],
  [
    'a pattern that could backtrack',
    when({ pointer: '/a', op: 'matches', value: '^(a)\\1$' }),
    '/grants/0/tool_rules/0/when/0/value',
    'from character 5 on',
  ],
  [
    'too many conditions',
    rule({ when: Array(conditionsPerRuleMax + 1).fill({ pointer: '/a', op: 'exists' }) }),
    '/grants/0/tool_rules/0/when',
    `more than ${conditionsPerRuleMax}`,
  ],
  [
    'too many values',
    when({ pointer: '/a', op: 'in', value: Array(valuesPerConditionMax + 1).fill('a') }),
    '/grants/0/tool_rules/0/when/0/value',
    `more than ${valuesPerConditionMax}`,
  ],
  [
    'a name beyond all measure',
    v2({ tools: [{ name: 'x'.repeat(2049) }] }),
    '/tools/0/name',
    'longer than 2048',
  ],
  [
    'a member that JavaScript would take for the prototype',
    JSON.parse('{"server":{"name":"s"},"__proto__":{"disabled":true}}'),
    '',
    '__proto__',
  ],
  [
    'a label of that name',
    v2({ tools: [{ name: 't', labels: JSON.parse('{"__proto__":"x"}') }] }),
    '/tools/0/labels',
    '__proto__',
  ],
  ['a function', v2({ 'x-hook': () => 1 }), '/x-hook', 'a function is not a JSON value'],
  ['a date', v2({ 'x-when': new Date(0) }), '/x-when', 'not a plain object'],
  [
    'a padded word',
    v2({ policy: { mode: ' observe' } }),
    '/policy/mode',
    'expected allow-list or observe, found " observe"',
  ],
  ['half a surrogate pair', v2({ tools: [{ name: '\ud800' }] }), '/tools/0/name', 'half of a surrogate pair'],
  [
    'half a surrogate pair for a member',
    v2({ tools: [{ name: 't', labels: { '\ud800': 'x' } }] }),
    '/tools/0/labels',
    'half of a surrogate pair',
  ],
  [
    'a record in v1',
    {
      server: { name: 's' },
      grants: [{ name: 'g', agent_id: 'a', tool_rules: [{ name: 't', record: {} }] }],
    },
    '/grants/0/tool_rules/0/record',
    'needs schema_version: v2',
  ],
  [
    'a record of a resource',
    grant({ resource_rules: [{ name: 'r', record: { arguments: [{ pointer: '/a' }] } }] }),
    '/grants/0/resource_rules/0/record',
    'is not a member here',
  ],
  ['a record of nothing', record(), '/grants/0/tool_rules/0/record', 'records nothing'],
  [
    'a record of what is no part of a call',
    rule({ record: { arguments: [{ pointer: '/a' }], results: [{ pointer: '/b' }] } }),
    '/grants/0/tool_rules/0/record/results',
    'did you mean result?',
  ],
  [
    'a part of a result twice',
    rule({ record: { result: [{ pointer: '/a' }, { pointer: '/a' }] } }),
    '/grants/0/tool_rules/0/record/result/1/pointer',
    'is recorded by /grants/0/tool_rules/0/record/result/0 already',
  ],
  [
    'a record of all arguments',
    record({ pointer: '' }),
    '/grants/0/tool_rules/0/record/arguments/0/pointer',
    'expected a JSON Pointer',
  ],
  [
    'a record in other ways',
    record({ pointer: '/a', as: 'plain' }),
    '/grants/0/tool_rules/0/record/arguments/0/as',
    'expected digest or value',
  ],
  [
    'a record twice',
    record({ pointer: '/a' }, { pointer: '/a', as: 'value' }),
    '/grants/0/tool_rules/0/record/arguments/1/pointer',
    'is recorded by /grants/0/tool_rules/0/record/arguments/0 already',
  ],
  [
    'a digest with something taken out',
    record({ pointer: '/a', redact: ['/b'] }),
    '/grants/0/tool_rules/0/record/arguments/0/redact',
    'needs as: value',
  ],
  [
    'something taken out that is no pointer',
    record({ pointer: '/a', as: 'value', redact: ['b'] }),
    '/grants/0/tool_rules/0/record/arguments/0/redact/0',
    'expected a JSON Pointer',
  ],
  [
    'a record of too much',
    record(...Array.from({ length: recordedPerRuleMax + 1 }, (_, n) => ({ pointer: `/${n}` }))),
    '/grants/0/tool_rules/0/record/arguments',
    `more than ${recordedPerRuleMax}`,
  ],
  ['infinity', v2({ 'x-n': Number.POSITIVE_INFINITY }), '/x-n', 'Infinity is not a JSON value'],
]

test('a rule may say what is recorded of a call', () => {
  const input = record(
    { pointer: '/amount', as: 'value' },
    { pointer: '/customer', as: 'value', redact: ['/cards/*/number'] },
    { pointer: '/note' },
  )
  expect(issuesOf(input)).toEqual([])
  expect(issuesOf(rule({ record: { result: [{ pointer: '/isError', as: 'value' }] } }))).toEqual([])
})

describe('parsePolicy says what is wrong and where', () => {
  test.each(faults)('%s', (_, input, pointer, sentence) => {
    const issues = issuesOf(input)
    expect(issues).toEqual([{ pointer, message: expect.stringContaining(sentence) }])
  })

  test('all at once, in one go', () => {
    const input = v2({ policy: { mod: 'observe', listing: 'some' }, tools: [{ name: '' }], grants: 5 })
    expect(
      issuesOf(input)
        .map(({ pointer }) => pointer)
        .sort(),
    ).toEqual(['/grants', '/policy/listing', '/policy/mod', '/tools/0/name'])
  })

  test('up to a limit, and how many more there are', () => {
    const issues = issuesOf(
      v2(Object.fromEntries(Array.from({ length: issuesMax + 7 }, (_, i) => [`m${i}`, 1]))),
    )
    expect(issues).toHaveLength(issuesMax + 1)
    expect(issues.at(-1)).toEqual({ pointer: '', message: '7 more issues are not listed' })
  })

  test('of depth without end, and of circles', () => {
    let deep: object = {}
    for (let i = 0; i < 100_000; i++) deep = { deep }
    const circle: Record<string, unknown> = v2({})
    circle['x-self'] = circle
    for (const input of [v2({ 'x-deep': deep }), circle]) {
      expect(issuesOf(input)).toEqual([
        { pointer: expect.stringMatching(/^\/x-/), message: `nested deeper than ${depthMax} levels` },
      ])
    }
  })
})

describe('parsePolicy reads', () => {
  const read = (input: unknown) => {
    const parsed = parsePolicy(input)
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues))
    return parsed.document
  }

  test('words in any case; an empty one is left out', () => {
    const document = read({
      server: { name: 's' },
      policy: { mode: 'Observe', default_decision: '' },
      tools: [{ name: 't', required_trust: 'HIGH' }],
    })
    expect(document.policy).toEqual({ mode: 'observe', default_decision: undefined })
    expect(document.tools?.[0]?.required_trust).toBe('high')
  })

  test('members that start with x-, and labels of any name, and keeps them', () => {
    const document = v2({
      'x-owner': { team: 'red' },
      tools: [{ name: 't', labels: { constructor: 'a', 'any thing': 'b' } }],
    })
    expect(read(document)).toMatchObject(document)
  })

  test('the same grant name in two namespaces', () => {
    const grants = ['a', 'b'].map((namespace) => ({ name: 'g', namespace, agent_id: 'x' }))
    expect(read(v2({ grants })).grants).toHaveLength(2)
  })

  test('hostile names as names', () => {
    const names = ['__proto__', 'constructor', 'toString', 'a\0b', '\ud83d\ude00']
    expect(read(v2({ tools: names.map((name) => ({ name })) })).tools?.map(({ name }) => name)).toEqual(names)
  })

  test('what it has read, again, to the same revision', () => {
    const once = read(when({ pointer: '/a', op: 'lte', value: 500 }))
    expect(read(once)).toEqual(once)
    expect(once.revision).toMatch(/^sha256:[0-9a-f]{64}$/)
  })

  test('a claimed revision only if it is the content’s own', () => {
    const once = read(v2({ policy: { mode: 'observe' } }))
    const changed = { ...once, policy: { mode: 'allow-list' } }
    expect(issuesOf(changed)).toEqual([
      { pointer: '/revision', message: expect.stringContaining('it was changed after it was stamped') },
    ])
    expect(issuesOf({ ...once, revision: 'sha256:0' })).toHaveLength(1)
  })

  test('100,000 grants', () => {
    const grants = Array.from({ length: 100_000 }, (_, i) => ({
      name: `g${i}`,
      human_id: `h${i}`,
      tool_rules: [{ name: 't' }],
    }))
    expect(read(v2({ grants })).grants).toHaveLength(100_000)
    expect(issuesOf(v2({ grants: [...grants, { name: 'g7', human_id: 'x' }] }))).toEqual([
      { pointer: '/grants/100000/name', message: '"g7" is taken by /grants/7' },
    ])
  })
})

test('the JSON Schema for editors forbids unknown members and knows the words', () => {
  const schema = JSON.stringify(policyJsonSchema('v2'))
  expect(schema).toContain('"enum":["low","medium","high"]')
  expect(schema).toContain('"patternProperties":{"^x-":{}}')
  expect(policyJsonSchema('v2')).toMatchObject({
    type: 'object',
    additionalProperties: false,
    required: ['schema_version', 'server'],
  })
  expect(JSON.stringify(policyJsonSchema('v1'))).not.toContain('governs')
})
