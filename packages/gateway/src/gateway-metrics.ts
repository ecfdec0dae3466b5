import type { RequestRecord } from '@mcp-sentinel/events'
import type { PolicySource, Recorder } from '@mcp-sentinel/gateway-middleware'
import { Counter, Gauge, Histogram, type Metrics } from '@mcp-sentinel/service'

/** Where every decision is counted, on its way to where it is written down. */
export const counted = (recorder: Recorder, { registry }: Metrics): Recorder => {
  const registers = [registry]
  const labelNames = ['server', 'namespace', 'rpc_method', 'decision', 'status'] as const
  const requests = new Histogram({
    name: 'mcp_gateway_request_duration_seconds',
    help: 'Requests from their first byte to the end of their answer',
    labelNames,
    buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    registers,
  })
  const counter = (name: string, help: string) => new Counter({ name, help, labelNames, registers })
  const total = counter('mcp_gateway_requests_total', 'Requests that were decided')
  const bytesIn = counter('mcp_gateway_request_bytes_total', 'Bytes of their bodies')
  const bytesOut = counter('mcp_gateway_response_bytes_total', 'Bytes of their answers')
  const decisions = new Counter({
    name: 'mcp_gateway_policy_decisions_total',
    help: 'Decisions by reason',
    labelNames: ['server', 'namespace', 'rpc_method', 'decision', 'reason'],
    registers,
  })

  const count = (record: RequestRecord): void => {
    const { server, namespace, decision, reason } = record
    const rpc_method = methodLabel(record.rpc_method)
    const labels = { server, namespace, rpc_method, decision, status: `${Math.floor(record.status / 100)}xx` }
    total.inc(labels)
    requests.observe(labels, record.latency_ms / 1000)
    bytesIn.inc(labels, record.bytes_in)
    bytesOut.inc(labels, record.bytes_out)
    decisions.inc({ server, namespace, rpc_method, decision, reason })
  }

  const { begin } = recorder
  return {
    record: (record, trace, type) => {
      if (type !== 'mcp.request.open') count(record)
      return recorder.record(record, trace, type)
    },
    ...(begin && {
      begin: async (record, trace) => {
        const intent = await begin(record, trace)
        return {
          close: (end) => {
            count(end)
            intent.close(end)
          },
        }
      },
    }),
  }
}

const methods = new Set([
  'completion/complete',
  'initialize',
  'logging/setLevel',
  'ping',
  'prompts/get',
  'prompts/list',
  'resources/list',
  'resources/read',
  'resources/subscribe',
  'resources/templates/list',
  'resources/unsubscribe',
  'server/discover',
  'subscriptions/listen',
  'tools/call',
  'tools/list',
])

/** Whatever a client may write becomes one of a few: a label must not grow with what is sent. */
const methodLabel = (method: string | undefined): string =>
  method === undefined ? 'none' : methods.has(method) ? method : 'other'

/** What is asked of the gateway when somebody looks. */
export const watchGateway = (
  { registry }: Metrics,
  { policy, openCalls }: { readonly policy: PolicySource; readonly openCalls: () => number },
): void => {
  const registers = [registry]
  new Gauge({
    name: 'mcp_gateway_inflight_requests',
    help: 'Requests that went on and have not ended',
    registers,
    collect() {
      this.set(openCalls())
    },
  })
  new Gauge({
    name: 'mcp_gateway_policy_last_success_timestamp_seconds',
    help: 'When the policy in force was read',
    registers,
    collect() {
      this.set((policy.status().loadedAt ?? 0) / 1000)
    },
  })
  new Gauge({
    name: 'mcp_gateway_policy_failing',
    help: 'Is what the source of the policy has now not in force?',
    registers,
    collect() {
      this.set(Number(policy.status().lastError !== undefined))
    },
  })
  new Gauge({
    name: 'mcp_gateway_policy_active_revision_info',
    help: 'The policy in force',
    labelNames: ['revision', 'schema_version'],
    registers,
    collect() {
      this.reset()
      const schema_version = policy.current()?.document.schema_version ?? 'v1'
      this.set({ revision: policy.status().revision, schema_version }, 1)
    },
  })
}
