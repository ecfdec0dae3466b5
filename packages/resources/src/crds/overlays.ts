import type { Kind } from '../parse.ts'

/** What is said of a place in a kind beside its shape. Places are members by dots, `*` for the entries of a list. */
export type Overlays = Readonly<Record<string, Readonly<Record<string, unknown>>>>

const orElse = (value: unknown) => ({ default: value })
/** No two entries of one name. */
const named = { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] }
const rules = (...said: readonly (readonly [rule: string, message: string])[]) => ({
  'x-kubernetes-validations': said.map(([rule, message]) => ({ rule, message })),
})

/*
 * What the policy's own reader says of texts, so that nothing is refused only when it is rendered. Where a text occurs so
 * often that a rule would cost the API server too much, a pattern says it, in fewer words.
 */
const notBlank = ["self.trim() != ''", 'a name cannot be empty'] as const
const aName = rules(notBlank, ["!self.contains('*')", 'a name with a * could not be told from a pattern'])
const aPattern = rules(notBlank, [
  "!self.contains('*') || self.indexOf('*') == size(self) - 1",
  'a * may stand only at the end of a name',
])
const aPointer = { pattern: '^(/([^/~]|~[01])*)+$' }
const aDigest = { pattern: '^sha256:[0-9a-f]{64}$' }
// Of 30 February no timestamp can be made, and what fails refuses.
const anInstant = rules([
  "self == '' || (self.matches('^[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]+)?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$') && timestamp(self) == timestamp(self))",
  'expected an instant such as "2030-12-31T23:59:00Z"',
])
const aDuration = rules([
  "self == '' || (self.matches('^([0-9]+h)?([0-9]+m)?([0-9]+s)?$') && self.matches('[1-9]'))",
  'expected a duration such as "24h" or "1h30m"',
])

/** Of rules in a grant: as they are rendered when they do not say. */
const rulesOf = (list: string): Overlays => ({
  [list]: named,
  [`${list}.*.name`]: aPattern,
  [`${list}.*.decision`]: orElse('allow'),
  [`${list}.*.requiredTrust`]: orElse('low'),
})

const recordedOf = (list: string): Overlays => ({
  [list]: { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['pointer'] },
  // CEL has a word `as` of its own.
  [`${list}.*`]: rules([
    "!has(self.redact) || (has(self.__as__) && self.__as__ == 'value')",
    'redact needs as: value, since a digest shows nothing',
  ]),
  [`${list}.*.pointer`]: aPointer,
  [`${list}.*.redact.*`]: aPointer,
})

const conditions: Overlays = {
  'status.conditions': { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] },
}

const access: Overlays = {
  'spec.subject': rules([
    "[has(self.humanID) && self.humanID != '', has(self.agentID) && self.agentID != '', has(self.teamID) && self.teamID != ''].exists(given, given)",
    'speaks of nobody: give at least one of humanID, agentID, teamID',
  ]),
  'spec.serverRef': rules(['self == oldSelf', 'cannot be changed; make a new object']),
  ...conditions,
}

const countOrPercent = { pattern: '^\\d{1,3}%$', minimum: 0, maxLength: 4, default: '25%' }

/**
 * What the parts of a server say about each other, as `server-faults.ts` says it. `replicas` has no default in the
 * schema: where an autoscaler has its say, nobody may have written one.
 */
const serverRules = rules(
  [
    '!has(self.analytics) || (has(self.analytics.enabled) ? !self.analytics.enabled : has(self.analytics.disabled) && self.analytics.disabled) || (has(self.gateway) && self.gateway.enabled)',
    'analytics needs the gateway, which makes the events: set gateway.enabled to true',
  ],
  [
    '!has(self.analytics) || !has(self.analytics.enabled) || !has(self.analytics.disabled) || self.analytics.enabled != self.analytics.disabled',
    'analytics says both enabled and disabled: keep enabled alone',
  ],
  [
    '!has(self.gateway) || !self.gateway.enabled || self.gateway.port != self.port',
    'gateway.port is the port of the server, and both share one network: choose another',
  ],
  [
    "!has(self.rollout) || self.rollout.strategy != 'Canary' || (has(self.rollout.canaryReplicas) && self.rollout.canaryReplicas > 0 && self.rollout.canaryReplicas < (has(self.replicas) ? self.replicas : 1))",
    'a canary takes some of the replicas, never all: 0 < canaryReplicas < replicas',
  ],
  [
    '!has(self.envFromSecret) || !has(self.secretEnvVars)',
    'secretEnvVars is the older spelling of envFromSecret, which is given too: keep that one alone',
  ],
)

const ofServer: Overlays = {
  spec: serverRules,
  'spec.port': orElse(8088),
  'spec.servicePort': orElse(80),
  'spec.tools': named,
  'spec.tools.*.name': aName,
  'spec.tools.*.definitionDigest': aDigest,
  'spec.tools.*.requiredTrust': orElse('low'),
  'spec.auth': rules([
    "self.mode != 'oauth' || has(self.issuerURL)",
    'auth.mode oauth needs an issuer: give issuerURL',
  ]),
  'spec.auth.mode': orElse('header'),
  'spec.auth.humanIDHeader': orElse('X-MCP-Human-ID'),
  'spec.auth.agentIDHeader': orElse('X-MCP-Agent-ID'),
  'spec.auth.teamIDHeader': orElse('X-MCP-Team-ID'),
  'spec.auth.tokenHeader': orElse('Authorization'),
  'spec.policy.mode': orElse('allow-list'),
  'spec.policy.defaultDecision': orElse('deny'),
  'spec.policy.enforceOn': orElse('call_tool'),
  'spec.policy.policyVersion': orElse('v1'),
  'spec.policy.disabledTools.*': aPattern,
  'spec.session.required': orElse(false),
  'spec.session.store': orElse('kubernetes'),
  'spec.session.maxLifetime': aDuration,
  'spec.session.idleTimeout': aDuration,
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
  spec: rules([
    "!has(self.notBefore) || !has(self.notAfter) || self.notBefore == '' || self.notAfter == '' || timestamp(self.notBefore) < timestamp(self.notAfter)",
    'notAfter is not later than notBefore: the grant would never count',
  ]),
  'spec.notBefore': anInstant,
  'spec.notAfter': anInstant,
  'spec.maxTrust': orElse('low'),
  'spec.disabled': orElse(false),
  'spec.allowedSideEffects': { 'x-kubernetes-list-type': 'set' },
  ...rulesOf('spec.toolRules'),
  'spec.toolRules.*.when.*.pointer': aPointer,
  'spec.toolRules.*.record': rules([
    '(has(self.arguments) && size(self.arguments) > 0) || (has(self.result) && size(self.result) > 0)',
    'records nothing: give arguments or result',
  ]),
  ...recordedOf('spec.toolRules.*.record.arguments'),
  ...recordedOf('spec.toolRules.*.record.result'),
  ...rulesOf('spec.resourceRules'),
  ...rulesOf('spec.promptRules'),
}

const ofSession: Overlays = {
  ...access,
  'spec.consentedTrust': orElse('low'),
  'spec.revoked': orElse(false),
  'spec.expiresAt': anInstant,
  'spec.issuedAt': anInstant,
}

export const overlays: Readonly<Record<Kind, Overlays>> = {
  MCPServer: ofServer,
  MCPAccessGrant: ofGrant,
  MCPAgentSession: ofSession,
}
