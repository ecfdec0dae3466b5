import assert from 'node:assert/strict'
import { type Reason, reasons } from '@mcp-sentinel/policy'
import type { Era } from './era.ts'
import type { Answer } from './exchange.ts'
import type { Call } from './message.ts'
import { refusalTexts } from './refusal-texts.ts'

/** How a refusal is spoken: by status, as an error of JSON-RPC, or as a tool's result that the model reads. */
export type DenialStyle = 'http' | 'jsonrpc' | 'tool-result'

/** One refused call, or a refused request that holds none. */
export interface Refusal {
  readonly reason: Reason
  /** Of the event that tells of it. */
  readonly decisionId: string
  readonly call?: Pick<Call, 'id' | 'method'> | undefined
  /** The argument that a condition stumbled over. */
  readonly pointer?: string | undefined
  /** More than the reason says: what was wrong with the request. */
  readonly detail?: string | undefined
  /** In place of `status × 1000`, where a specification has one of its own. */
  readonly code?: number | undefined
  /** In place of the reason's own. */
  readonly status?: number | undefined
}

export interface Refused {
  /** At least one; more for a batch. */
  readonly refusals: readonly Refusal[]
  readonly isBatch: boolean
  readonly era: Era
  readonly style: DenialStyle
  /** `WWW-Authenticate`. */
  readonly challenge?: string | undefined
  /** Of the four parts of an identity, for adapters that can add them. */
  readonly identityHeaders?: readonly string[] | undefined
}

const reasonHeader = 'x-mcp-denial-reason'
const decisionMember = 'mcpruntime.org/decision'
const retryAfterS = 1

/** What a refused client gets: always something that its protocol knows, never the server's. */
export const answerOf = (refused: Refused): Answer => {
  const { refusals, isBatch, style, challenge } = refused
  const [first] = refusals
  assert(first !== undefined, 'nothing was refused')
  const status = statusOf(first)
  // Clients act on a challenge, on a request that cannot be read, and on a session that is gone, by their statuses.
  const isPlain = style === 'http' || challenge !== undefined || first.code !== undefined || status === 404
  const bodies = refusals.flatMap((refusal) => bodyOf(refusal, refused, isPlain))
  const headers = { [reasonHeader]: first.reason, 'cache-control': 'no-store' }
  if (bodies.length === 0) return { status: 202, headers, body: '' }
  return {
    status: isPlain ? status : 200,
    headers: {
      ...headers,
      'content-type': 'application/json',
      ...(challenge === undefined ? {} : { 'www-authenticate': challenge }),
      ...(isPlain && status === 503 ? { 'retry-after': String(retryAfterS) } : {}),
    },
    body: JSON.stringify(isBatch ? bodies : bodies[0]),
  }
}

const statusOf = ({ status, reason }: Refusal): number => status ?? reasons[reason]

/** Notifications have no answer but a status. */
const bodyOf = (refusal: Refusal, refused: Refused, isPlain: boolean): readonly object[] => {
  const { call, reason, decisionId } = refusal
  const isNotification = call !== undefined && call.id === undefined
  if (isNotification && (refused.isBatch || !isPlain)) return []
  const id = call?.id ?? null
  const text = `Refused: ${textOf(refusal)} (${reason}).`
  const isTool = call?.method === 'tools/call' || call?.method === 'call_tool'
  if (isPlain || refused.style === 'jsonrpc' || !isTool)
    return [
      { jsonrpc: '2.0', id, error: { code: codeOf(refusal), message: text, data: dataOf(refusal, refused) } },
    ]
  const told = { decision: 'deny', reason, decision_id: decisionId, ...hintsOf(refusal, refused) }
  return [
    {
      jsonrpc: '2.0',
      id,
      result: {
        content: [{ type: 'text', text }],
        isError: true,
        ...(refused.era === 'modern' ? { resultType: 'complete' } : {}),
        _meta: { [decisionMember]: told },
      },
    },
  ]
}

const textOf = ({ reason, detail, pointer }: Refusal): string =>
  detail ?? (pointer === undefined ? refusalTexts[reason] : `${refusalTexts[reason]}: ${pointer}`)

const codeOf = (refusal: Refusal): number => refusal.code ?? statusOf(refusal) * 1000

const dataOf = (refusal: Refusal, refused: Refused) => ({
  reason: refusal.reason,
  decision_id: refusal.decisionId,
  ...hintsOf(refusal, refused),
})

/** What an adapter in front of the client could do about it. */
const hintsOf = ({ reason }: Refusal, { identityHeaders }: Refused) =>
  identityHeaders !== undefined && (reason === 'missing_identity' || reason === 'missing_session')
    ? { adapter_required: true, required_headers: identityHeaders }
    : {}
