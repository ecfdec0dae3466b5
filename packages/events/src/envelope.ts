/** The types of event that count for something; others are carried and stored as they are. */
export const eventTypes = [
  /** One decision, written when the call closes. It alone is counted. */
  'mcp.request',
  /** A call that is open for long; the same `decision_id` closes later. Never counted. */
  'mcp.request.open',
  /** The first record of a chain: which one it continues, and why it began. */
  'mcp.chain.start',
  /** A signature over the chain so far. */
  'mcp.checkpoint',
  /** Events that could not be kept, by count: the chain goes on, and says what is missing. */
  'mcp.gap',
] as const
export type EventType = (typeof eventTypes)[number]

/** What is authenticated about an event: it stands inside the payload, whose bytes the chain hashes. */
export interface AuditHead {
  readonly chain: string
  readonly event_type: string
  readonly id: string
  /** Head of the event before: SHA-256 over the bytes of its payload; empty for the first of a chain. */
  readonly prev: string
  /** From 1, without a gap. */
  readonly seq: number
  readonly source: string
  /** RFC 3339 with milliseconds, by the producer's clock. */
  readonly time: string
  readonly v: 1
}

/** The value of something that was recorded: it travels and rests outside the payload, so that it can be erased. */
export interface Disclosure {
  readonly pointer: string
  readonly salt: string
  readonly value: unknown
}

/** W3C trace context of the request that an event tells of; per event, so that batching does not lose it. */
export interface TraceContext {
  readonly traceparent?: string | undefined
  readonly tracestate?: string | undefined
  readonly baggage?: string | undefined
}

/**
 * An event on its way. The outer keys are those of the Go implementation; `payload` is kept as the exact text that its
 * producer wrote, from the producer to the store.
 */
export interface Envelope extends TraceContext {
  readonly timestamp: string
  readonly trace_id?: string | undefined
  readonly source: string
  readonly event_type: string
  /** JSON text, verbatim. */
  readonly payload: string
  readonly disclosures?: readonly Disclosure[] | undefined
}

/** What a gateway tells about one request: the payload of `mcp.request`, without its head, and what travels beside it. */
export interface RequestRecord {
  readonly admin_trust?: string | undefined
  readonly agent_id: string
  readonly arguments_digest?: string | undefined
  readonly audit?: 'best-effort' | 'required' | undefined
  readonly bytes_in: number
  readonly bytes_out: number
  readonly cluster: string
  /** Pointer → salted digest of the value that was recorded there. */
  readonly commitments?: Readonly<Record<string, string>> | undefined
  readonly consented_trust?: string | undefined
  readonly decision: 'allow' | 'deny'
  readonly decision_id: string
  /** The values behind `commitments`: they travel beside the payload, not in it. */
  readonly disclosures?: readonly Disclosure[] | undefined
  readonly effective_trust?: string | undefined
  /** Name and version of what decided. */
  readonly evaluator?: string | undefined
  readonly human_id: string
  readonly latency_ms: number
  readonly matched_grant?: string | undefined
  readonly matched_grant_namespace?: string | undefined
  readonly matched_session?: string | undefined
  readonly matched_session_namespace?: string | undefined
  /** The HTTP method. */
  readonly method: string
  readonly namespace: string
  /** `unknown`: the call went on, and nobody saw how it ended. */
  readonly outcome?: 'closed' | 'aborted' | 'unknown' | undefined
  readonly path: string
  readonly policy_revision?: string | undefined
  readonly policy_version: string
  readonly reason: string
  readonly required_side_effect?: string | undefined
  readonly required_trust?: string | undefined
  readonly risk_level?: string | undefined
  readonly rpc_method?: string | undefined
  readonly server: string
  readonly session_id: string
  readonly status: number
  readonly subject_team_id: string
  readonly team_id: string
  readonly tool_digest?: string | undefined
  readonly tool_name?: string | undefined
  /** In `observe`: the reason of the refusal that would have been. */
  readonly would_be?: string | undefined
}
