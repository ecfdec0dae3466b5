import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { renderPolicy } from '@mcp-sentinel/resources'
import { directoryStore } from '@mcp-sentinel/resources/adapters/directory'
import { parseResourceText } from '@mcp-sentinel/resources/text'

const parsed = parseResourceText(`
apiVersion: mcpruntime.org/v1alpha1
kind: MCPServer
metadata: { name: payments, namespace: mcp-servers }
spec:
  image: registry.example.com/payments-mcp
  tools: [{ name: list_invoices, sideEffect: read }]
`)
if (!parsed.ok || parsed.resource.kind !== 'MCPServer') throw new Error('the server should be read')

const store = await directoryStore(mkdtempSync(join(tmpdir(), 'resources-')))
const server = await store.apply(parsed.resource)
const { document } = renderPolicy(server, [], [], Date.now())
if (document.tools?.[0]?.name !== 'list_invoices') throw new Error('the tool should be in the policy')
await store.close()
