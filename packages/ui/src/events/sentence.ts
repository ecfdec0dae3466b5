import type { Reason } from '@mcp-sentinel/policy'
import { namedText } from '../shown-text/shown-text.ts'
import { recordedIn, type SentinelEvent } from './event-record.ts'

type Tell = (about: {
  readonly tool: string
  readonly agent: string
  readonly record: ReturnType<typeof recordedIn>
}) => string

const refusals: Readonly<Partial<Record<Reason, Tell>>> = {
  missing_identity: () => 'nobody was named as the caller',
  missing_session: () => 'the server asks for a session, and none was named',
  session_not_found: ({ agent }) => `${agent} has no session of that name here`,
  session_revoked: () => 'the session was revoked',
  session_expired: () => 'the session has expired',
  no_matching_grant: ({ agent }) => `no grant speaks of ${agent}`,
  tool_not_granted: ({ tool }) => `no grant in force lets the caller use ${tool}`,
  tool_denied: ({ tool }) => `a rule denies ${tool}`,
  tool_side_effect_unknown: ({ tool }) => `the server does not say what ${tool} does to the world`,
  side_effect_not_allowed: ({ record }) =>
    `no grant allows a ${record.required_side_effect ?? 'side'} effect${record.required_side_effect ? '' : ' of this kind'}`,
  trust_too_low: ({ tool, record }) =>
    `${tool} needs ${record.required_trust ?? 'more'} trust; ${lowest(record)}`,
  server_disabled: () => 'the server is switched off',
  tool_disabled: ({ tool }) => `${tool} is switched off`,
  argument_not_allowed: () => 'a rule does not allow these arguments',
  policy_unavailable: () => 'there was no policy to decide by',
  rpc_inspection_failed: () => 'the request could not be read without doubt',
  audit_unavailable: () => 'the decision could not be written down',
  missing_bearer_token: () => 'no token was presented',
  invalid_token: () => 'the token does not hold',
}

const nameCharsMax = 80
const named = (text: string) => namedText(text, nameCharsMax)

/** Which of the two ceilings it was. */
const lowest = ({ admin_trust: grant, consented_trust: session }: ReturnType<typeof recordedIn>): string =>
  session !== undefined && session !== grant
    ? `the session consents to ${session}`
    : `the grant gives ${grant ?? 'less'}`

/** Why something was refused, as the end of a sentence. */
export const whyRefused = (reason: string | undefined, about: Parameters<Tell>[0]): string =>
  (Object.hasOwn(refusals, reason ?? '') && refusals[reason as Reason]?.(about)) ||
  (reason ? named(reason.replaceAll('_', ' ')) : 'no reason was given')

/** What happened, in one sentence a person says. */
export const sentenceOf = (event: SentinelEvent): string => {
  const recorded = recordedIn(event)
  // Others write these, and somebody reads them as our words.
  const record = Object.fromEntries(
    Object.entries(recorded).map(([name, value]) => [name, typeof value === 'string' ? named(value) : value]),
  ) as typeof recorded
  const tool = named(event.tool_name || recorded.rpc_method || 'the request')
  const agent = named(event.agent_id || event.human_id || 'the caller')
  const why = (reason: string | undefined) => whyRefused(reason, { tool, agent, record })
  if (event.decision === 'deny') return `Refused: ${why(event.reason)}.`
  if (!event.decision) return `${named(event.event_type)} of ${named(event.source)}.`
  if (event.decision !== 'allow')
    return `${named(event.source)} decided “${named(event.decision)}” on ${tool}: ${why(event.reason)}.`
  if (recorded.would_be) return `Allowed, and would be refused: ${why(recorded.would_be)}.`
  return record.matched_grant === undefined
    ? `Allowed: ${tool}.`
    : `Allowed: ${record.matched_grant} lets ${agent} use ${tool}.`
}
