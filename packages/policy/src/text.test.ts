import { describe, expect, test } from 'vitest'
import { formatIssue, parseCasesText, parsePolicyText } from './text.ts'

const policy = `schema_version: v2
server: { name: payments }
policy:
  mode: allow-list
grants:
  - name: ops
    agent_id: ops-agent
    max_trust: high
    tool_rules:
      - name: refund
        when: [{ pointer: /amount, op: lte, value: 500 }]
`
const issuesOf = (text: string): readonly string[] => {
  const parsed = parsePolicyText(text)
  return parsed.ok ? [] : parsed.issues.map((issue) => formatIssue(issue, 'policy.yaml'))
}

describe('a policy in text', () => {
  test('is read from YAML and from JSON to the same document', () => {
    const yaml = parsePolicyText(policy)
    if (!yaml.ok) throw new Error('not read')
    expect(parsePolicyText(JSON.stringify(yaml.value))).toEqual(yaml)
    expect(parsePolicyText(JSON.stringify(yaml.value, null, 2))).toEqual(yaml)
    expect(yaml.value.grants?.[0]?.tool_rules?.[0]?.when).toEqual([
      { pointer: '/amount', op: 'lte', value: 500 },
    ])
  })

  test.each([
    [
      'a misspelt member',
      policy.replace('mode:', 'moed:'),
      ['policy.yaml:4:3 /policy/moed: "moed" is not a member here; did you mean mode?'],
    ],
    [
      'a misspelt word',
      policy.replace('high', 'hihg'),
      ['policy.yaml:8:5 /grants/0/max_trust: expected low, medium or high, found "hihg"; did you mean high?'],
    ],
    [
      'a missing member',
      policy.replace('name: refund', 'decision: allow'),
      ['policy.yaml:10:9 /grants/0/tool_rules/0/name: is missing: expected a string'],
    ],
    [
      'a wrong value in a flow',
      policy.replace('lte', 'less'),
      [
        expect.stringContaining(
          'policy.yaml:11:36 /grants/0/tool_rules/0/when/0/op: expected op to be one of eq',
        ),
      ],
    ],
    [
      'a member given twice',
      `${policy}server: { name: other }\n`,
      ['policy.yaml:12:1 /server: "server" is given twice'],
    ],
    [
      'a tab for an indent',
      policy.replace('  mode', '\tmode'),
      [expect.stringMatching(/^policy\.yaml:\d+:\d+ Tabs/)],
    ],
    [
      'an alias',
      policy.replace('payments', '&a payments').replace('ops-agent', '*a'),
      ['policy.yaml:7:15 /grants/0/agent_id: aliases are not supported: write the value out'],
    ],
    [
      'a tag of its own',
      policy.replace('payments', '!secret payments'),
      [expect.stringContaining('Unresolved tag')],
    ],
    ['two documents', `${policy}---\n${policy}`, [expect.stringContaining('multiple documents')]],
    ['nothing', '', ['policy.yaml:1:1 expected a policy document, found null']],
    ['broken JSON', '{"server": {"name": "s"', [expect.stringMatching(/^policy\.yaml:1:\d+ /)]],
    [
      'JSON with a member given twice',
      '{"server":{"name":"s"},\n "policy":{"mode":"observe","\\u006dode":"allow-list"}}',
      ['policy.yaml:2:29 /policy/mode: "mode" is given twice'],
    ],
    [
      'a number for a name',
      policy.replace('ops-agent', '123'),
      ['policy.yaml:7:5 /grants/0/agent_id: expected a string, found 123'],
    ],
    [
      'a name that is no string',
      policy.replace('  mode', '  1'),
      [expect.stringContaining('needs a name that is a string')],
    ],
    [
      'a member called __proto__',
      policy.replace('  mode', '  __proto__'),
      [expect.stringContaining('cannot be called __proto__')],
    ],
  ])('%s is answered with its place', (_, text, expected) => expect(issuesOf(text)).toEqual(expected))

  test.each([
    ['brackets', '['.repeat(100_000)],
    ['dashes', `${'- '.repeat(50_000)}1`],
    ['balanced brackets', `${'['.repeat(5000)}${']'.repeat(5000)}`],
    ['members', `${'{a: '.repeat(40)}1${'}'.repeat(40)}`],
  ])('depth without end in %s comes back', (_, text) =>
    expect(issuesOf(text)).toEqual([expect.stringContaining('nested')]),
  )

  test('10 MB of members come back', () => {
    const text = `{${Array.from({ length: 600_000 }, (_, i) => `"member-${i}":1`).join(',')}}`
    expect(text.length).toBeGreaterThan(10_000_000)
    const issues = issuesOf(text)
    expect(issues[0]).toContain('/server: is missing')
  }, 120_000)

  test('beyond its limit a text is not read', () => {
    expect(issuesOf(' '.repeat(16 * 1024 * 1024 + 1))).toEqual([
      'policy.yaml:1:1 longer than 16777216 characters',
    ])
  })
})

describe('cases in text', () => {
  const cases = `- as: { agent: ops-agent }
  calls: refund
  with: { amount: 500 }
  expect: allow
- { as: {}, calls: { method: prompts/get, target: x }, at: 2026-01-01T00:00:00Z, expect: missing_identity }
`
  test('are read', () => {
    const parsed = parseCasesText(cases)
    expect(parsed).toMatchObject({
      ok: true,
      value: [{ calls: 'refund', with: { amount: 500 } }, { expect: 'missing_identity' }],
    })
  })

  test.each([
    ['an unknown reason', cases.replace('allow', 'allwo'), '1', 'expected allow, deny or a reason'],
    ['an unknown member', cases.replace('with:', 'args:'), '3', 'is not a member here'],
    ['a wrong instant', cases.replace('2026-01-01T00:00:00Z', 'soon'), '5', 'expected an instant'],
    ['no caller', cases.replace('as: {}, ', ''), '5', 'is missing'],
    ['no list', 'as: x', '1', 'expected a list'],
  ])('%s is answered with its place', (_, text, line, message) => {
    const parsed = parseCasesText(text)
    if (parsed.ok) throw new Error('was read')
    expect(parsed.issues[0]?.message).toContain(message)
    if (line !== '1') expect(parsed.issues[0]?.line).toBe(Number(line))
  })
})
