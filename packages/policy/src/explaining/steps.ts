import type { EvaluatorReason } from '../reasons.ts'

/** The checks of a decision in their order, and the refusals that each can end in. */
const order = {
  'kill-switch': ['server_disabled', 'tool_disabled'],
  identity: ['missing_identity'],
  session: ['missing_session', 'session_not_found', 'session_revoked', 'session_expired'],
  method: ['method_unknown'],
  definition: ['tool_definition_unknown', 'tool_definition_changed'],
  grants: ['no_matching_grant'],
  denials: ['tool_denied', 'target_denied'],
  rules: ['argument_not_allowed', 'tool_not_granted', 'target_not_granted'],
  'side-effect': ['tool_side_effect_unknown', 'side_effect_not_allowed'],
  trust: ['grant_without_trust', 'trust_too_low'],
} as const satisfies Record<string, readonly EvaluatorReason[]>

export type Step = keyof typeof order
export const steps = Object.keys(order) as readonly Step[]

/** The check that a reason is the refusal of; undefined for `allowed`. */
export const stepOf = (reason: EvaluatorReason): Step | undefined =>
  steps.find((step) => (order[step] as readonly EvaluatorReason[]).includes(reason))
