import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
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
const grant = (spec: object = {}) => ({
  ...server(),
  kind: 'MCPAccessGrant',
  spec: { serverRef: { name: 'payments' }, subject: { agentID: 'ops' }, ...spec },
})
const session = (spec: object = {}) => ({ ...grant(spec), kind: 'MCPAgentSession' })
const digest = `sha256:${'0'.repeat(64)}`

interface Row {
  readonly input: unknown
  readonly pointer: string
  readonly says: string
}

const refused: readonly Row[] = [
  { input: null, pointer: '', says: 'expected a resource, found null' },
  { input: [], pointer: '', says: 'expected a resource, found a list' },
  {
    input: { ...server(), apiVersion: 'v1' },
    pointer: '/apiVersion',
    says: 'expected mcpruntime.org/v1alpha1, found "v1"',
  },
  { input: { ...server(), kind: 'MCPSever' }, pointer: '/kind', says: 'did you mean MCPServer?' },
  { input: { ...server(), spec: undefined }, pointer: '/spec', says: 'is missing: expected an object' },
  { input: server({ image: undefined }), pointer: '/spec/image', says: 'is missing: expected a string' },
  { input: server({ imgae: 'y' }), pointer: '/spec/imgae', says: 'did you mean image?' },
  {
    input: server({ policy: { goverrns: [] } }),
    pointer: '/spec/policy/goverrns',
    says: 'did you mean governs?',
  },
  {
    input: server({ tools: [{ name: 'a', sideEffect: 'read', requierdTrust: 'low' }] }),
    pointer: '/spec/tools/0/requierdTrust',
    says: 'did you mean requiredTrust?',
  },
  {
    input: server({ analytics: { enabeld: true }, gateway: { enabled: true } }),
    pointer: '/spec/analytics/enabeld',
    says: 'did you mean enabled?',
  },
  { input: server({ status: {} }), pointer: '/spec/status', says: 'is not a member here; known are teamID' },
  {
    input: server({ tools: [{ name: 'a', sideEffect: 'raed' }] }),
    pointer: '/spec/tools/0/sideEffect',
    says: 'expected read, write or destructive, found "raed"; did you mean read?',
  },
  {
    input: server({ tools: ['a', 'b', 'a'].map((name) => ({ name, sideEffect: 'read' })) }),
    pointer: '/spec/tools/2/name',
    says: '"a" is taken by /spec/tools/0',
  },
  {
    input: server({ tools: [{ name: 'a*', sideEffect: 'read' }] }),
    pointer: '/spec/tools/0/name',
    says: 'could not be told from a pattern',
  },
  {
    input: server({ tools: [{ name: 'a', sideEffect: 'read', definitionDigest: digest.slice(0, 20) }] }),
    pointer: '/spec/tools/0/definitionDigest',
    says: 'expected sha256:',
  },
  {
    input: server({ analytics: { enabled: true } }),
    pointer: '/spec/analytics',
    says: 'set gateway.enabled to true',
  },
  {
    input: server({ analytics: { enabled: true, disabled: true }, gateway: { enabled: true } }),
    pointer: '/spec/analytics',
    says: 'says both enabled and disabled',
  },
  {
    input: server({ envFromSecret: [], secretEnvVars: [] }),
    pointer: '/spec/secretEnvVars',
    says: 'older spelling of envFromSecret',
  },
  {
    input: server({ gateway: { enabled: true, port: 8088 } }),
    pointer: '/spec/gateway/port',
    says: '8088 is the port of the server and of its gateway',
  },
  {
    input: server({ gateway: { enabled: true }, port: 8091 }),
    pointer: '/spec/port',
    says: 'choose another',
  },
  {
    input: server({ rollout: { strategy: 'Canary' }, replicas: 3 }),
    pointer: '/spec/rollout/canaryReplicas',
    says: 'set canaryReplicas to 1 or more',
  },
  {
    input: server({ rollout: { maxSurge: '-1' } }),
    pointer: '/spec/rollout/maxSurge',
    says: 'or a percentage',
  },
  {
    input: server({ auth: { mode: 'mtls' } }),
    pointer: '/spec/auth/mode',
    says: 'expected none, header or oauth',
  },
  { input: server({ auth: { mode: 'oauth' } }), pointer: '/spec/auth/issuerURL', says: 'needs an issuer' },
  {
    input: server({ session: { maxLifetime: 'a day' } }),
    pointer: '/spec/session/maxLifetime',
    says: 'expected a duration such as "24h"',
  },
  { input: server({ teamID: 'team a' }), pointer: '/spec/teamID', says: 'holds white space' },
  {
    input: server({ envVars: [{ name: 'A', value: '\ud800' }] }),
    pointer: '/spec/envVars/0/value',
    says: 'half of a surrogate pair',
  },
  {
    input: { ...server(), metadata: { name: '../etc' } },
    pointer: '/metadata/name',
    says: 'small letters, digits',
  },
  { input: grant({ subject: {} }), pointer: '/spec/subject', says: 'speaks of nobody' },
  { input: grant({ subject: { humanID: '' } }), pointer: '/spec/subject', says: 'speaks of nobody' },
  {
    input: grant({ allowedSideEffects: ['read', 'read'] }),
    pointer: '/spec/allowedSideEffects',
    says: 'once',
  },
  {
    input: grant({ toolRules: [{ name: 'a' }, { name: 'a' }] }),
    pointer: '/spec/toolRules/1/name',
    says: '"a" is taken by /spec/toolRules/0',
  },
  {
    input: grant({ toolRules: [{ name: 'a', when: [{ pointer: '/x', op: 'matches', value: 'a' }] }] }),
    pointer: '/spec/toolRules/0/when/0/value',
    says: 'the pattern must say how it starts',
  },
  {
    input: grant({ toolRules: [{ name: 'a', when: [{ pointer: '/x', op: 'lte', value: '5' }] }] }),
    pointer: '/spec/toolRules/0/when/0/value',
    says: 'expected a number, found "5"',
  },
  {
    input: grant({ toolRules: [{ name: 'a', when: [{ pointer: '/x', op: 'lte' }] }] }),
    pointer: '/spec/toolRules/0/when/0/value',
    says: 'is missing: expected a number',
  },
  {
    input: grant({ notBefore: '2026-01-02T00:00:00Z', notAfter: '2026-01-01T00:00:00Z' }),
    pointer: '/spec/notAfter',
    says: 'is not later than notBefore',
  },
  {
    input: session({ expiresAt: 'tomorrow' }),
    pointer: '/spec/expiresAt',
    says: 'expected an instant such as "2030-12-31T23:59:00Z"',
  },
  { input: session({ maxTrust: 'low' }), pointer: '/spec/maxTrust', says: 'is not a member here' },
]

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
