import type { Issue } from '@mcp-sentinel/contract'
import type { MCPServer } from '@mcp-sentinel/resources'

type Spec = MCPServer['spec']
type Members = Readonly<Record<string, unknown>>

/**
 * What of a server is its publisher's own affair. All else decides where calls are led, by what they are guarded and who
 * is told of them, and is left to administrators; so is every member that is not thought of here.
 */
const own = new Set([
  'teamID',
  'description',
  'disabled',
  'image',
  'imageTag',
  'replicas',
  'port',
  'servicePort',
  'resources',
  'envVars',
  'envFromSecret',
  'secretEnvVars',
  'tools',
  'prompts',
  'mcpResources',
  'tasks',
  'auth',
  'policy',
  'session',
  'gateway',
  'analytics',
  'rollout',
] satisfies (keyof Spec | 'secretEnvVars')[])
const ownOf: Readonly<Record<string, ReadonlySet<string>>> = {
  gateway: new Set(['enabled', 'port', 'stripPrefix', 'resources']),
  analytics: new Set(['enabled', 'disabled', 'source', 'eventType']),
}
/** Secrets that stand in a namespace and are no tenant's. */
const platformSecret = /(-analytics-creds|-session-id-key|^mcp-runtime-registry-pull|^platform-.*)$/

/** Where a tenant asks for what is not theirs to say. */
export const tenantFaults = (spec: Members): readonly Issue[] => {
  const fault = (pointer: string, message = 'is for administrators') => ({
    pointer: `/spec${pointer}`,
    message,
  })
  const secrets = [spec['envFromSecret'], spec['secretEnvVars']].flat() as readonly (Members | undefined)[]
  return [
    ...Object.keys(spec)
      .filter((name) => !(own as ReadonlySet<string>).has(name))
      .map((name) => fault(`/${name}`)),
    ...Object.entries(ownOf).flatMap(([block, names]) =>
      Object.keys((spec[block] ?? {}) as Members)
        .filter((name) => !names.has(name))
        .map((name) => fault(`/${block}/${name}`)),
    ),
    ...((spec['gateway'] as Members | undefined)?.['enabled'] === false
      ? [fault('/gateway/enabled', 'cannot be false: what is published stands behind its gateway')]
      : []),
    ...secrets.flatMap((one, index) =>
      platformSecret.test(String((one?.['secretKeyRef'] as Members | undefined)?.['name'] ?? ''))
        ? [fault(`/envFromSecret/${index}`, 'names a secret of the platform')]
        : [],
    ),
  ]
}

/** What administrators have said of a server stays, whatever its publisher publishes. */
export const withoutLoss = (spec: Spec, before: Spec | undefined): Spec => {
  if (before === undefined) return spec
  const others = Object.entries(before).filter(([name]) => !(own as ReadonlySet<string>).has(name))
  const { gateway, analytics } = before
  return {
    ...spec,
    ...Object.fromEntries(others),
    ...(gateway && { gateway: { ...notOwnOf('gateway', gateway), ...(spec.gateway ?? gateway) } }),
    ...(analytics && {
      analytics: { ...notOwnOf('analytics', analytics), ...(spec.analytics ?? analytics) },
    }),
  }
}

const notOwnOf = <T extends object>(block: string, members: T): Partial<T> =>
  Object.fromEntries(Object.entries(members).filter(([name]) => !ownOf[block]?.has(name))) as Partial<T>
