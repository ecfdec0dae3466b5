import {
  apiVersion,
  type Change,
  type Kind,
  type MCPAccessGrant,
  type MCPAgentSession,
  type MCPServer,
  type ObjectKey,
  type Resource,
  type ResourceStore,
} from '@mcp-sentinel/resources'

const namespace = 'mcp-servers'

export interface ManyResources {
  readonly servers: readonly MCPServer[]
  readonly grants: readonly MCPAccessGrant[]
  readonly sessions: readonly MCPAgentSession[]
}

export const keyOf = ({ metadata }: Resource): ObjectKey => ({ namespace, name: metadata.name })

/** Grants spread evenly over the servers, each with two rules; a session a server. */
export const manyResources = (servers: number, grants: number): ManyResources => ({
  servers: Array.from({ length: servers }, (_, index) => ({
    apiVersion,
    kind: 'MCPServer' as const,
    metadata: { name: `server-${index}`, namespace },
    spec: {
      image: 'registry.example.com/it',
      tools: ['list', 'read', 'write', 'delete'].map((name) => ({ name, sideEffect: 'read' as const })),
    },
  })),
  grants: Array.from({ length: grants }, (_, index) => ({
    apiVersion,
    kind: 'MCPAccessGrant' as const,
    metadata: { name: `grant-${index}`, namespace },
    spec: {
      serverRef: { name: `server-${index % servers}` },
      subject: { agentID: `agent-${index}` },
      maxTrust: 'high' as const,
      allowedSideEffects: ['read' as const],
      toolRules: [{ name: 'list' }, { name: 'delete', decision: 'deny' as const }],
    },
  })),
  sessions: Array.from({ length: servers }, (_, index) => ({
    apiVersion,
    kind: 'MCPAgentSession' as const,
    metadata: { name: `session-${index}`, namespace },
    spec: { serverRef: { name: `server-${index}` }, subject: { agentID: `agent-${index}` } },
  })),
})

/** A grant as it never was before. */
export const changedGrant = ({ grants }: ManyResources, round: number): MCPAccessGrant => {
  const grant = grants[round % grants.length] as MCPAccessGrant
  return { ...grant, spec: { ...grant.spec, policyVersion: `v${round}` } }
}

/** Of a store only the watch, told without any file: what files cost is not asked here. */
export const createQueueStore = (all: ManyResources) => {
  const grantChanges: Change<'MCPAccessGrant'>[] = []
  let wake = (): void => {}
  async function* watch(kind: Kind, { signal }: { readonly signal: AbortSignal }) {
    const lists = { MCPServer: all.servers, MCPAccessGrant: all.grants, MCPAgentSession: all.sessions }
    yield { type: 'listed', items: lists[kind], unreadable: [], resourceVersion: '0' }
    signal.addEventListener('abort', () => wake())
    while (!signal.aborted) {
      if (kind === 'MCPAccessGrant') yield* grantChanges.splice(0)
      await new Promise<void>((resolve) => {
        if (kind === 'MCPAccessGrant') wake = resolve
        signal.addEventListener('abort', () => resolve(), { once: true })
      })
    }
  }
  return {
    store: { watch } as unknown as Pick<ResourceStore, 'watch'>,
    apply: (resource: MCPAccessGrant): void => {
      grantChanges.push({ type: 'applied', resource, resourceVersion: '1' })
      wake()
    },
  }
}
