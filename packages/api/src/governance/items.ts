import type { Endpoints, ResponseOf } from '@mcp-sentinel/contract'
import type { MCPAccessGrant, MCPAgentSession, ResourceStatus } from '@mcp-sentinel/resources'
import { ageOf } from './age.ts'
import type { InForce } from './in-force.ts'

export type GrantItem = ResponseOf<Endpoints['grants']['get']>['grant']
export type SessionItem = ResponseOf<Endpoints['sessions']['get']>['session']

export const grantItem = (grant: MCPAccessGrant, inForce: InForce, now: number): GrantItem => {
  const { spec } = grant
  return {
    ...about(grant, inForce, now),
    maxTrust: spec.maxTrust ?? 'low',
    allowedSideEffects: spec.allowedSideEffects ?? [],
    disabled: spec.disabled ?? false,
    ...given({ policyVersion: spec.policyVersion, notBefore: spec.notBefore, notAfter: spec.notAfter }),
    toolRules: (spec.toolRules ?? []).map(decided),
    resourceRules: (spec.resourceRules ?? []).map(decided),
    promptRules: (spec.promptRules ?? []).map(decided),
  }
}

export const sessionItem = (session: MCPAgentSession, inForce: InForce, now: number): SessionItem => {
  const { spec } = session
  return {
    ...about(session, inForce, now),
    consentedTrust: spec.consentedTrust ?? 'low',
    revoked: spec.revoked ?? false,
    ...given({
      expiresAt: spec.expiresAt,
      issuedAt: spec.issuedAt,
      policyVersion: spec.policyVersion,
      upstreamTokenSecretRef: spec.upstreamTokenSecretRef,
    }),
  }
}

const about = (resource: MCPAccessGrant | MCPAgentSession, inForce: InForce, now: number) => {
  const { metadata, spec, status } = resource
  const { name, namespace = '', resourceVersion } = metadata
  const createdAt = metadata.creationTimestamp ?? undefined
  return {
    name,
    namespace,
    serverRef: { name: spec.serverRef.name, namespace: spec.serverRef.namespace ?? namespace },
    subject: spec.subject,
    age: ageOf(createdAt, now),
    ...given({ createdAt, resourceVersion }),
    conditions: conditionsOf(status),
    inForce,
  }
}

export const conditionsOf = (status: ResourceStatus | undefined): GrantItem['conditions'] =>
  (status?.conditions ?? []).map((one) => ({
    type: one.type,
    status: one.status,
    reason: one.reason,
    message: one.message,
    ...given({ observedGeneration: one.observedGeneration }),
    lastTransitionTime: one.lastTransitionTime,
  }))

const decided = <R extends { readonly decision?: 'allow' | 'deny' | undefined }>(rule: R) => ({
  ...rule,
  decision: rule.decision ?? ('allow' as const),
})

/** Without what is undefined: an answer leaves it out. */
export const given = <T extends object>(members: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as never
