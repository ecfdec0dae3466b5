import type { RequestRecord, TraceContext } from '@mcp-sentinel/events'
import type { Recorder } from '@mcp-sentinel/gateway-middleware'
import { contextOf, startSpan, type Tracer } from '@mcp-sentinel/service'

/**
 * A span for each request whose trace is recorded, made when the request is over: those that are not recorded cost
 * nothing. Names are those of OpenTelemetry's conventions for MCP, which may change; they stand here and nowhere else.
 */
export const traced = (recorder: Recorder, tracer: Tracer, clock: () => number): Recorder => {
  const tell = (record: RequestRecord, trace: TraceContext | undefined): void => {
    if (!isRecorded(trace?.traceparent)) return
    const now = clock()
    const { span } = startSpan(tracer, {
      name: [record.rpc_method ?? record.method, record.tool_name].filter(Boolean).join(' '),
      kind: 'server',
      parent: contextOf(trace ?? {}),
      startedAt: now - record.latency_ms,
      attributes: attributesOf(record),
    })
    span.end(now)
  }

  const { begin } = recorder
  return {
    record: (record, trace, type) => {
      if (type !== 'mcp.request.open') tell(record, trace)
      return recorder.record(record, trace, type)
    },
    ...(begin && {
      begin: async (record, trace) => {
        const intent = await begin(record, trace)
        return {
          close: (end) => {
            tell(end, trace)
            intent.close(end)
          },
        }
      },
    }),
  }
}

/** The flag is the last bit of the last field. */
const isRecorded = (traceparent: string | undefined): boolean =>
  traceparent !== undefined && (Number.parseInt(traceparent.slice(53, 55), 16) & 1) === 1

const attributesOf = (record: RequestRecord) => ({
  'mcp.method.name': record.rpc_method ?? '',
  'http.request.method': record.method,
  'http.response.status_code': record.status,
  'mcp.sentinel.decision': record.decision,
  'mcp.sentinel.reason': record.reason,
  'mcp.sentinel.decision_id': record.decision_id,
  ...(record.tool_name === undefined
    ? {}
    : { 'gen_ai.tool.name': record.tool_name, 'gen_ai.operation.name': 'execute_tool' }),
  ...(record.decision === 'deny' ? { 'error.type': record.reason } : {}),
})
