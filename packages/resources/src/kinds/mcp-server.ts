import { z } from 'zod'
import { toolNameCharsMax } from './access.ts'
import {
  duration,
  flag,
  headerName,
  list,
  objectName,
  pairs,
  port,
  secretKeyRef,
  sideEffect,
  text,
  trust,
  url,
} from './fields.ts'
import { apiVersion, serverMetadata } from './metadata.ts'
import { serverStatus } from './status.ts'

const toolsMax = 1024

const quantity = text(32).regex(
  /^\d+(\.\d+)?(m|k|Ki|[MGTPE]i?)?$/,
  'expected a quantity such as "50m" or "64Mi"',
)
const amounts = z.strictObject({ cpu: quantity.optional(), memory: quantity.optional() }).optional()
const resources = z.strictObject({ limits: amounts, requests: amounts }).optional()
const envName = text(256).regex(/^[-._a-zA-Z][-._a-zA-Z0-9]*$/, 'expected the name of a variable')
const literals = list(z.strictObject({ name: envName, value: text(32_768).optional() }), 256)
const secrets = list(z.strictObject({ name: envName, secretKeyRef }), 256)
const count = z.int('expected a whole number').min(0, 'cannot be negative')
const countOrPercent = z
  .union([count, z.string()])
  .refine(
    (value) => typeof value === 'number' || /^\d{1,3}%$/.test(value),
    'expected a whole number or a percentage such as "25%"',
  )
  .optional()
const name = text(toolNameCharsMax).min(1, 'a name cannot be empty')
/** Told to people, never judged. */
const documented = list(z.strictObject({ name, description: text().optional(), labels: pairs }), toolsMax)

const tools = list(
  z.strictObject({
    name,
    description: text().optional(),
    requiredTrust: trust.optional(),
    sideEffect,
    riskLevel: z.enum(['low', 'medium', 'high']).optional(),
    labels: pairs,
    definitionDigest: text(71).optional(),
  }),
  toolsMax,
)

const auth = z
  .strictObject({
    mode: z.enum(['none', 'header', 'oauth']).optional(),
    humanIDHeader: headerName.optional(),
    agentIDHeader: headerName.optional(),
    teamIDHeader: headerName.optional(),
    sessionIDHeader: headerName.optional(),
    tokenHeader: headerName.optional(),
    issuerURL: url.optional(),
    audience: text().optional(),
  })
  .optional()

const policy = z
  .strictObject({
    mode: z.enum(['allow-list', 'observe']).optional(),
    defaultDecision: z.enum(['allow', 'deny']).optional(),
    enforceOn: text().optional(),
    policyVersion: text().optional(),
    governs: z
      .array(z.enum(['tools', 'resources', 'prompts', 'completion', 'subscriptions', 'tasks', 'all']))
      .min(1, 'a policy that governs nothing guards nothing')
      .max(7, 'more than 7 entries')
      .optional(),
    disabledTools: list(name, toolsMax),
    listing: z.enum(['all', 'permitted']).optional(),
    denial: z.enum(['http', 'jsonrpc', 'tool-result']).optional(),
  })
  .optional()

const session = z
  .strictObject({
    required: flag,
    store: text().optional(),
    headerName: headerName.optional(),
    maxLifetime: duration.optional(),
    idleTimeout: duration.optional(),
    upstreamTokenHeader: headerName.optional(),
  })
  .optional()

const gateway = z
  .strictObject({
    enabled: flag,
    image: text().optional(),
    port: port.optional(),
    upstreamURL: url.optional(),
    stripPrefix: text().optional(),
    resources,
  })
  .optional()

const analytics = z
  .strictObject({
    enabled: flag,
    /** Older spelling of `enabled`, turned round. */
    disabled: flag,
    ingestURL: url.optional(),
    source: text().optional(),
    eventType: text().optional(),
    apiKeySecretRef: secretKeyRef.optional(),
  })
  // A block that says neither asks for events, as it always has.
  .transform(({ disabled, ...rest }) => ({ ...rest, enabled: rest.enabled ?? disabled !== true }))
  .optional()

const rollout = z
  .strictObject({
    strategy: z.enum(['RollingUpdate', 'Recreate', 'Canary']).optional(),
    maxUnavailable: countOrPercent,
    maxSurge: countOrPercent,
    canaryReplicas: count.optional(),
    canaryImageTag: text(128).optional(),
    /** Percent of the requests. */
    canaryWeight: count.max(100, 'a weight is at most 100').optional(),
  })
  .optional()

const spec = z
  .strictObject({
    teamID: text(128).regex(/^\S*$/, 'holds white space').optional(),
    description: text().optional(),
    /** Kill switch: every call is refused, in `observe` too. */
    disabled: flag,
    image: text().min(1, 'an image cannot be empty'),
    imageTag: text(128).optional(),
    registryOverride: text().optional(),
    useProvisionedRegistry: flag,
    imagePullSecrets: list(objectName, 16),
    replicas: count.optional(),
    port: port.optional(),
    servicePort: port.optional(),
    ingressPath: text().optional(),
    ingressHost: text(253).optional(),
    publicPathPrefix: text().optional(),
    ingressClass: text(253).optional(),
    ingressAnnotations: pairs,
    resources,
    envVars: literals,
    envFromSecret: secrets,
    /** Older spelling of `envFromSecret`. */
    secretEnvVars: secrets,
    tools,
    prompts: documented,
    mcpResources: documented,
    tasks: documented,
    auth,
    policy,
    session,
    gateway,
    analytics,
    rollout,
  })
  .transform(({ secretEnvVars, ...rest }) =>
    secretEnvVars === undefined ? rest : { ...rest, envFromSecret: rest.envFromSecret ?? secretEnvVars },
  )

/** A server of tools, how it is run, and how calls to it are governed. */
export const mcpServer = z.strictObject({
  apiVersion: z.literal(apiVersion),
  kind: z.literal('MCPServer'),
  metadata: serverMetadata,
  spec,
  status: serverStatus.optional(),
})

export type MCPServer = z.output<typeof mcpServer>
