import type { TraceContext } from '@mcp-sentinel/events'
import type { Exchange } from './exchange.ts'
import type { Call } from './message.ts'
import { isObject } from './message.ts'

const none: { readonly [member in keyof TraceContext]?: unknown } = {}
/** Characters of a header; what is longer is no trace context, and would make an event grow. */
const charsMax = 1_024

/** Where a call stands in its trace: what the message says comes before what its carrier says. */
export const traceOf = ({ header }: Exchange, call: Call | undefined): TraceContext => {
  const meta = call?.params._meta
  const { traceparent, tracestate, baggage } = isObject(meta) ? meta : none
  if (isText(traceparent)) return contextOf(traceparent, tracestate, baggage)
  const carried = header('traceparent')
  return isText(carried) ? contextOf(carried, header('tracestate'), header('baggage')) : {}
}

const contextOf = (traceparent: string, tracestate: unknown, baggage: unknown): TraceContext => ({
  traceparent,
  tracestate: isText(tracestate) ? tracestate : undefined,
  baggage: isText(baggage) ? baggage : undefined,
})

const isText = (value: unknown): value is string => typeof value === 'string' && value.length <= charsMax
