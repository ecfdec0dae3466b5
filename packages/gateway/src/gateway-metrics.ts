import type { RequestRecord } from '@mcp-sentinel/events'
import type { PolicySource, Recorder } from '@mcp-sentinel/gateway-middleware'
import { Counter, Gauge, type Metrics } from '@mcp-sentinel/service'
import { createDurationHistogram } from './duration-histogram.ts'

/** Requests that all labels say the same of. */
interface Tally {
  readonly labels: Readonly<Record<(typeof requestLabels)[number], string>>
  readonly reason: string
  readonly statusClass: number
  readonly observe: (durationS: number) => void
  requests: number
  bytesIn: number
  bytesOut: number
}

const requestLabels = ['server', 'namespace', 'rpc_method', 'decision', 'status'] as const

/** Where every decision is counted, on its way to where it is written down. */
export const counted = (recorder: Recorder, metrics: Metrics): Recorder => {
  const registers = [metrics.registry]
  // To find a counter by its labels costs more than to count: that is done when somebody looks.
  const tallies: Tally[] = []
  const durations = createDurationHistogram(metrics, {
    name: 'mcp_gateway_request_duration_seconds',
    help: 'Requests from their first byte to the end of their answer',
    boundsS: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
  })
  const counter = (name: string, help: string, read: (tally: Tally) => number) =>
    new Counter({
      name,
      help,
      labelNames: requestLabels,
      registers,
      collect() {
        this.reset()
        for (const tally of tallies) this.inc(tally.labels, read(tally))
      },
    })
  counter('mcp_gateway_requests_total', 'Requests that were decided', ({ requests }) => requests)
  counter('mcp_gateway_request_bytes_total', 'Bytes of their bodies', ({ bytesIn }) => bytesIn)
  counter('mcp_gateway_response_bytes_total', 'Bytes of their answers', ({ bytesOut }) => bytesOut)
  new Counter({
    name: 'mcp_gateway_policy_decisions_total',
    help: 'Decisions by reason',
    labelNames: ['server', 'namespace', 'rpc_method', 'decision', 'reason'],
    registers,
    collect() {
      this.reset()
      for (const { labels, reason, requests } of tallies) {
        const { status: _, ...rest } = labels
        this.inc({ ...rest, reason }, requests)
      }
    },
  })

  // Without a text put together as a key, which would have to be hashed anew for each request.
  const byReason = new Map<string, Tally[]>()

  const tallyOf = (record: RequestRecord): Tally => {
    const { server, namespace, decision, reason } = record
    const rpc_method = methodLabel(record.rpc_method)
    const statusClass = Math.floor(record.status / 100)
    const alike = byReason.get(reason) ?? []
    for (const tally of alike) {
      const { labels } = tally
      if (
        tally.statusClass === statusClass &&
        labels.rpc_method === rpc_method &&
        labels.decision === decision &&
        labels.server === server &&
        labels.namespace === namespace
      )
        return tally
    }
    const labels = { server, namespace, rpc_method, decision, status: `${statusClass}xx` }
    const tally = {
      labels,
      reason,
      statusClass,
      observe: observeOf(labels),
      requests: 0,
      bytesIn: 0,
      bytesOut: 0,
    }
    tallies.push(tally)
    byReason.set(reason, [...alike, tally])
    return tally
  }

  /** Of whatever reason. */
  const observeOf = (labels: Tally['labels']): Tally['observe'] =>
    tallies.find((tally) => requestLabels.every((name) => tally.labels[name] === labels[name]))?.observe ??
    durations.series(labels)

  const count = (record: RequestRecord): void => {
    const tally = tallyOf(record)
    tally.requests++
    tally.bytesIn += record.bytes_in
    tally.bytesOut += record.bytes_out
    tally.observe(record.latency_ms / 1000)
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
