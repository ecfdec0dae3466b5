import fc from 'fast-check'
import type { FilterColumn } from '../clickhouse/queries/filter.ts'
import type { EventRow, Rows } from '../clickhouse/rows.ts'
import type { AuditHead } from '../envelope.ts'
import { createIds } from '../ids.ts'
import { decodedOf } from './event-rows.ts'

/** What is known of an event before any store has seen it. */
export interface Fact extends Readonly<Record<FilterColumn, string>> {
  readonly timestampMs: number
  readonly partition: number
  readonly offset: number
  readonly id: string
  readonly chain: string
  readonly seq: number
  readonly latency_ms: number
}

/** When the facts are asked about: in the middle of an hour and of a day. */
export const nowMs = Date.parse('2026-06-15T12:34:56.789Z')

const hourMs = 3_600_000

/** Few of each, so that what is drawn meets, and as few instants of an hour that many events share one. */
const drawn = fc.record({
  timestampMs: fc
    .tuple(fc.oneof(fc.nat(50), fc.nat(40 * 24), fc.nat(380 * 24)), fc.constantFrom(0, 1, 999, hourMs - 1))
    .map(([hours, ms]) => Math.floor(nowMs / hourMs) * hourMs - hours * hourMs + ms),
  partition: fc.nat(2),
  trace_id: fc.constantFrom('', 'trace-1', 'trace-2'),
  source: fc.constantFrom('gateway', 'gateway', 'proxy'),
  event_type: fc.constantFrom('mcp.request', 'mcp.request', 'mcp.request', 'mcp.request', 'mcp.gap'),
  server: fc.constantFrom('', 'billing', 'ledger', 'search', 'search'),
  namespace: fc.constantFrom('', 'finance', 'research'),
  team_id: fc.constantFrom('', 'team-a', 'team-b'),
  cluster: fc.constantFrom('prod', 'test'),
  human_id: fc.constantFrom('', 'anna', 'ben', 'cem', 'dora', 'eli'),
  agent_id: fc.constantFrom('', 'coder', 'writer'),
  session_id: fc.constantFrom('', 's-1', 's-2', 's-3', 's-4'),
  decision: fc.constantFrom('allow', 'allow', 'allow', 'deny', '', 'unknown', 'observe'),
  tool_name: fc.constantFrom('', 'find', 'refund', 'refund'),
  reason: fc.constantFrom('allowed', 'trust_too_low', 'no_matching_grant'),
  rpc_method: fc.constantFrom('tools/call', 'tools/call', 'tools/call', 'tools/list', ''),
  decision_id: fc.constantFrom('d-1', 'd-2', 'd-3'),
  latency_ms: fc.double({ min: 0.01, max: 60_000, noNaN: true }),
})

/** Of what there is, of what there is not, and of what has no name. */
export const aScope = fc.record({
  namespaces: fc.uniqueArray(fc.constantFrom('', 'finance', 'research', 'nowhere')),
  teamIds: fc.uniqueArray(fc.constantFrom('', 'team-a', 'team-b', 'team-z')),
})

/** The same facts at every run, in the order of the log. */
export const drawFacts = (count: number): readonly Fact[] => {
  const nextId = createIds(() => nowMs)
  return fc
    .sample(drawn, { seed: 42, numRuns: count })
    .map((fact, offset) => ({ ...fact, offset, id: nextId(), chain: '', seq: 0 }))
}

/** As a producer without chains would have told it. */
export const payloadOf = (fact: Fact): string => {
  const { timestampMs, partition, offset, id, chain, seq, trace_id, source, event_type, ...members } = fact
  return JSON.stringify(members)
}

const auditOf = ({ chain, seq, id, source, event_type }: Fact): AuditHead => ({
  chain,
  event_type,
  id,
  prev: '',
  seq,
  source,
  time: new Date(nowMs).toISOString(),
  v: 1,
})

/** Received just now whenever it happened: what was received long ago is not kept. */
export const rowOfFact = (fact: Fact, rows: Rows, receivedAtMs: number): EventRow => {
  const { trace_id, source, event_type, timestampMs, partition, offset, id } = fact
  const decoded = decodedOf({ timestamp: '', trace_id, source, event_type, payload: payloadOf(fact) })
  return rows.rowOf({
    decoded: { ...decoded, audit: fact.chain === '' ? undefined : auditOf(fact) },
    id,
    place: { partition, offset },
    timestampMs,
    timestampReplaced: false,
    receivedAtMs,
    keyId: 'key-1',
  })
}
