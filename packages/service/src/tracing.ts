import { ProxyTracerProvider, type Tracer } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  BatchSpanProcessor,
  InMemorySpanExporter,
  ParentBasedSampler,
  type ReadableSpan,
  SimpleSpanProcessor,
  type SpanProcessor,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace'

export type { Context, Span, Tracer } from '@opentelemetry/api'
export type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace'

export interface TracingOptions {
  readonly serviceName: string
  readonly serviceVersion?: string | undefined
  /** Where an OTLP/HTTP collector listens; `v1/traces` is added. */
  readonly endpoint?: URL | undefined
  /** Instead of an endpoint, such as a recorder in a test. */
  readonly processor?: SpanProcessor | undefined
  /** Of traces that begin here. A caller's decision is kept. */
  readonly sampleRatio?: number | undefined
}

export interface Tracing {
  readonly tracer: Tracer
  /** Spans that have ended are sent before it resolves. */
  readonly close: () => Promise<void>
}

/** Nothing is registered for the whole process: who wants spans is handed the tracer. */
export const createTracing = (options: TracingOptions): Tracing => {
  const { serviceName, serviceVersion, endpoint, sampleRatio = 1 } = options
  const processor = options.processor ?? (endpoint && exportTo(endpoint))
  if (processor === undefined) return untraced
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.name': serviceName,
      ...(serviceVersion === undefined ? {} : { 'service.version': serviceVersion }),
    }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(sampleRatio) }),
    spanProcessors: [processor],
    spanLimits: { attributeValueLengthLimit: 1024 },
  })
  return { tracer: provider.getTracer('@mcp-sentinel/service'), close: () => provider.shutdown() }
}

/** Spans of this tracer record nothing and are the caller's, so that its context travels on. */
export const untraced: Tracing = {
  tracer: new ProxyTracerProvider().getTracer(''),
  close: async () => {},
}

const exportTo = (endpoint: URL): SpanProcessor => {
  const base = endpoint.href.endsWith('/') ? endpoint : new URL(`${endpoint.href}/`)
  const exporter = new OTLPTraceExporter({ url: new URL('v1/traces', base).href, timeoutMillis: 5_000 })
  return new BatchSpanProcessor({ exporter, maxQueueSize: 4096, exportTimeoutMillis: 10_000 })
}

export interface SpanRecorder {
  readonly processor: SpanProcessor
  readonly finished: () => readonly ReadableSpan[]
}

/** Keeps spans in memory, for tests. */
export const createSpanRecorder = (): SpanRecorder => {
  const exporter = new InMemorySpanExporter()
  return { processor: new SimpleSpanProcessor({ exporter }), finished: () => exporter.getFinishedSpans() }
}
