import { type Context, type Link, ROOT_CONTEXT, type TextMapGetter, trace } from '@opentelemetry/api'
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core'

/** W3C trace context as it travels: with HTTP, beside an entry of a log, in the envelope of an event. */
export interface TraceHeaders {
  readonly traceparent?: string | undefined
  readonly tracestate?: string | undefined
  readonly baggage?: string | undefined
}

export const traceHeaderNames = ['traceparent', 'tracestate', 'baggage'] as const

const propagator = new CompositePropagator({
  propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()],
})

type Carrier = Readonly<Record<string, string | string[] | undefined>>

const getter: TextMapGetter<Carrier> = {
  keys: (carrier) => Object.keys(carrier),
  get: (carrier, name) => carrier[name],
}

/** The context that headers bring; the root where they bring none, or none that can be read. */
export const contextOf = (headers: Carrier | TraceHeaders): Context => {
  // Nearly all that comes has none of them: nothing is parsed then.
  if (headers['traceparent'] === undefined && headers['baggage'] === undefined) return ROOT_CONTEXT
  return propagator.extract(ROOT_CONTEXT, headers as Carrier, getter)
}

/** The headers that hand a context on; none for the root. */
export const traceHeadersOf = (context: Context): TraceHeaders => {
  if (context === ROOT_CONTEXT) return {}
  const headers: { -readonly [K in keyof TraceHeaders]: TraceHeaders[K] } = {}
  propagator.inject(context, headers, {
    set: (carrier, name, value) => {
      carrier[name as keyof TraceHeaders] = value
    },
  })
  return headers
}

/** What a span points to that has more than one cause, such as the insert of a batch. */
export const linkTo = (context: Context): Link | undefined => {
  const spanContext = trace.getSpanContext(context)
  return spanContext && { context: spanContext }
}
