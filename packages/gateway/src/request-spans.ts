import type { TraceContext } from '@mcp-sentinel/events'
import type { Passed, RequestTracer } from '@mcp-sentinel/gateway-middleware'
import { contextOf, failSpan, linkTo, startSpan, type Tracer, traceHeadersOf } from '@mcp-sentinel/service'
import {
  answeredAttributes,
  attributesOf,
  nameOf,
  onwardAttributes,
  onwardName,
  unnamed,
} from './span-names.ts'

/**
 * A span for each request whose trace is recorded, and a trace for each that comes without one. A request of a trace that its
 * caller does not record costs a look at its flags, and its context goes on as it came.
 */
export const createRequestTracer = (tracer: Tracer): RequestTracer => ({
  begin: ({ parent, link, startedAt }) => {
    if (parent.traceparent !== undefined && !isRecorded(parent)) return undefined
    const { span, context } = startSpan(tracer, {
      name: unnamed,
      kind: 'server',
      parent: spanContextOf(parent),
      links: [link && linkTo(spanContextOf(link))].filter((one) => one !== undefined),
      startedAt,
    })
    return {
      context: { ...traceHeadersOf(context), baggage: parent.baggage },
      end: (end) => {
        if (!span.isRecording()) return
        span.updateName(nameOf(end.decisions)).setAttributes(attributesOf(end))
        if (end.isAborted) failSpan(span, 'aborted')
        else if (end.status >= 500) failSpan(span, `answered ${end.status}`)
        span.end()
      },
    }
  },
})

/** The request to the server behind us, within that of the client's. */
interface OnwardSpan {
  /** What the server is told. */
  readonly context: TraceContext
  readonly end: (end: { readonly kind: 'closed' | 'aborted' | 'failed'; readonly status: number }) => void
}

export type StartOnward = (method: string, passed: Passed) => OnwardSpan | undefined

/** Undefined where nothing was begun here: then the server is told what came. */
export const createOnwardSpans =
  (tracer: Tracer, upstream: URL): StartOnward =>
  (method, { trace, calls }) => {
    if (trace === undefined) return undefined
    if (!isRecorded(trace)) return { context: trace, end: () => {} }
    const { span, context } = startSpan(tracer, {
      name: onwardName(calls),
      kind: 'client',
      parent: spanContextOf(trace),
      attributes: onwardAttributes(method, upstream),
    })
    return {
      context: { ...traceHeadersOf(context), baggage: trace.baggage },
      end: ({ kind, status }) => {
        if (status !== 0) span.setAttributes(answeredAttributes(status))
        if (kind !== 'closed') failSpan(span, kind)
        span.end()
      },
    }
  }

/** Baggage goes by as it is written; to read it would be work for nothing. */
const spanContextOf = ({ traceparent, tracestate }: TraceContext) => contextOf({ traceparent, tracestate })

/** The flag is the last bit of the last field. */
const isRecorded = ({ traceparent = '' }: TraceContext): boolean =>
  (Number.parseInt(traceparent.slice(53, 55), 16) & 1) === 1
