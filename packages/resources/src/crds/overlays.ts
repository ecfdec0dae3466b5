import type { Kind } from '../parse.ts'

/** What is said of a place in a kind beside its shape. Places are members by dots, `*` for the entries of a list. */
export type Overlays = Readonly<Record<string, Readonly<Record<string, unknown>>>>

const orElse = (value: unknown) => ({ default: value })
/** No two entries of one name. */
const named = { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] }
const rule = (rule: string, message: string, fieldPath?: string) => ({
  'x-kubernetes-validations': [{ rule, message, ...(fieldPath === undefined ? {} : { fieldPath }) }],
})

/** Of rules in a grant: as they are rendered when they do not say. */
const rulesOf = (list: string): Overlays => ({
  [list]: named,
  [`${list}.*.decision`]: orElse('allow'),
  [`${list}.*.requiredTrust`]: orElse('low'),
})

const conditions: Overlays = {
  'status.conditions': { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] },
}

const access: Overlays = {
  'spec.subject': rule(
    "[has(self.humanID) && self.humanID != '', has(self.agentID) && self.agentID != '', has(self.teamID) && self.teamID != ''].exists(given, given)",
    'speaks of nobody: give at least one of humanID, agentID, teamID',
  ),
  'spec.serverRef': rule('self == oldSelf', 'cannot be changed; make a new object'),
  ...conditions,
}

const countOrPercent = { pattern: '^\\d{1,3}%$', minimum: 0, maxLength: 4, default: '25%' }

/**
 * What the parts of a server say about each other, as `server-faults.ts` says it. `replicas` has no default in the
 * schema: where an autoscaler has its say, nobody may have written one.
 */
const serverRules = {
  'x-kubernetes-validations': [
    {
      rule: '!has(self.analytics) || (has(self.analytics.enabled) ? !self.analytics.enabled : has(self.analytics.disabled) && self.analytics.disabled) || (has(self.gateway) && self.gateway.enabled)',
      message: 'analytics needs the gateway, which makes the events: set gateway.enabled to true',
    },
    {
      rule: '!has(self.analytics) || !has(self.analytics.enabled) || !has(self.analytics.disabled) || self.analytics.enabled != self.analytics.disabled',
      message: 'analytics says both enabled and disabled: keep enabled alone',
    },
    {
      rule: '!has(self.gateway) || !self.gateway.enabled || self.gateway.port != self.port',
      message: 'gateway.port is the port of the server, and both share one network: choose another',
    },
    {
      rule: "!has(self.rollout) || self.rollout.strategy != 'Canary' || (has(self.rollout.canaryReplicas) && self.rollout.canaryReplicas > 0 && self.rollout.canaryReplicas < (has(self.replicas) ? self.replicas : 1))",
      message: 'a canary takes some of the replicas, never all: 0 < canaryReplicas < replicas',
    },
    {
      rule: '!has(self.envFromSecret) || !has(self.secretEnvVars)',
      message:
        'secretEnvVars is the older spelling of envFromSecret, which is given too: keep that one alone',
    },
  ],
}

const ofServer: Overlays = {
  spec: serverRules,
  'spec.port': orElse(8088),
  'spec.servicePort': orElse(80),
  'spec.tools': named,
  'spec.tools.*.requiredTrust': orElse('low'),
  'spec.auth.mode': orElse('header'),
  'spec.auth.humanIDHeader': orElse('X-MCP-Human-ID'),
  'spec.auth.agentIDHeader': orElse('X-MCP-Agent-ID'),
  'spec.auth.teamIDHeader': orElse('X-MCP-Team-ID'),
  'spec.auth.tokenHeader': orElse('Authorization'),
  'spec.policy.mode': orElse('allow-list'),
  'spec.policy.defaultDecision': orElse('deny'),
  'spec.policy.enforceOn': orElse('call_tool'),
  'spec.policy.policyVersion': orElse('v1'),
  'spec.session.required': orElse(false),
  'spec.session.store': orElse('kubernetes'),
  'spec.session.headerName': orElse('X-MCP-Agent-Session'),
  'spec.session.upstreamTokenHeader': orElse('Authorization'),
  'spec.gateway.enabled': orElse(false),
  'spec.gateway.port': orElse(8091),
  'spec.analytics.eventType': orElse('mcp.request'),
  'spec.rollout.strategy': orElse('RollingUpdate'),
  'spec.rollout.maxUnavailable': countOrPercent,
  'spec.rollout.maxSurge': countOrPercent,
  ...conditions,
}

const ofGrant: Overlays = {
  ...access,
  'spec.maxTrust': orElse('low'),
  'spec.disabled': orElse(false),
  'spec.allowedSideEffects': { 'x-kubernetes-list-type': 'set' },
  ...rulesOf('spec.toolRules'),
  ...rulesOf('spec.resourceRules'),
  ...rulesOf('spec.promptRules'),
}

const ofSession: Overlays = {
  ...access,
  'spec.consentedTrust': orElse('low'),
  'spec.revoked': orElse(false),
}

export const overlays: Readonly<Record<Kind, Overlays>> = {
  MCPServer: ofServer,
  MCPAccessGrant: ofGrant,
  MCPAgentSession: ofSession,
}
