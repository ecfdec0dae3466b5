import { createChain } from '../chain.ts'
import { createRows, type EventRow, type RowSource } from '../clickhouse/rows.ts'
import { type Decoded, decodeEnvelope, encodeEnvelope } from '../codec.ts'
import type { Disclosure, Envelope, RequestRecord } from '../envelope.ts'
import { createIds } from '../ids.ts'

/** As a reader of the log would have it. */
export const decodedOf = (envelope: Envelope): Decoded => {
  const decoding = decodeEnvelope(encodeEnvelope(envelope))
  if (!decoding.ok) throw new Error(decoding.rejection.message)
  return decoding.decoded
}

const aRecord: RequestRecord = {
  agent_id: 'ops-agent',
  bytes_in: 120,
  bytes_out: 480,
  cluster: 'prod',
  decision: 'allow',
  decision_id: '019aa000-0000-7000-8000-000000000001',
  human_id: 'anna',
  latency_ms: 1.5,
  method: 'POST',
  namespace: 'mcp-servers',
  path: '/mcp',
  policy_version: 'v1',
  reason: 'allowed',
  rpc_method: 'tools/call',
  server: 'payments',
  session_id: 'sess-1',
  status: 200,
  subject_team_id: 'team-a',
  team_id: 'team-a',
  tool_name: 'refund',
}

export interface MadeRows {
  /** The next row of the chain at the next offset. */
  readonly next: (changes?: Partial<RequestRecord>, more?: Partial<RowSource>) => EventRow
  readonly chain: string
}

/** Rows of one chain, as a processor would make them. */
export const makeRows = (options: {
  readonly topic: string
  readonly partition?: number
  readonly nowMs?: number
  readonly disclosures?: readonly Disclosure[]
}): MadeRows => {
  const { topic, partition = 0, nowMs = Date.now(), disclosures } = options
  const ids = createIds(() => nowMs)
  const chain = createChain({
    producer: 'mcp-servers/payments/pod-1',
    source: 'gateway',
    clock: () => nowMs,
    ids,
  })
  const rows = createRows(topic)
  let offset = 0
  return {
    chain: chain.position().chain,
    next: (changes = {}, more = {}) => {
      const event = decodedOf({ ...chain.request({ ...aRecord, ...changes }), disclosures })
      return rows.rowOf({
        decoded: event,
        id: event.audit?.id ?? '',
        place: { partition, offset: offset++ },
        timestampMs: nowMs,
        timestampReplaced: false,
        receivedAtMs: nowMs,
        keyId: 'key-1',
        ...more,
      })
    },
  }
}
