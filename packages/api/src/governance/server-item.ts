import type { Endpoints, ResponseOf } from '@mcp-sentinel/contract'
import type { MCPServer } from '@mcp-sentinel/resources'
import { ageOf } from './age.ts'
import { conditionsOf, given } from './items.ts'
import { pathOf, publicUrlOf } from './server-urls.ts'

export type ServerItem = ResponseOf<Endpoints['servers']['get']>['server']

export interface ServerItemOptions {
  readonly now: number
  /** Where clients reach servers that name no host of their own. */
  readonly baseUrl: string | undefined
  /** Whether the caller may know all of it: variables of an environment are nobody else's matter. */
  readonly isWhole: boolean
}

export const serverItem = (server: MCPServer, { now, baseUrl, isWhole }: ServerItemOptions): ServerItem => {
  const { metadata, spec, status } = server
  const { name, namespace = '', uid, generation, resourceVersion } = metadata
  const createdAt = metadata.creationTimestamp ?? undefined
  const url = publicUrlOf(server, baseUrl) ?? pathOf(server)
  return {
    name,
    namespace,
    ...given({
      uid,
      team_id: spec.teamID || undefined,
      imageTag: spec.imageTag,
      description: spec.description,
      message: status?.message || undefined,
      createdAt,
      generation,
      resourceVersion,
      policyRevision: status?.policyRevision,
      spec: isWhole ? (spec as Record<string, unknown>) : undefined,
    }),
    image: spec.image,
    ...readiness(server),
    labels: metadata.labels ?? {},
    age: ageOf(createdAt, now),
    endpoint: url,
    access_json: { mcpServers: { [name]: { type: 'http', url } } },
    authMode: spec.auth?.mode ?? 'header',
    servicePort: spec.servicePort ?? 80,
    tools: (spec.tools ?? []).map((tool) => ({
      ...tool,
      requiredTrust: tool.requiredTrust ?? ('low' as const),
    })),
    prompts: spec.prompts ?? [],
    resources: spec.mcpResources ?? [],
    tasks: spec.tasks ?? [],
    disabled: spec.disabled ?? false,
    disabledTools: spec.policy?.disabledTools ?? [],
    policyMode: spec.policy?.mode ?? 'allow-list',
    conditions: conditionsOf(status),
  }
}

const statuses: Readonly<Record<string, ServerItem['status']>> = {
  Ready: 'Ready',
  PartiallyReady: 'Degraded',
  Pending: 'NotReady',
  Error: 'NotReady',
}

export const readiness = ({ spec, status }: MCPServer) => {
  const wanted = spec.replicas ?? 1
  return {
    ready: `${status?.deploymentReady ? wanted : 0}/${wanted}`,
    status: statuses[status?.phase ?? ''] ?? ('Unknown' as const),
  }
}
