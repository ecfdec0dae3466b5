import type { TraceContext } from '@mcp-sentinel/events'

/** Port: where spans of requests come from. The core knows none of those who make them. */
export interface RequestTracer {
  /** A request has come. Undefined: its trace is not recorded, and its context goes on as it came. */
  readonly begin: (incoming: IncomingTrace) => RequestSpan | undefined
}

export interface IncomingTrace {
  /** Where the request stands in its trace; nothing where none was begun. */
  readonly parent: TraceContext
  /** What its carrier said, where its message said otherwise. */
  readonly link: TraceContext | undefined
  /** Epoch milliseconds. */
  readonly startedAt: number
}

export interface RequestSpan {
  /** What stands in records, and whoever is called because of the request is told. */
  readonly context: TraceContext
  /** Once. */
  readonly end: (end: SpanEnd) => void
}

/** What came of a request; of its arguments there is nothing in it. */
export interface SpanEnd {
  /** Of HTTP. */
  readonly method: string
  readonly status: number
  readonly isAborted: boolean
  /** One for each call of the request; one for a request without, when it was refused. */
  readonly decisions: readonly SpanDecision[]
}

export interface SpanDecision {
  readonly decisionId: string
  readonly isAllowed: boolean
  readonly reason: string
  readonly rpcMethod: string | undefined
  readonly tool: string | undefined
}
