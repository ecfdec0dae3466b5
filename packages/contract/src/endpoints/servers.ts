import { z } from 'zod'
import { endpoint } from '../endpoint.ts'
import { labelName, text } from '../fields.ts'
import {
  deleted,
  page,
  pageEnd,
  readErrors,
  resourceVersion,
  serverParams,
  sideEffect,
  told,
  trust,
  writeErrors,
} from '../governed.ts'
import { attention } from './servers/attention.ts'

const documented = z.array(
  z.object({
    name: z.string(),
    description: z.string().optional(),
    labels: z.record(z.string(), z.string()).optional(),
  }),
)

/** What a server says of itself when it is asked. */
const liveInventory = z.object({
  fetchedAt: z.string(),
  protocolVersion: z.string(),
  tools: z.array(
    z.object({ name: z.string(), description: z.string().optional(), inputSchema: z.unknown().optional() }),
  ),
  prompts: z.array(
    z.object({
      name: z.string(),
      description: z.string().optional(),
      arguments: z.array(z.unknown()).optional(),
    }),
  ),
  resources: z.array(
    z.object({
      uri: z.string(),
      name: z.string().optional(),
      description: z.string().optional(),
      mimeType: z.string().optional(),
    }),
  ),
})
const live = {
  liveInventory: liveInventory.optional(),
  /** Why there is none. */
  liveInventoryError: z.string().optional(),
}
/** Declared and there; declared and not there; there, and nobody has said what it may do. */
const driftStatus = z.enum(['declared', 'missing', 'ungoverned'])

const server = z.object({
  name: z.string(),
  namespace: z.string(),
  uid: z.string().optional(),
  team_id: z.string().optional(),
  image: z.string(),
  imageTag: z.string().optional(),
  description: z.string().optional(),
  /** How many of how many: `1/1`. */
  ready: z.string(),
  status: z.enum(['Ready', 'Degraded', 'NotReady', 'Unknown']),
  /** What whoever looks after it has to say. */
  message: z.string().optional(),
  labels: z.record(z.string(), z.string()),
  age: told.age,
  createdAt: told.createdAt,
  /** How clients reach it. */
  endpoint: z.string(),
  /** What an MCP client is configured with. */
  access_json: z.object({
    mcpServers: z.record(z.string(), z.object({ type: z.literal('http'), url: z.string() })),
  }),
  authMode: z.string(),
  servicePort: z.int(),
  generation: z.int().optional(),
  tools: z.array(
    z.object({
      name: z.string(),
      description: z.string().optional(),
      requiredTrust: trust,
      sideEffect,
      riskLevel: trust.optional(),
      labels: z.record(z.string(), z.string()).optional(),
      definitionDigest: z.string().optional(),
    }),
  ),
  prompts: documented,
  resources: documented,
  tasks: documented,
  /** Kill switch: every call is refused. */
  disabled: z.boolean(),
  disabledTools: z.array(z.string()),
  policyMode: z.string(),
  policyRevision: z.string().optional(),
  conditions: told.conditions,
  resourceVersion: told.resourceVersion,
  ...live,
  /** All of it, for who may change it. */
  spec: z.record(z.string(), z.unknown()).optional(),
})

const publishPolicy = z.object({
  active_server_limit: z.int(),
  active_server_count: z.int(),
  active_server_limit_enabled: z.boolean(),
  can_publish: z.boolean(),
  /** As Go writes durations. */
  push_cooldown: z.string(),
  push_cooldown_seconds: z.number(),
  push_cooldown_enabled: z.boolean(),
  next_allowed_at: z.string().optional(),
})

const asked = { live: z.boolean().default(false).describe('whether the server itself is asked, too') }

const list = endpoint({
  method: 'GET',
  path: '/runtime/servers',
  summary: 'The servers that the caller may see, and whether they may publish another.',
  access: 'open',
  query: z.strictObject({ namespace: labelName.optional(), ...page, ...asked }),
  response: z.object({ servers: z.array(server), publish_policy: publishPolicy, ...pageEnd }),
  errors: ['scope_missing', 'resources_unavailable'],
})

const apply = endpoint({
  method: 'POST',
  path: '/runtime/servers',
  summary: 'Publishes a server, or with `update` another state of it.',
  access: 'signed-in',
  body: z.strictObject({
    name: labelName,
    namespace: labelName.optional(),
    scope: z.enum(['tenant', 'org', 'public']).optional(),
    update: z.boolean().default(false),
    labels: z.record(text(317), z.string().max(63, 'is longer than 63 characters')).optional(),
    /** Of an MCPServer. */
    spec: z.record(z.string(), z.unknown()),
    resourceVersion,
  }),
  response: z.object({ server }),
  errors: [
    ...writeErrors,
    'active_server_limit_reached',
    'server_push_cooldown_active',
    'platform_unavailable',
  ],
})

const get = endpoint({
  method: 'GET',
  path: '/runtime/servers/{namespace}/{name}',
  summary: 'One server.',
  access: 'open',
  params: serverParams,
  query: z.strictObject(asked),
  response: z.object({ server }),
  errors: readErrors,
})

const remove = endpoint({
  method: 'DELETE',
  path: '/runtime/servers/{namespace}/{name}',
  summary: 'Retires a server.',
  access: 'signed-in',
  params: serverParams,
  query: z.strictObject({ resourceVersion }),
  response: deleted,
  errors: writeErrors,
})

const patch = endpoint({
  method: 'PATCH',
  path: '/runtime/servers/{namespace}/{name}',
  summary: 'The kill switch: refuses every call of a server, or of some of its tools, or lifts that.',
  access: 'signed-in',
  params: serverParams,
  body: z
    .strictObject({
      disabled: z.boolean().optional(),
      disabledTools: z.array(text(256)).max(1024, 'names more than 1024').optional(),
      resourceVersion,
    })
    .refine(
      ({ disabled, disabledTools }) => disabled !== undefined || disabledTools !== undefined,
      'changes nothing: give disabled or disabledTools',
    ),
  response: deleted.extend({ disabled: z.boolean(), disabledTools: z.array(z.string()), server }),
  errors: writeErrors,
})

const inventory = endpoint({
  method: 'GET',
  path: '/runtime/servers/{namespace}/{name}/inventory',
  summary: 'What a server says of itself, and how it differs from what was declared of it.',
  access: 'open',
  params: serverParams,
  response: z.object({
    ...live,
    /** Of its tools; undefined while nobody knows. */
    drift: z.array(z.object({ name: z.string(), status: driftStatus })).optional(),
  }),
  errors: readErrors,
})

const filter = text(256).optional()

const tools = endpoint({
  method: 'GET',
  path: '/runtime/tools',
  summary: 'The tools of all servers that the caller may see.',
  access: 'open',
  query: z.strictObject({
    query: filter.describe('in names and descriptions'),
    q: filter.describe('the same'),
    namespace: labelName.optional(),
    team: filter.describe('its id'),
    server: labelName.optional(),
    trust: trust.optional(),
    side_effect: sideEffect.optional(),
    risk: trust.optional(),
    drift: driftStatus.optional(),
    ...asked,
    limit: page.limit,
  }),
  response: z.object({
    tools: z.array(
      z.object({
        tool_name: z.string(),
        description: z.string().optional(),
        server_name: z.string(),
        namespace: z.string(),
        team_id: z.string().optional(),
        endpoint_url: z.string(),
        declared: z.boolean(),
        /** Undefined where the server was not asked, or does not answer. */
        live: z.boolean().optional(),
        drift_status: driftStatus,
        /** Undefined of a tool that nobody has declared. */
        required_trust: trust.optional(),
        side_effect: sideEffect.optional(),
        risk_level: trust.optional(),
        labels: z.record(z.string(), z.string()),
        connect_config: server.shape.access_json,
      }),
    ),
    /** Whether there are more than were asked for. */
    truncated: z.boolean(),
  }),
  errors: ['scope_missing', 'resources_unavailable'],
})

export const servers = { list, apply, get, delete: remove, patch, inventory, tools, attention }
