import { Document } from 'yaml'
import type { z } from 'zod'
import { type Overlays, overlays } from './crds/overlays.ts'
import { type Structural, structuralOf } from './crds/structural.ts'
import { mcpAccessGrant } from './kinds/mcp-access-grant.ts'
import { mcpAgentSession } from './kinds/mcp-agent-session.ts'
import { mcpServer } from './kinds/mcp-server.ts'
import { apiVersion } from './kinds/metadata.ts'
import { type Kind, kinds } from './parse.ts'

export interface CustomResourceDefinition {
  readonly kind: Kind
  /** Its file among manifests. */
  readonly file: string
  readonly yaml: string
}

const shapes = { MCPServer: mcpServer, MCPAccessGrant: mcpAccessGrant, MCPAgentSession: mcpAgentSession }
const [group = '', version = ''] = apiVersion.split('/')

const column = (name: string, jsonPath: string, type = 'string') => ({ name, type, jsonPath })
const age = column('Age', '.metadata.creationTimestamp', 'date')
const ofAccess = [
  column('Server', '.spec.serverRef.name'),
  column('Human', '.spec.subject.humanID'),
  column('Agent', '.spec.subject.agentID'),
  column('Team', '.spec.subject.teamID'),
]

/** What `kubectl get` shows. */
const columns: Readonly<Record<Kind, readonly object[]>> = {
  MCPServer: [
    column('Team', '.spec.teamID'),
    column('Phase', '.status.phase'),
    column('Policy', '.status.policyReady', 'boolean'),
    column('Gateway', '.status.gatewayReady', 'boolean'),
    column('Ready', '.status.deploymentReady', 'boolean'),
    age,
  ],
  MCPAccessGrant: [
    ...ofAccess,
    column('Trust', '.spec.maxTrust'),
    column('Disabled', '.spec.disabled', 'boolean'),
    age,
  ],
  MCPAgentSession: [
    ...ofAccess,
    column('Trust', '.spec.consentedTrust'),
    column('Revoked', '.spec.revoked', 'boolean'),
    // A date would be shown as an age, which an hour to come has not.
    column('Expires', '.spec.expiresAt'),
    age,
  ],
}

/** What a cluster must know of the kinds before it takes an object of theirs; from the same shapes that read them here. */
export const customResourceDefinitions = (): readonly CustomResourceDefinition[] =>
  kinds.map((kind) => {
    const singular = kind.toLowerCase()
    const plural = `${singular}s`
    const definition = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${plural}.${group}` },
      spec: {
        group,
        names: { kind, listKind: `${kind}List`, plural, singular, categories: ['mcp'] },
        scope: 'Namespaced',
        versions: [
          {
            name: version,
            served: true,
            storage: true,
            subresources: { status: {} },
            additionalPrinterColumns: columns[kind],
            schema: { openAPIV3Schema: schemaOf(kind) },
          },
        ],
      },
    }
    const document = new Document(definition, { aliasDuplicateObjects: false })
    return { kind, file: `${group}_${plural}.yaml`, yaml: document.toString({ lineWidth: 0 }) }
  })

/** Of one kind, as the API server takes it. */
export const schemaOf = (kind: Kind): Structural => {
  const { properties } = structuralOf(shapes[kind] as z.ZodType)
  const { spec = {}, status = {} } = properties ?? {}
  const root: Structural = {
    type: 'object',
    required: ['spec'],
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: metadataOf(properties?.['metadata'], kind),
      spec,
      status,
    },
  }
  for (const [place, said] of Object.entries(overlays[kind])) Object.assign(at(root, place), said)
  return root
}

/** The API server knows what metadata is; a server's name becomes a part of host names, which it does not know. */
const metadataOf = (metadata: Structural | undefined, kind: Kind): Structural =>
  kind === 'MCPServer'
    ? { type: 'object', properties: { name: metadata?.properties?.['name'] ?? {} } }
    : { type: 'object' }

const at = (root: Structural, place: keyof Overlays): Structural =>
  String(place)
    .split('.')
    .reduce((node, name) => {
      const next = name === '*' ? node.items : node.properties?.[name]
      if (next === undefined) throw new Error(`there is no ${place} in the kind`)
      return next
    }, root)
