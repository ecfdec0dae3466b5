import type { TraceContext } from '@mcp-sentinel/events'
import type { Exchange } from './exchange.ts'
import { type Call, isObject } from './message.ts'
import type { IncomingTrace } from './request-tracer.ts'

const none: { readonly [member in keyof TraceContext]?: unknown } = {}
/** Characters of a header; what is longer is no trace context, and would make an event grow. */
const charsMax = 1_024

/** Where a call stands in its trace: what the message says comes before what its carrier says. */
export const traceOf = (exchange: Exchange, call: Call | undefined): TraceContext =>
  (call && toldIn(call)) ?? carriedBy(exchange)

/** The same of a whole request. A batch is one request of several calls, so its carrier alone says it. */
export const incomingTrace = (
  exchange: Exchange,
  calls: readonly Call[],
  startedAt: number,
): IncomingTrace => {
  const carried = carriedBy(exchange)
  const [call] = calls
  const told = call !== undefined && calls.length === 1 ? toldIn(call) : undefined
  const isOther = carried.traceparent !== undefined && carried.traceparent !== told?.traceparent
  return { parent: told ?? carried, link: told !== undefined && isOther ? carried : undefined, startedAt }
}

const toldIn = ({ params }: Call): TraceContext | undefined => {
  const { traceparent, tracestate, baggage } = isObject(params._meta) ? params._meta : none
  return isTraceparent(traceparent) ? contextOf(traceparent, tracestate, baggage) : undefined
}

const carriedBy = ({ header }: Exchange): TraceContext => {
  const traceparent = header('traceparent')
  return isTraceparent(traceparent) ? contextOf(traceparent, header('tracestate'), header('baggage')) : {}
}

const contextOf = (traceparent: string, tracestate: unknown, baggage: unknown): TraceContext => ({
  traceparent,
  tracestate: isText(tracestate) ? tracestate : undefined,
  baggage: isText(baggage) ? baggage : undefined,
})

const isText = (value: unknown): value is string => typeof value === 'string' && value.length <= charsMax

/** Of this version or a later one, which may say more; no id of zeros. */
const traceparentForm = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-|$)/

const isTraceparent = (value: unknown): value is string => isText(value) && traceparentForm.test(value)
