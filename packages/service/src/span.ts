import {
  type Attributes,
  type Context,
  INVALID_SPAN_CONTEXT,
  type Link,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import { untraced } from './tracing.ts'

const kinds = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
} as const

export interface SpanOptions {
  readonly name: string
  readonly kind?: keyof typeof kinds | undefined
  readonly parent?: Context | undefined
  readonly links?: readonly Link[] | undefined
  readonly attributes?: Attributes | undefined
  /** Epoch milliseconds, for what is told of afterwards. */
  readonly startedAt?: number | undefined
}

export interface OpenSpan {
  readonly span: Span
  /** To be the parent of what happens within. */
  readonly context: Context
}

const noSpan = trace.wrapSpanContext(INVALID_SPAN_CONTEXT)

export const startSpan = (tracer: Tracer, options: SpanOptions): OpenSpan => {
  const { name, kind = 'internal', parent = ROOT_CONTEXT, links = [], attributes = {} } = options
  const { startedAt } = options
  // Nothing is made where nothing is recorded: the caller's span stands for all that happens.
  if (tracer === untraced.tracer) return { span: trace.getSpan(parent) ?? noSpan, context: parent }
  const span = tracer.startSpan(
    name,
    {
      kind: kinds[kind],
      links: [...links],
      attributes,
      ...(startedAt !== undefined && { startTime: startedAt }),
    },
    parent,
  )
  return { span, context: trace.setSpan(parent, span) }
}

/** The span lasts as long as what happens within, and says how that failed. */
export const inSpan = async <T>(
  tracer: Tracer,
  options: SpanOptions,
  within: (open: OpenSpan) => Promise<T>,
): Promise<T> => {
  const open = startSpan(tracer, options)
  try {
    return await within(open)
  } catch (error) {
    failSpan(open.span, error)
    throw error
  } finally {
    open.span.end()
  }
}

export const failSpan = (span: Span, error: unknown): void => {
  span.recordException(error instanceof Error ? error : String(error))
  span.setStatus({ code: SpanStatusCode.ERROR })
}
