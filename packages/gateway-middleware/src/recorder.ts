import type { RequestRecord, TraceContext } from '@mcp-sentinel/events'

/** Port: where decisions are written down. The spool of `@mcp-sentinel/events` is one. */
export interface Recorder {
  readonly record: (
    record: RequestRecord,
    trace?: TraceContext,
    type?: 'mcp.request' | 'mcp.request.open',
  ) => unknown
  /**
   * Resolves when it is durable that the call goes on; rejects when that cannot be. Without it, calls whose rules ask
   * for `audit: required` are refused.
   */
  readonly begin?: (record: RequestRecord, trace?: TraceContext) => Promise<Intent>
}

export interface Intent {
  /** How the call ended. */
  readonly close: (record: RequestRecord) => void
}
