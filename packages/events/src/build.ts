import type { AuditHead, RequestRecord } from './envelope.ts'

/**
 * Payloads are written with their members in the order of code units, numbers as JavaScript writes them, and no white
 * space: what `JSON.stringify` makes of these literals is already what RFC 8785 asks for, so that nothing has to sort
 * or copy while a call waits. A law holds every builder to it.
 */

/** Half of a surrogate pair is no text: it becomes U+FFFD here, as it would wherever bytes are made of it. */
const text = (value: string): string => (value.isWellFormed() ? value : value.toWellFormed())
const maybe = (value: string | undefined): string | undefined =>
  value === undefined ? undefined : text(value)

const headOf = (head: AuditHead): AuditHead => ({
  chain: head.chain,
  event_type: head.event_type,
  id: head.id,
  prev: head.prev,
  seq: head.seq,
  source: head.source,
  time: head.time,
  v: 1,
})

export const requestPayload = (head: AuditHead, record: RequestRecord): string =>
  JSON.stringify({
    _audit: headOf(head),
    admin_trust: record.admin_trust,
    agent_id: text(record.agent_id),
    arguments_digest: record.arguments_digest,
    audit: record.audit,
    bytes_in: record.bytes_in,
    bytes_out: record.bytes_out,
    cluster: text(record.cluster),
    commitments: record.commitments && sorted(record.commitments),
    consented_trust: record.consented_trust,
    decision: record.decision,
    decision_id: record.decision_id,
    effective_trust: record.effective_trust,
    evaluator: record.evaluator,
    human_id: text(record.human_id),
    latency_ms: record.latency_ms,
    matched_grant: maybe(record.matched_grant),
    matched_grant_namespace: maybe(record.matched_grant_namespace),
    matched_session: maybe(record.matched_session),
    matched_session_namespace: maybe(record.matched_session_namespace),
    method: text(record.method),
    namespace: text(record.namespace),
    outcome: record.outcome,
    path: text(record.path),
    policy_revision: maybe(record.policy_revision),
    policy_version: text(record.policy_version),
    reason: record.reason,
    required_side_effect: record.required_side_effect,
    required_trust: record.required_trust,
    risk_level: record.risk_level,
    rpc_method: maybe(record.rpc_method),
    server: text(record.server),
    session_id: text(record.session_id),
    status: record.status,
    subject_team_id: text(record.subject_team_id),
    team_id: text(record.team_id),
    tool_digest: maybe(record.tool_digest),
    tool_name: maybe(record.tool_name),
    would_be: record.would_be,
  })

const sorted = (commitments: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(commitments)
      .map(([pointer, digest]) => [text(pointer), digest] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  )

/** The first record of a chain. A chain that continues none has an empty `prev_chain`. */
export interface ChainStart {
  readonly prev_chain: string
  readonly prev_head: string
  readonly reason: 'start' | 'recovered' | 'unreadable'
}

export const chainStartPayload = (head: AuditHead, start: ChainStart): string =>
  JSON.stringify({
    _audit: headOf(head),
    prev_chain: start.prev_chain,
    prev_head: start.prev_head,
    reason: start.reason,
  })

/** The chain up to and with `seq`, signed. */
export interface Checkpoint {
  readonly chain: string
  readonly seq: number
  readonly head: string
  /** Which key signed. */
  readonly kid: string
  /** Ed25519 over `signedText`, base64url. */
  readonly sig: string
}

export const checkpointPayload = (head: AuditHead, checkpoint: Checkpoint): string =>
  JSON.stringify({
    _audit: headOf(head),
    chain: checkpoint.chain,
    head: checkpoint.head,
    kid: text(checkpoint.kid),
    seq: checkpoint.seq,
    sig: checkpoint.sig,
  })

/** What a checkpoint's signature is over. */
export const signedText = ({ chain, seq, head }: Pick<Checkpoint, 'chain' | 'seq' | 'head'>): string =>
  `mcp.checkpoint.v1\n${chain}\n${seq}\n${head}`

/** Events that were not kept, for want of room. */
export interface Gap {
  readonly from: string
  readonly lost: number
  readonly reason: string
  readonly until: string
}

export const gapPayload = (head: AuditHead, gap: Gap): string =>
  JSON.stringify({
    _audit: headOf(head),
    from: gap.from,
    lost: gap.lost,
    reason: text(gap.reason),
    until: gap.until,
  })
