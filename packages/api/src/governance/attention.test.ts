import {
  apiVersion,
  type MCPAccessGrant,
  type MCPAgentSession,
  type MCPServer,
  renderPolicy,
} from '@mcp-sentinel/resources'
import { expect, it } from 'vitest'
import { attentionOf } from './attention.ts'

const now = Date.parse('2026-06-01T08:00:00Z')
const [namespace, other] = ['mcp-team-red', 'mcp-team-blue']

const serverWith = (status?: MCPServer['status']): MCPServer => ({
  apiVersion,
  kind: 'MCPServer',
  metadata: { namespace, name: 'payments' },
  spec: { image: 'it' },
  ...(status && { status }),
})
const grant = (more: Partial<MCPAccessGrant['spec']> = {}, home = namespace): MCPAccessGrant => ({
  apiVersion,
  kind: 'MCPAccessGrant',
  metadata: { namespace: home, name: 'granted' },
  spec: {
    serverRef: { name: 'payments', namespace },
    subject: { humanID: 'ada' },
    allowedSideEffects: ['read'],
    ...more,
  },
})
const session = (expiresAt: string): MCPAgentSession => ({
  apiVersion,
  kind: 'MCPAgentSession',
  metadata: { namespace, name: 'begun' },
  spec: { serverRef: { name: 'payments' }, subject: { humanID: 'ada' }, expiresAt },
})
const mistaken = grant({ toolRules: [{ name: 'add', when: [{ pointer: 'none', op: 'lte', value: 1 }] }] })
const wanted = renderPolicy(serverWith(), [grant()], [], now).document.revision

it.each<
  readonly [
    string,
    MCPServer['status'],
    { readonly objects?: readonly (MCPAccessGrant | MCPAgentSession)[]; readonly bytesMax?: number },
    object | undefined,
  ]
>([
  ['nobody has said anything', undefined, {}, undefined],
  ['the gateway decides by it', { policyRevision: wanted, policyReady: true }, {}, undefined],
  [
    'the gateway decides by another',
    { policyRevision: 'v1-a' },
    {},
    { state: 'stale', applied: 'v1-a', wanted },
  ],
  [
    'it is said not to be there',
    { policyRevision: 'v1-a', policyReady: false },
    {},
    { state: 'not_applied', applied: 'v1-a', wanted },
  ],
  ['a grant is not in it', undefined, { objects: [mistaken] }, { state: 'left_out', left_out: 1 }],
  [
    'it is too large for the gateway',
    { policyReady: false },
    { objects: [grant()], bytesMax: 10 },
    { state: 'shut', message: expect.stringContaining('every call is refused') },
  ],
  ['a session is over', undefined, { objects: [session('2026-05-01T00:00:00Z')] }, undefined],
  ['another namespace speaks of the server', undefined, { objects: [grant({}, other)] }, undefined],
])('of the policy, where %s', (_, status, { objects = [grant()], bytesMax }, expected) => {
  const server = serverWith(status)
  const grants = objects.filter((one) => one.kind === 'MCPAccessGrant')
  const sessions = objects.filter((one) => one.kind === 'MCPAgentSession')
  const policy = renderPolicy(server, grants, sessions, now, { bytesMax })
  const told = attentionOf(server, { policy, live: undefined })
  if (expected === undefined) expect(told).toBeUndefined()
  else expect(told?.policy).toMatchObject(expected)
  // Who may not read the policy is told nothing of it.
  expect(attentionOf(server, { policy: undefined, live: undefined })).toBeUndefined()
})

it('knows nothing of the tools of a server that does not answer', () => {
  const live = { ok: false, why: 'the server cannot be reached' } as const
  expect(attentionOf(serverWith(), { policy: undefined, live })).toBeUndefined()
})
