import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const folder = mkdtempSync(join(tmpdir(), 'resources-'))
const secretOfPayments = 'token-of-this-example'

//#region read
import { formatIssue, parseResourceText } from '@mcp-sentinel/resources/text'

const parsed = parseResourceText(`
apiVersion: mcpruntime.org/v1alpha1
kind: MCPAccessGrant
metadata: { name: ops, namespace: mcp-servers }
spec:
  serverRef: { name: payments }
  subject: { agentID: ops-agent }
  maxTrsut: high
`)
const complaints = parsed.ok ? [] : parsed.issues.map((issue) => formatIssue(issue, 'ops.yaml'))

// ops.yaml:8:3 /spec/maxTrsut: "maxTrsut" is not a member here; did you mean maxTrust?
//#endregion

//#region keep
import { apiVersion } from '@mcp-sentinel/resources'
import { directoryStore } from '@mcp-sentinel/resources/adapters/directory'

const store = await directoryStore(folder)
const [namespace, serverRef] = ['mcp-servers', { name: 'payments' }]

await store.apply({
  apiVersion,
  kind: 'MCPServer',
  metadata: { name: 'payments', namespace },
  spec: {
    image: 'registry.example.com/payments-mcp',
    tools: [{ name: 'list_invoices', sideEffect: 'read' }],
    session: { required: true, maxLifetime: '8h' },
  },
})
await store.apply({
  apiVersion,
  kind: 'MCPAccessGrant',
  metadata: { name: 'ops', namespace },
  spec: { serverRef, subject: { agentID: 'ops-agent' }, allowedSideEffects: ['read'] },
})
await store.apply({
  apiVersion,
  kind: 'MCPAgentSession',
  metadata: { name: 'sess-1', namespace },
  spec: { serverRef, subject: { humanID: 'user-1', agentID: 'ops-agent' } },
})

const session = { namespace, name: 'sess-1' }
await store.patch('MCPAgentSession', session, { spec: { revoked: true } })

//#endregion

//#region render
import { renderPolicy, withCondition } from '@mcp-sentinel/resources'

const server = await store.get('MCPServer', { namespace, name: 'payments' })
if (server === undefined) throw new Error('no such server')
const { items: grants } = await store.list('MCPAccessGrant')
const { items: sessions } = await store.list('MCPAgentSession')

const now = Date.now()
const { document, text, findings } = renderPolicy(server, grants, sessions, now)

for (const { kind, namespace, name, generation: observedGeneration, verdict } of findings) {
  const status = (await store.get(kind, { namespace, name }))?.status
  const conditions = withCondition(status?.conditions ?? [], verdict, { now, observedGeneration })
  await store.writeStatus(kind, { namespace, name }, { ...status, conditions: [...conditions] })
}
//#endregion

//#region watch
const abort = new AbortController()

for await (const change of store.watch('MCPAgentSession', { signal: abort.signal })) {
  if (change.type === 'listed') console.log(`${change.items.length} sessions`)
  if (change.type === 'unreadable') console.warn(change.faults.join('\n'))
  abort.abort()
}

//#endregion

//#region stream
import { createServer } from 'node:http'
import { createPolicyStream } from '@mcp-sentinel/resources/policy-stream'
import { createRenderedPolicies } from '@mcp-sentinel/resources/rendered-policies'

const policies = createRenderedPolicies({ store, report: (faults) => console.warn(faults.join('\n')) })
const stream = createPolicyStream({
  policies,
  verify: (token) => (token === secretOfPayments ? { namespace, name: 'payments' } : undefined),
})
const controlPlane = createServer((request, response) => {
  if (!stream.handle(request, response)) response.writeHead(404).end()
})

//#endregion

export { complaints, controlPlane, document, findings, folder, policies, secretOfPayments, store, text }
