import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { refused } from './contract-tests/refused.ts'
import { parseResource } from './parse.ts'
import { issuesMax } from './reading/issue.ts'
import { formatIssue, parseResourceText } from './text.ts'

const golden = (name: string): string => readFileSync(new URL(`./goldens/${name}`, import.meta.url), 'utf8')
const complaints = (text: string, file = 'it.yaml'): readonly string[] => {
  const parsed = parseResourceText(text)
  return parsed.ok ? [] : parsed.issues.map((issue) => formatIssue(issue, file))
}

test('the published server is refused, and every fault of it is told', () => {
  expect(complaints(golden('payments-as-published.yaml'), 'payments.yaml')).toEqual([
    'payments.yaml:30:7 /spec/tools/0/sideEffect: is missing: expected read, write or destructive',
    'payments.yaml:32:7 /spec/tools/1/sideEffect: is missing: expected read, write or destructive',
    'payments.yaml:6:1 /spec/replicas: a canary takes some of the replicas, never all: canaryReplicas is 1, replicas is 1; set replicas to 2 or more',
  ])
})

test.each([
  'payments.yaml',
  'payments-ops-agent.yaml',
  'payments-ops-agent-as-published.yaml',
  'sess-8f1b9d.yaml',
  'every-field.yaml',
  'every-field-grant.yaml',
  'every-field-session.yaml',
  'applied-by-kubectl.yaml',
])('%s is accepted', (file) => {
  expect(complaints(golden(file))).toEqual([])
})

test('older spellings are read as the ones of today', () => {
  const parsed = parseResourceText(golden('every-field.yaml'))
  const spec = parsed.ok && parsed.resource.kind === 'MCPServer' ? parsed.resource.spec : undefined
  expect(spec).toMatchObject({
    analytics: { enabled: true },
    envFromSecret: [{ name: 'API_TOKEN', secretKeyRef: { name: 'everything-secrets', key: 'token' } }],
  })
  expect(spec).not.toHaveProperty('secretEnvVars')
  expect(spec).not.toHaveProperty('analytics.disabled')
})

test('a state that an operator of any age wrote is kept beside the spec', () => {
  const parsed = parseResource({ ...server(), status: { phase: 'Ready', somethingNew: 1 } })
  expect(parsed).toMatchObject({ ok: true, resource: { status: { phase: 'Ready' }, spec: { image: 'x' } } })
})

const server = (spec: object = {}) => ({
  apiVersion: 'mcpruntime.org/v1alpha1',
  kind: 'MCPServer',
  metadata: { name: 'payments', namespace: 'mcp-servers' },
  spec: { image: 'x', ...spec },
})
describe('what is refused, where, and with which words', () => {
  test.each(refused)('$pointer: $says', ({ input, pointer, says }) => {
    const parsed = parseResource(input)
    const issues = parsed.ok ? [] : parsed.issues
    expect(issues.map((issue) => issue.pointer)).toContain(pointer)
    expect(issues.find((issue) => issue.pointer === pointer)?.message).toContain(says)
  })
})

test('faults without end are cut, and their number is told', () => {
  const junk = Object.fromEntries(Array.from({ length: 250 }, (_, i) => [`junk${i}`, 1]))
  const parsed = parseResource(server(junk))
  expect(parsed.ok ? [] : parsed.issues).toHaveLength(issuesMax + 1)
  expect(parsed.ok ? undefined : parsed.issues.at(-1)?.message).toBe('150 more issues are not listed')
})

describe('texts', () => {
  const minimal = JSON.stringify(server())
  test.each([
    ['JSON', minimal],
    ['a document mark before it', `---\n${minimal}\n`],
    ['one after it', `${minimal}\n---\n`],
  ])('with %s are read', (_, text) => {
    expect(complaints(text)).toEqual([])
  })

  test.each([
    [
      'two objects',
      `${minimal}\n---\n${minimal}`,
      'it.yaml:3:1 holds more than one object: give each a file of its own',
    ],
    ['nothing', '# nothing', 'it.yaml:1:1 expected a resource, found null'],
    ['a key twice', 'kind: a\nkind: b', 'it.yaml:2:1 /kind: "kind" is given twice'],
    ['an alias', 'a: &x 1\nb: *x', 'it.yaml:2:4 /b: aliases are not supported: write the value out'],
  ])('with %s are refused', (_, text, says) => {
    expect(complaints(text)[0]).toBe(says)
  })
})
