import type { Endpoints, ResponseOf } from '@mcp-sentinel/contract'
import { type Verdict, verdictOf } from '../verdict/verdicts.ts'

export type SentinelEvent = ResponseOf<Endpoints['analytics']['events']>['events'][number]

/** What of a decision's payload is shown; others' events may have none of it. */
export interface Recorded {
  readonly admin_trust?: string
  readonly consented_trust?: string
  readonly decision_id?: string
  readonly effective_trust?: string
  readonly latency_ms?: number
  readonly matched_grant?: string
  readonly matched_grant_namespace?: string
  readonly matched_session?: string
  readonly matched_session_namespace?: string
  readonly policy_revision?: string
  readonly required_side_effect?: string
  readonly required_trust?: string
  readonly risk_level?: string
  readonly rpc_method?: string
  readonly status?: number
  readonly would_be?: string
}

/** A producer may write anything: what is not as it should be is not there. */
export const recordedIn = ({ payload }: SentinelEvent): Recorded =>
  typeof payload === 'object' && payload !== null && !Array.isArray(payload) ? payload : {}

export const verdictOfEvent = (event: SentinelEvent): Verdict =>
  verdictOf(event.decision, (recordedIn(event).would_be ?? '') !== '')
