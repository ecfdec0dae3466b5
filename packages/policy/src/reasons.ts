/**
 * Every reason that `evaluate` gives, with the HTTP status of a refusal for it; an allow by default is always 200. The
 * strings are a public contract: adapters, dashboards and stored events key on them, so entries are added, never
 * renamed or removed.
 */
export const evaluatorReasons = {
  allowed: 200,

  server_disabled: 403,
  tool_disabled: 403,
  missing_identity: 401,
  missing_session: 401,
  session_not_found: 401,
  session_revoked: 401,
  session_expired: 401,
  method_unknown: 403,
  tool_definition_unknown: 403,
  tool_definition_changed: 403,
  no_matching_grant: 403,
  tool_denied: 403,
  target_denied: 403,
  argument_not_allowed: 403,
  tool_not_granted: 403,
  target_not_granted: 403,
  tool_side_effect_unknown: 403,
  side_effect_not_allowed: 403,
  /** Unreachable, since every ceiling is at least `low`; kept because readers of old records know it. */
  grant_without_trust: 403,
  trust_too_low: 403,
} as const

/** The reasons that the gateway around the evaluator gives by itself. */
export const gatewayReasons = {
  rpc_inspection_failed: 403,
  /** Another message of the same batch was refused: a batch goes on whole or not at all. */
  batch_refused: 403,
  policy_unavailable: 503,
  audit_unavailable: 503,
  /** The protocol's own session belongs to somebody else, or to nobody: clients begin a new one on a 404. */
  mcp_session_not_found: 404,
  undecided: 403,
  missing_bearer_token: 401,
  invalid_token: 401,
  oauth_config_missing: 503,
  oauth_issuer_missing: 503,
  oauth_provider_unavailable: 503,
  oauth_metadata: 200,
  missing_client_certificate: 401,
  untrusted_proxy: 401,
  missing_verified_identity: 401,
  invalid_spiffe_identity: 401,
  ambiguous_spiffe_identity: 401,
} as const

/** Every reason a call can be allowed or refused for, by anybody, with its status. */
export const reasons = /* @__PURE__ */ Object.assign({}, evaluatorReasons, gatewayReasons)

export type EvaluatorReason = keyof typeof evaluatorReasons
export type Reason = keyof typeof reasons
