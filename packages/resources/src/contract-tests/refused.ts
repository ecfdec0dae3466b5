/** A resource that is refused here, and what a cluster makes of it. */
export interface Refused {
  readonly input: unknown
  readonly pointer: string
  readonly says: string
  /** What the API server says of it, in a part of its words; or why it takes it. */
  readonly cluster: string | { readonly takes: string }
}

const server = (spec: object = {}, metadata: object = {}) => ({
  apiVersion: 'mcpruntime.org/v1alpha1',
  kind: 'MCPServer',
  metadata: { name: 'payments', namespace: 'mcp-servers', ...metadata },
  spec: { image: 'x', ...spec },
})
const grant = (spec: object = {}, metadata: object = {}) => ({
  ...server({}, metadata),
  kind: 'MCPAccessGrant',
  spec: { serverRef: { name: 'payments' }, subject: { agentID: 'ops' }, ...spec },
})
const session = (spec: object = {}) => ({ ...grant(spec), kind: 'MCPAgentSession' })
const tool = (fields: object) => server({ tools: [{ name: 'a', sideEffect: 'read', ...fields }] })
const toolRule = (fields: object) => grant({ toolRules: [{ name: 'a', ...fields }] })
const digest = `sha256:${'0'.repeat(64)}`

/** The API server judges members one by one; these wait until a policy is rendered, and are told by `Rendered`. */
const whenRendered = {
  takes: 'a schema cannot say of a value of any type what its operator asks of it; told when it is rendered',
}
const replaced = {
  takes: 'its reader of JSON puts U+FFFD in the place of half a surrogate pair before anybody looks',
}
const leftOut = { takes: 'it leaves out a null where it knows the member' }

const headers: readonly Refused[] = [
  { input: null, pointer: '', says: 'expected a resource, found null', cluster: 'Kind' },
  { input: [], pointer: '', says: 'expected a resource, found a list', cluster: 'cannot unmarshal array' },
  {
    input: { ...server(), apiVersion: 'v1' },
    pointer: '/apiVersion',
    says: 'expected mcpruntime.org/v1alpha1, found "v1"',
    cluster: 'does not match',
  },
  {
    input: { ...server(), kind: 'MCPSever' },
    pointer: '/kind',
    says: 'did you mean MCPServer?',
    cluster: 'must be MCPServer',
  },
  {
    input: { ...server(), spec: undefined },
    pointer: '/spec',
    says: 'is missing: expected an object',
    cluster: 'spec: Required value',
  },
  {
    input: server({}, { name: '../etc' }),
    pointer: '/metadata/name',
    says: 'small letters, digits',
    cluster: 'metadata.name: Invalid value',
  },
  {
    input: server({}, { name: 'payments.v2' }),
    pointer: '/metadata/name',
    says: 'small letters, digits and - only',
    cluster: 'metadata.name: Invalid value',
  },
  {
    input: grant({}, { labels: { 'a b': 'c' } }),
    pointer: '/metadata/labels/a b',
    says: 'the key of a label',
    cluster: 'metadata.labels: Invalid value',
  },
  {
    input: grant({}, { labels: { team: 'a b' } }),
    pointer: '/metadata/labels/team',
    says: 'the value of a label',
    cluster: 'metadata.labels: Invalid value',
  },
  {
    input: grant({}, { annotations: { '/owner': 'finance' } }),
    pointer: '/metadata/annotations/~1owner',
    says: 'the key of an annotation',
    cluster: 'metadata.annotations: Invalid value',
  },
  {
    input: grant({}, { labels: { team: 'a'.repeat(64) } }),
    pointer: '/metadata/labels/team',
    says: 'longer than 63 characters',
    cluster: 'must be no more than 63 bytes',
  },
  {
    input: grant({}, { annotations: { of: 'é'.repeat(128 * 1024), team: 'a' } }),
    pointer: '/metadata/annotations',
    says: 'more than 262144 bytes in all',
    cluster: 'metadata.annotations: Too long',
  },
]

const ofServers: readonly Refused[] = [
  {
    input: server({ image: undefined }),
    pointer: '/spec/image',
    says: 'is missing: expected a string',
    cluster: 'spec.image: Required value',
  },
  {
    input: server({ image: null }),
    pointer: '/spec/image',
    says: 'expected a string, found null',
    cluster: 'spec.image: Required value',
  },
  {
    input: server({ teamID: null }),
    pointer: '/spec/teamID',
    says: 'expected a string, found null',
    cluster: leftOut,
  },
  {
    input: server({ imgae: 'y' }),
    pointer: '/spec/imgae',
    says: 'did you mean image?',
    cluster: 'unknown field "spec.imgae"',
  },
  {
    input: server({ policy: { goverrns: [] } }),
    pointer: '/spec/policy/goverrns',
    says: 'did you mean governs?',
    cluster: 'unknown field "spec.policy.goverrns"',
  },
  {
    input: tool({ requierdTrust: 'low' }),
    pointer: '/spec/tools/0/requierdTrust',
    says: 'did you mean requiredTrust?',
    cluster: 'unknown field "spec.tools[0].requierdTrust"',
  },
  {
    input: server({ analytics: { enabeld: true }, gateway: { enabled: true } }),
    pointer: '/spec/analytics/enabeld',
    says: 'did you mean enabled?',
    cluster: 'unknown field "spec.analytics.enabeld"',
  },
  {
    input: server({ status: {} }),
    pointer: '/spec/status',
    says: 'is not a member here; known are teamID',
    cluster: 'unknown field "spec.status"',
  },
  {
    input: tool({ sideEffect: 'raed' }),
    pointer: '/spec/tools/0/sideEffect',
    says: 'expected read, write or destructive, found "raed"; did you mean read?',
    cluster: 'Unsupported value: "raed"',
  },
  {
    input: server({ tools: ['a', 'b', 'a'].map((name) => ({ name, sideEffect: 'read' })) }),
    pointer: '/spec/tools/2/name',
    says: '"a" is taken by /spec/tools/0',
    cluster: 'spec.tools[2]: Duplicate value',
  },
  {
    input: tool({ name: 'a*' }),
    pointer: '/spec/tools/0/name',
    says: 'could not be told from a pattern',
    cluster: 'could not be told from a pattern',
  },
  {
    input: tool({ definitionDigest: digest.slice(0, 20) }),
    pointer: '/spec/tools/0/definitionDigest',
    says: 'expected sha256:',
    cluster: "should match '^sha256:",
  },
  {
    input: server({ analytics: { enabled: true } }),
    pointer: '/spec/analytics',
    says: 'set gateway.enabled to true',
    cluster: 'set gateway.enabled to true',
  },
  {
    input: server({ analytics: { enabled: true, disabled: true }, gateway: { enabled: true } }),
    pointer: '/spec/analytics',
    says: 'says both enabled and disabled',
    cluster: 'says both enabled and disabled',
  },
  {
    input: server({ envFromSecret: [], secretEnvVars: [] }),
    pointer: '/spec/secretEnvVars',
    says: 'older spelling of envFromSecret',
    cluster: 'older spelling of envFromSecret',
  },
  {
    input: server({ gateway: { enabled: true, port: 8088 } }),
    pointer: '/spec/gateway/port',
    says: '8088 is the port of the server and of its gateway',
    cluster: 'gateway.port is the port of the server',
  },
  {
    input: server({ gateway: { enabled: true }, port: 8091 }),
    pointer: '/spec/port',
    says: 'choose another',
    cluster: 'choose another',
  },
  {
    input: server({ rollout: { strategy: 'Canary' }, replicas: 3 }),
    pointer: '/spec/rollout/canaryReplicas',
    says: 'set canaryReplicas to 1 or more',
    cluster: '0 < canaryReplicas < replicas',
  },
  {
    input: server({ rollout: { maxSurge: '-1' } }),
    pointer: '/spec/rollout/maxSurge',
    says: 'or a percentage',
    cluster: 'spec.rollout.maxSurge: Invalid value',
  },
  {
    input: server({ auth: { mode: 'mtls' } }),
    pointer: '/spec/auth/mode',
    says: 'expected none, header or oauth',
    cluster: 'Unsupported value: "mtls"',
  },
  {
    input: server({ auth: { mode: 'oauth' } }),
    pointer: '/spec/auth/issuerURL',
    says: 'needs an issuer',
    cluster: 'needs an issuer',
  },
  {
    input: server({ session: { maxLifetime: 'a day' } }),
    pointer: '/spec/session/maxLifetime',
    says: 'expected a duration such as "24h"',
    cluster: 'expected a duration such as "24h"',
  },
  {
    input: server({ session: { idleTimeout: '0s' } }),
    pointer: '/spec/session/idleTimeout',
    says: 'expected a duration such as "24h"',
    cluster: 'expected a duration such as "24h"',
  },
  {
    input: server({ policy: { disabledTools: ['a*b'] } }),
    pointer: '/spec/policy/disabledTools/0',
    says: 'only at the end',
    cluster: 'only at the end',
  },
  {
    input: server({ teamID: 'team a' }),
    pointer: '/spec/teamID',
    says: 'holds white space',
    cluster: 'spec.teamID: Invalid value',
  },
  {
    input: server({ description: 'x'.repeat(2049) }),
    pointer: '/spec/description',
    says: 'longer than 2048 characters',
    cluster: 'Too long',
  },
  {
    input: server({ envVars: [{ name: 'A', value: '\ud800' }] }),
    pointer: '/spec/envVars/0/value',
    says: 'half of a surrogate pair',
    cluster: replaced,
  },
]

const ofAccess: readonly Refused[] = [
  {
    input: grant({ subject: {} }),
    pointer: '/spec/subject',
    says: 'speaks of nobody',
    cluster: 'speaks of nobody',
  },
  {
    input: grant({ subject: { humanID: '' } }),
    pointer: '/spec/subject',
    says: 'speaks of nobody',
    cluster: 'speaks of nobody',
  },
  {
    input: grant({ allowedSideEffects: ['read', 'read'] }),
    pointer: '/spec/allowedSideEffects',
    says: 'once',
    cluster: 'spec.allowedSideEffects[1]: Duplicate value',
  },
  {
    input: grant({ toolRules: [{ name: 'a' }, { name: 'a' }] }),
    pointer: '/spec/toolRules/1/name',
    says: '"a" is taken by /spec/toolRules/0',
    cluster: 'spec.toolRules[1]: Duplicate value',
  },
  {
    input: grant({ resourceRules: [{ name: ' ' }] }),
    pointer: '/spec/resourceRules/0/name',
    says: 'a name cannot be empty',
    cluster: 'a name cannot be empty',
  },
  {
    input: toolRule({ when: [{ pointer: 'amount', op: 'exists' }] }),
    pointer: '/spec/toolRules/0/when/0/pointer',
    says: 'expected a JSON Pointer',
    cluster: 'spec.toolRules[0].when[0].pointer: Invalid value',
  },
  {
    input: toolRule({ when: [{ pointer: '/x', op: 'matches', value: 'a' }] }),
    pointer: '/spec/toolRules/0/when/0/value',
    says: 'the pattern must say how it starts',
    cluster: whenRendered,
  },
  {
    input: toolRule({ when: [{ pointer: '/x', op: 'lte', value: '5' }] }),
    pointer: '/spec/toolRules/0/when/0/value',
    says: 'expected a number, found "5"',
    cluster: whenRendered,
  },
  {
    input: toolRule({ when: [{ pointer: '/x', op: 'lte' }] }),
    pointer: '/spec/toolRules/0/when/0/value',
    says: 'is missing: expected a number',
    cluster: whenRendered,
  },
  {
    input: toolRule({ record: {} }),
    pointer: '/spec/toolRules/0/record',
    says: 'records nothing',
    cluster: 'records nothing',
  },
  {
    input: toolRule({ record: { arguments: [{ pointer: '/a' }, { pointer: '/a' }] } }),
    pointer: '/spec/toolRules/0/record/arguments/1/pointer',
    says: 'is recorded by',
    cluster: 'spec.toolRules[0].record.arguments[1]: Duplicate value',
  },
  {
    input: toolRule({ record: { result: [{ pointer: '/a', redact: ['/b'] }] } }),
    pointer: '/spec/toolRules/0/record/result/0/redact',
    says: 'needs as: value',
    cluster: 'needs as: value',
  },
  {
    input: grant({ notBefore: '2026-01-02T00:00:00Z', notAfter: '2026-01-01T00:00:00Z' }),
    pointer: '/spec/notAfter',
    says: 'is not later than notBefore',
    cluster: 'is not later than notBefore',
  },
  {
    input: grant({ notAfter: '2026-02-30T00:00:00Z' }),
    pointer: '/spec/notAfter',
    says: 'expected an instant such as "2030-12-31T23:59:00Z"',
    cluster: 'expected an instant such as "2030-12-31T23:59:00Z"',
  },
  {
    input: session({ expiresAt: 'tomorrow' }),
    pointer: '/spec/expiresAt',
    says: 'expected an instant such as "2030-12-31T23:59:00Z"',
    cluster: 'expected an instant such as "2030-12-31T23:59:00Z"',
  },
  {
    input: session({ expiresAt: null }),
    pointer: '/spec/expiresAt',
    says: 'expected a string, found null',
    cluster: leftOut,
  },
  {
    input: session({ maxTrust: 'low' }),
    pointer: '/spec/maxTrust',
    says: 'is not a member here',
    cluster: 'unknown field "spec.maxTrust"',
  },
]

export const refused: readonly Refused[] = [...headers, ...ofServers, ...ofAccess]
