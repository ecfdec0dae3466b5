/** How a column is filled: from the payload's member of the same name, or by who writes the row. */
export type ColumnSource = 'envelope' | 'text' | 'label' | 'count' | 'number'

/**
 * The columns of `events` that a query can name, in the order of the table. `text`, `label` (few values), `count` and
 * `number` are members of the payload; one of another type counts as one that is not there.
 */
export const columns = {
  timestamp: 'envelope',
  trace_id: 'envelope',
  source: 'envelope',
  event_type: 'envelope',
  payload: 'envelope',
  server: 'label',
  namespace: 'label',
  team_id: 'label',
  cluster: 'label',
  human_id: 'label',
  agent_id: 'label',
  session_id: 'text',
  decision: 'label',
  tool_name: 'label',
  reason: 'label',
  would_be: 'label',
  outcome: 'label',
  subject_team_id: 'label',
  rpc_method: 'label',
  status: 'count',
  latency_ms: 'number',
  required_side_effect: 'label',
  required_trust: 'label',
  admin_trust: 'label',
  consented_trust: 'label',
  effective_trust: 'label',
  risk_level: 'label',
  matched_grant: 'label',
  policy_revision: 'label',
  decision_id: 'text',
  id: 'envelope',
  chain: 'envelope',
  seq: 'envelope',
  chain_note: 'envelope',
  received_at: 'envelope',
  timestamp_replaced: 'envelope',
  key_id: 'envelope',
  log_topic: 'envelope',
  log_partition: 'envelope',
  log_offset: 'envelope',
} as const satisfies Readonly<Record<string, ColumnSource>>

export type ColumnName = keyof typeof columns
export const columnNames = Object.keys(columns) as readonly ColumnName[]
