import type { Exchange } from './exchange.ts'
import { type Decided, type End, isToolCall } from './record.ts'
import type { RequestSpan, SpanDecision } from './request-tracer.ts'

/** A request with its span, where it has one. */
interface Spanned {
  readonly exchange: Exchange
  readonly span: RequestSpan | undefined
}

export const endSpan = (
  { span, exchange }: Spanned,
  { status, outcome }: Pick<End, 'status' | 'outcome'>,
  decided: readonly Decided[],
): void =>
  span?.end({
    method: exchange.method,
    status,
    isAborted: outcome === 'aborted',
    decisions: decided.map(decisionOf),
  })

const decisionOf = ({ decisionId, isAllowed, reason, call }: Decided): SpanDecision => ({
  decisionId,
  isAllowed,
  reason,
  rpcMethod: call?.method,
  // As in the record: the target of another method may hold what nobody should read.
  tool: isToolCall(call) ? call.target.name : undefined,
})
