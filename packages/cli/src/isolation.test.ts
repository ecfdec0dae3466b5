import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@mcp-sentinel/contract/client'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { apiPart } from './api-part.ts'
import { startControlPlane } from './control-plane.ts'
import { guardedServer } from './guarded-server.ts'
import { startPipeline } from './pipeline.ts'
import { startWorkspaceAssistant } from './workspace-assistant.ts'

/** Two servers behind sidecars of their own, one pipeline and one API: what happens at one is told of that one. */
const namespace = 'mcp-servers'
const adminKey = 'an-administrator-of-this-test'
const ingestKey = 'a-gateway-of-this-test'
const people = { alice: 'server-a-mcp', bob: 'server-b-mcp' } as const
type Person = keyof typeof people

const parts = new AsyncDisposableStack()
const ports = new Map<string, number>()
let client: ReturnType<typeof createClient>

const resources = (person: Person, server: string): string => `apiVersion: mcpruntime.org/v1alpha1
kind: MCPServer
metadata: { name: ${server}, namespace: ${namespace} }
spec:
  image: mcp-sentinel/workspace-assistant
  gateway: { enabled: true }
  auth: { mode: header }
  policy: { mode: allow-list, denial: http }
  session: { required: true }
  tools: [{ name: list_documents, sideEffect: read }, { name: read_document, sideEffect: read }]
---
apiVersion: mcpruntime.org/v1alpha1
kind: MCPAccessGrant
metadata: { name: ${person}-${server}, namespace: ${namespace} }
spec:
  serverRef: { name: ${server} }
  subject: { humanID: ${person}, agentID: ${person}-agent }
  maxTrust: high
  allowedSideEffects: [read]
  toolRules: [{ name: list_documents, decision: allow, requiredTrust: low }]
---
apiVersion: mcpruntime.org/v1alpha1
kind: MCPAgentSession
metadata: { name: ${person}-session, namespace: ${namespace} }
spec:
  serverRef: { name: ${server} }
  subject: { humanID: ${person}, agentID: ${person}-agent }
  consentedTrust: high
`

const write = async (folder: string, text: string): Promise<void> => {
  for (const object of text.split('---\n')) {
    const [, kind = ''] = /^kind: (\w+)$/m.exec(object) ?? []
    const [, name = ''] = /name: ([\w-]+), namespace/.exec(object) ?? []
    const place = join(folder, namespace, `${kind.toLowerCase()}s`)
    await mkdir(place, { recursive: true })
    await writeFile(join(place, `${name}.yaml`), object)
  }
}

beforeAll(async () => {
  const directory = await mkdtemp(join(tmpdir(), 'isolation-'))
  parts.defer(() => rm(directory, { recursive: true, force: true, maxRetries: 5 }))
  const folder = join(directory, 'resources')
  for (const [person, server] of Object.entries(people))
    await write(folder, resources(person as Person, server))
  const controlPlane = await startControlPlane({
    folder,
    report: (faults) => {
      throw new Error(faults.join('\n'))
    },
  })
  parts.defer(controlPlane.close)
  const pipeline = await startPipeline({ directory, apiKey: ingestKey })
  parts.defer(pipeline.close)
  const api = apiPart({
    directory,
    adminKey,
    newPasswords: false,
    mcpBaseUrl: 'http://localhost',
    store: pipeline.store,
    log: pipeline.log,
    resources: controlPlane.store,
  })
  const running = await api.part.start(() => {})
  parts.defer(running.close)
  client = createClient({ baseUrl: `${api.origin()}/api`, headers: () => ({ 'x-api-key': adminKey }) })

  for (const server of Object.values(people)) {
    const sample = await startWorkspaceAssistant(0)
    parts.defer(sample.close)
    const source = await controlPlane.sourceOf({ namespace, name: server })
    const gateway = guardedServer({
      server: { namespace, name: server },
      env: {
        HOST: '127.0.0.1',
        PORT: '0',
        METRICS_PORT: '0',
        UPSTREAM_URL: sample.origin,
        POLICY_URL: source.url,
        POLICY_TOKEN: source.token,
        MCP_SERVER_NAME: server,
        MCP_SERVER_NAMESPACE: namespace,
        ANALYTICS_INGEST_URL: pipeline.ingestUrl,
        ANALYTICS_API_KEY: ingestKey,
        SPOOL_DIRECTORY: join(directory, server, 'spool'),
        SHUTDOWN_TIMEOUT: '2s',
      },
    })
    const guarding = await gateway.part.start(() => {})
    parts.defer(guarding.close)
    await vi.waitFor(async () => expect(await guarding.check?.()).toBeUndefined(), { timeout: 10_000 })
    ports.set(server, gateway.port())
  }
}, 60_000)
afterAll(() => parts.disposeAsync())

const call = async (person: Person, server: string, tool: string): Promise<number> => {
  const answer = await fetch(`http://127.0.0.1:${ports.get(server)}/mcp`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'x-mcp-human-id': person,
      'x-mcp-agent-id': `${person}-agent`,
      'x-mcp-agent-session': `${person}-session`,
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: tool, arguments: {} },
    }),
  })
  await answer.text()
  return answer.status
}

const matrix = [
  ['alice', 'server-a-mcp', 'list_documents', 200],
  ['alice', 'server-a-mcp', 'read_document', 403],
  ['alice', 'server-b-mcp', 'list_documents', 401],
  ['bob', 'server-b-mcp', 'list_documents', 200],
  ['bob', 'server-b-mcp', 'read_document', 403],
  ['bob', 'server-a-mcp', 'list_documents', 401],
] as const

test('each call is told of the server that it was for, with who made it, and of no other', async () => {
  for (const [person, server, tool, status] of matrix)
    expect([person, server, tool, await call(person, server, tool)]).toEqual([person, server, tool, status])

  for (const server of Object.values(people)) {
    const expected = matrix
      .filter(([, at]) => at === server)
      .map(([person, , tool, status]) => `${person} ${tool} ${status === 200 ? 'allow' : 'deny'}`)
    const told = async () => {
      const { events } = await client.analytics.filteredEvents({
        query: { server, rpc_method: 'tools/call' },
      })
      expect(new Set(events.map((event) => event.server))).toEqual(new Set([server]))
      return events.map((event) => `${event.human_id} ${event.tool_name} ${event.decision}`).sort()
    }
    await vi.waitFor(async () => expect(await told()).toEqual(expected.sort()), { timeout: 15_000 })
  }
})

test('a policy has what its own server grants, and nobody of the other', async () => {
  for (const [person, server] of Object.entries(people)) {
    const { json } = await client.policies.rendered({ query: { namespace, server } })
    for (const other of Object.keys(people)) expect(json.includes(other)).toBe(other === person)
  }
})
