import type { Endpoints, ResponseOf } from '@mcp-sentinel/contract'
import { type Verdict, verdictOf } from '../verdict/verdicts.ts'

export type SentinelEvent = ResponseOf<Endpoints['analytics']['events']>['events'][number]

const texts = [
  'admin_trust',
  'consented_trust',
  'decision_id',
  'effective_trust',
  'matched_grant',
  'matched_grant_namespace',
  'matched_session',
  'matched_session_namespace',
  'policy_revision',
  'required_side_effect',
  'required_trust',
  'risk_level',
  'rpc_method',
  'would_be',
] as const
const numbers = ['latency_ms', 'status'] as const

/** What of a decision's payload is shown; others' events may have none of it. */
export type Recorded = Readonly<
  Partial<Record<(typeof texts)[number], string> & Record<(typeof numbers)[number], number>>
>

/** A producer may write anything: what is not as it should be is not there. */
export const recordedIn = (event: SentinelEvent): Recorded => {
  const payload = payloadOf(event)
  const kept = (names: readonly string[], is: (value: unknown) => boolean) =>
    names.flatMap((name) => (is(payload[name]) ? [[name, payload[name]]] : []))
  return Object.fromEntries([
    ...kept(texts, (value) => typeof value === 'string' && value !== ''),
    ...kept(numbers, Number.isFinite),
  ])
}

const payloadOf = ({ payload }: SentinelEvent): Readonly<Record<string, unknown>> =>
  typeof payload === 'object' && payload !== null && !Array.isArray(payload)
    ? (payload as Readonly<Record<string, unknown>>)
    : {}

export const verdictOfEvent = (event: SentinelEvent): Verdict => {
  const { would_be: wouldBe } = payloadOf(event)
  return verdictOf(event.decision, typeof wouldBe === 'string' && wouldBe !== '')
}

/** What another producer decided, in its own word, where it is none of ours. */
export const wordOfEvent = (event: SentinelEvent): string | undefined =>
  verdictOfEvent(event) === 'unknown' && event.decision ? event.decision : undefined
