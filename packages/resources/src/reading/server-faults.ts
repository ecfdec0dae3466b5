import type { ResourceIssue } from './issue.ts'

const defaultReplicas = 1
const defaultPort = 8088
const defaultGatewayPort = 8091

/**
 * What the parts of a server's spec say about each other. It takes the spec as it was given, so that these faults are
 * told together with those of its shape, and leaves alone what is not of the right kind.
 */
export const serverFaults = (spec: unknown): ResourceIssue[] => [
  ...analyticsFaults(spec),
  ...portFaults(spec),
  ...rolloutFaults(spec),
  ...spellingFaults(spec),
]

const analyticsFaults = (spec: unknown): ResourceIssue[] => {
  const analytics = at(spec, 'analytics')
  if (typeof analytics !== 'object' || analytics === null) return []
  const { enabled, disabled } = analytics as { enabled?: unknown; disabled?: unknown }
  if (typeof enabled === 'boolean' && enabled === disabled) {
    return [{ pointer: '/spec/analytics', message: 'says both enabled and disabled: keep enabled alone' }]
  }
  const isWanted = enabled === true || (enabled === undefined && disabled !== true)
  if (!isWanted || at(spec, 'gateway', 'enabled') === true) return []
  return [
    {
      pointer: '/spec/analytics',
      message: 'needs the gateway, which makes the events: set gateway.enabled to true',
    },
  ]
}

const portFaults = (spec: unknown): ResourceIssue[] => {
  const ofGateway = at(spec, 'gateway', 'port') ?? defaultGatewayPort
  const ofServer = at(spec, 'port') ?? defaultPort
  if (ofGateway !== ofServer || at(spec, 'gateway', 'enabled') !== true) return []
  return [
    {
      pointer: at(spec, 'gateway', 'port') === undefined ? '/spec/port' : '/spec/gateway/port',
      message: `${ofServer} is the port of the server and of its gateway, which share one network: choose another`,
    },
  ]
}

const rolloutFaults = (spec: unknown): ResourceIssue[] => {
  if (at(spec, 'rollout', 'strategy') !== 'Canary') return []
  const canaries = at(spec, 'rollout', 'canaryReplicas') ?? 0
  const replicas = at(spec, 'replicas') ?? defaultReplicas
  if (typeof canaries !== 'number' || typeof replicas !== 'number') return []
  if (canaries > 0 && canaries < replicas) return []
  const [pointer, remedy] =
    canaries > 0
      ? ['/spec/replicas', `set replicas to ${canaries + 1} or more`]
      : ['/spec/rollout/canaryReplicas', 'set canaryReplicas to 1 or more']
  const message = `a canary takes some of the replicas, never all: canaryReplicas is ${canaries}, replicas is ${replicas}; ${remedy}`
  return [{ pointer, message }]
}

const spellingFaults = (spec: unknown): ResourceIssue[] =>
  at(spec, 'envFromSecret') === undefined || at(spec, 'secretEnvVars') === undefined
    ? []
    : [
        {
          pointer: '/spec/secretEnvVars',
          message: 'is the older spelling of envFromSecret, which is given too: keep that one alone',
        },
      ]

const at = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>((inner, key) => (inner as Readonly<Record<string, unknown>> | null)?.[key], value)
