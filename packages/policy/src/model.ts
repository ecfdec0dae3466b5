import type { EvaluatorReason } from './reasons.ts'

export type Trust = 'low' | 'medium' | 'high'
export type SideEffect = 'read' | 'write' | 'destructive'
export type RiskLevel = 'low' | 'medium' | 'high'
export type RuleDecision = 'allow' | 'deny'
export type Audit = 'best-effort' | 'required'

/** A family of MCP methods that a policy can govern. */
export type Governed = 'tools' | 'resources' | 'prompts' | 'completion' | 'subscriptions' | 'tasks'

/** What a policy file holds. Field names are those of the rendered `policy.json`; `schema.ts` reads it from unknown. */
export interface PolicyDocument {
  readonly schema_version?: 'v1' | 'v2' | undefined
  /** `sha256:` and 64 hex digits over the content; see `revision.ts`. */
  readonly revision?: string | undefined
  /** Informational: no part of the revision. */
  readonly generated_at?: string | undefined
  readonly server: Server
  readonly auth?: Auth | undefined
  readonly policy?: Config | undefined
  readonly session?: SessionConfig | undefined
  readonly tools?: readonly Tool[] | undefined
  readonly grants?: readonly Grant[] | undefined
  readonly sessions?: readonly Session[] | undefined
}

export interface Server {
  readonly name: string
  readonly namespace?: string | undefined
  readonly team_id?: string | undefined
  readonly cluster?: string | undefined
  /** v2: refuses everything, in `observe` too. */
  readonly disabled?: boolean | undefined
}

export interface Auth {
  readonly mode?: 'none' | 'header' | 'oauth' | 'mtls' | undefined
  readonly human_id_header?: string | undefined
  readonly agent_id_header?: string | undefined
  readonly team_id_header?: string | undefined
  readonly session_id_header?: string | undefined
  readonly token_header?: string | undefined
  readonly issuer_url?: string | undefined
  readonly audience?: string | undefined
  readonly trust_domain?: string | undefined
}

export interface Config {
  readonly mode?: 'allow-list' | 'observe' | undefined
  readonly default_decision?: RuleDecision | undefined
  readonly enforce_on?: string | undefined
  readonly policy_version?: string | undefined
  /** v2; absent means `['tools']`. */
  readonly governs?: readonly (Governed | 'all')[] | undefined
  /** v2: names, exact or ending in one `*`, refused in `observe` too. */
  readonly disabled_tools?: readonly string[] | undefined
  /** v2: what a list request shows. The gateway acts on it. */
  readonly listing?: 'all' | 'permitted' | undefined
  /** v2: how a refusal is spoken. The gateway acts on it. */
  readonly denial?: 'http' | 'jsonrpc' | 'tool-result' | undefined
}

export interface SessionConfig {
  readonly required?: boolean | undefined
  readonly store?: string | undefined
  readonly header_name?: string | undefined
  /** A duration such as `24h`; enforced in v2 documents. */
  readonly max_lifetime?: string | undefined
  /** A duration such as `1h`; enforced in v2 documents. */
  readonly idle_timeout?: string | undefined
  readonly upstream_token_header?: string | undefined
}

export interface Tool {
  readonly name: string
  readonly description?: string | undefined
  readonly required_trust?: Trust | undefined
  readonly side_effect?: SideEffect | undefined
  readonly risk_level?: RiskLevel | undefined
  readonly labels?: Readonly<Record<string, string>> | undefined
  /** v2: `sha256:` and 64 hex digits; a tool whose live definition differs is refused. */
  readonly definition_digest?: string | undefined
}

/** Whom a grant or session speaks of: every non-empty field must equal the caller's, an empty one matches any. */
export interface Subject {
  readonly human_id?: string | undefined
  readonly agent_id?: string | undefined
  readonly team_id?: string | undefined
}

export interface Grant extends Subject {
  readonly name: string
  readonly namespace?: string | undefined
  readonly max_trust?: Trust | undefined
  readonly allowed_side_effects?: readonly SideEffect[] | undefined
  readonly policy_version?: string | undefined
  readonly disabled?: boolean | undefined
  /** v2: RFC 3339; the grant counts from this instant on. */
  readonly not_before?: string | undefined
  /** v2: RFC 3339; the grant counts until just before this instant. */
  readonly not_after?: string | undefined
  /** None means every tool. */
  readonly tool_rules?: readonly Rule[] | undefined
  /** v2: by URI. None means no resource, where resources are governed. */
  readonly resource_rules?: readonly Rule[] | undefined
  /** v2. None means no prompt, where prompts are governed. */
  readonly prompt_rules?: readonly Rule[] | undefined
}

export interface Rule {
  /** Exact; in v2 it may end in one `*`. */
  readonly name: string
  readonly decision?: RuleDecision | undefined
  readonly required_trust?: Trust | undefined
  /** v2, tool rules only: conditions on arguments, all must hold. */
  readonly when?: readonly Condition[] | undefined
  /** v2: `required` makes the call wait until its record is durable. */
  readonly audit?: Audit | undefined
  /** v2, tool rules only: what of a call stands in its record. The gateway acts on it; without it nothing does. */
  readonly record?: RecordedParts | undefined
}

/** Parts of a call that are recorded with it: of its arguments, and of the `result` that it is answered by. */
export interface RecordedParts {
  readonly arguments?: readonly RecordedValue[] | undefined
  readonly result?: readonly RecordedValue[] | undefined
}

export interface RecordedValue {
  /** A JSON Pointer into the arguments, or the result. */
  readonly pointer: string
  /** The value, or (unless said otherwise) only what proves it to whoever has it. */
  readonly as?: 'digest' | 'value' | undefined
  /** Pointers into the value, to what is taken out of it before; a `*` stands for every member or element. */
  readonly redact?: readonly string[] | undefined
}

export type Scalar = string | number | boolean

/** One condition on one argument. `pointer` is a JSON Pointer into the call's arguments. */
export type Condition = { readonly pointer: string } & (
  | { readonly op: 'eq' | 'ne'; readonly value: Scalar }
  | { readonly op: 'lt' | 'lte' | 'gt' | 'gte'; readonly value: number }
  | { readonly op: 'in' | 'not_in'; readonly value: readonly Scalar[] }
  | { readonly op: 'prefix' | 'suffix' | 'matches'; readonly value: string }
  | { readonly op: 'contains'; readonly value: Scalar }
  | { readonly op: 'exists' | 'absent' }
)

export interface Session extends Subject {
  readonly name: string
  readonly namespace?: string | undefined
  readonly consented_trust?: Trust | undefined
  readonly revoked?: boolean | undefined
  /** RFC 3339; empty means never, unreadable means expired. */
  readonly expires_at?: string | undefined
  /** v2: RFC 3339; when the session began, for `max_lifetime`. */
  readonly issued_at?: string | undefined
  readonly policy_version?: string | undefined
  readonly upstream_token_ref?: string | undefined
}

/** Who calls. Absent and empty mean the same: not known. */
export interface Caller {
  readonly human?: string | undefined
  readonly agent?: string | undefined
  readonly team?: string | undefined
  readonly session?: string | undefined
}

/** One call to be judged. */
export interface PolicyRequest extends Caller {
  /** The JSON-RPC method, for instance `tools/call`. */
  readonly method: string
  /** Tool name, prompt name or resource URI. */
  readonly target?: string | undefined
  /** `params.ref.type` of `completion/complete`: what `target` names there. */
  readonly refType?: string | undefined
  readonly arguments?: unknown
  /** Pointers of numbers among the arguments that a double could not carry exactly. */
  readonly inexact?: readonly string[] | undefined
  /** Digest of the tool's definition as the server announces it now. */
  readonly definitionDigest?: string | undefined
  /** When this session was last seen, in epoch milliseconds; needed where `idle_timeout` is set. */
  readonly sessionSeenAt?: number | undefined
}

export interface Named {
  readonly name: string
  readonly namespace: string
}

/** The verdict on one call, with what it rests on. */
export interface Decision {
  readonly allowed: boolean
  readonly status: number
  readonly reason: EvaluatorReason
  /** True when no rule spoke and `default_decision: allow` let the call pass. */
  readonly byDefault: boolean
  /** In `observe`: what would have been decided. */
  readonly wouldBe: Decision | undefined
  readonly policyVersion: string
  readonly revision: string
  readonly requiredTrust: Trust | undefined
  readonly requiredSideEffect: SideEffect | undefined
  readonly riskLevel: RiskLevel | undefined
  readonly adminTrust: Trust | undefined
  readonly consentedTrust: Trust | undefined
  readonly effectiveTrust: Trust | undefined
  readonly matchedGrant: Named | undefined
  readonly matchedSession: Named | undefined
  readonly audit: Audit
  /** What rules of the grants that speak of the call want recorded of it, in the order of the grants; undefined: nothing. */
  readonly recorded: readonly RecordedParts[] | undefined
  /** The argument that a condition stumbled over, as a JSON Pointer into the arguments. */
  readonly pointer: string | undefined
}
