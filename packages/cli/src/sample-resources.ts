import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

export const sampleServer = { namespace: 'mcp-servers', name: 'workspace-assistant' } as const

/** The sample's resources as they are first written; from then on the files are their user's. */
const files: Readonly<Record<string, string>> = {
  'mcpservers/workspace-assistant.yaml': `# The sample server: what its tools do, and how calls to it are governed.
apiVersion: mcpruntime.org/v1alpha1
kind: MCPServer
metadata:
  name: workspace-assistant
  namespace: mcp-servers
spec:
  description: An assistant's documents
  image: mcp-sentinel/workspace-assistant
  gateway:
    enabled: true
  analytics:
    enabled: true
  policy:
    mode: allow-list
    defaultDecision: deny
    denial: tool-result
  tools:
    - { name: list_documents, requiredTrust: low, sideEffect: read }
    - { name: read_document, requiredTrust: low, sideEffect: read }
    - { name: write_document, requiredTrust: medium, sideEffect: write }
    - { name: delete_document, requiredTrust: high, sideEffect: destructive }
`,
  'mcpaccessgrants/workspace-ops.yaml': `# Who may use what of it. Save it while the stack runs, and it counts.
apiVersion: mcpruntime.org/v1alpha1
kind: MCPAccessGrant
metadata:
  name: workspace-ops
  namespace: mcp-servers
spec:
  serverRef:
    name: workspace-assistant
  subject:
    agentID: ops-agent
  maxTrust: high
  allowedSideEffects: [read, write, destructive]
  toolRules:
    - { name: list_documents }
    - { name: read_document }
    - { name: write_document, audit: required }
    - { name: delete_document, audit: required }
`,
  'mcpagentsessions/sess-demo.yaml': `# What user-123 has consented to for that agent: enough to write a document, not to delete one.
apiVersion: mcpruntime.org/v1alpha1
kind: MCPAgentSession
metadata:
  name: sess-demo
  namespace: mcp-servers
spec:
  serverRef:
    name: workspace-assistant
  subject:
    humanID: user-123
    agentID: ops-agent
  consentedTrust: medium
  expiresAt: "2035-12-31T23:59:00Z"
`,
}

/** Writes the sample's resources where there is no folder of resources yet: all of them, or none. */
export const seedResources = async (folder: string): Promise<void> => {
  const isThere = await readdir(folder).then(
    () => true,
    () => false,
  )
  if (isThere) return
  await mkdir(dirname(folder), { recursive: true })
  const beside = await mkdtemp(`${folder}.`)
  try {
    for (const [name, text] of Object.entries(files)) {
      const path = join(beside, sampleServer.namespace, name)
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, text)
    }
    await rename(beside, folder)
  } finally {
    await rm(beside, { recursive: true, force: true })
  }
}
