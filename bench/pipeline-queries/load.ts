import type { ClickHouse } from '@mcp-sentinel/events/clickhouse'

export interface Load {
  readonly rows: number
  readonly nowMs: number
  readonly seed: number
}

export const days = 30
const people = 2_000

/** Rows of one statement: what the engine holds of it at a time stays well below its memory. */
const rowsAtATime = 500_000

/** Every value of a row is drawn from its number and the seed, so that the same seed makes the same rows. */
const drawn = (what: number): string => `cityHash64(number, ${what}, {seed:UInt64})`

/**
 * Thirty days of a company: forty servers of eight tools, people of whom few do much, each with a dozen tools on three
 * servers and two agents, one call in twenty refused.
 */
const select = `
SELECT
    fromUnixTimestamp64Milli({nowMs:Int64} - toInt64(({rows:UInt64} - 1 - number) * ${days * 86_400_000} / {rows:UInt64}), 'UTC') AS timestamp,
    hex(${drawn(1)}) || hex(${drawn(2)}) AS trace_id,
    'gateway' AS source,
    if(number % 1000 = 0, 'mcp.checkpoint', 'mcp.request') AS event_type,
    concat(
        '{"_audit":{"chain":"', chain, '","id":"', toString(id), '","prev":"', lower(hex(SHA256(toString(number)))),
        '","seq":', toString(number), ',"source":"gateway","time":"', toString(timestamp), '","type":"mcp.request","v":1}',
        ',"admin_trust":"high","agent_id":"', agent_id, '","arguments_digest":"', lower(hex(SHA256(toString(tool)))),
        '","audit":"required","bytes_in":', toString(${drawn(3)} % 4000), ',"bytes_out":', toString(${drawn(4)} % 40000),
        ',"cluster":"prod","consented_trust":"high","decision":"', decision, '","decision_id":"', decision_id,
        '","effective_trust":"high","evaluator":"1.0.0","human_id":"', human_id, '","latency_ms":', toString(latency_ms),
        ',"matched_grant":"', matched_grant, '","method":"POST","namespace":"', namespace,
        '","outcome":"closed","path":"/mcp","policy_revision":"r:93ab31f3c1d2","policy_version":"v1","reason":"', reason,
        '","required_side_effect":"read","required_trust":"low","risk_level":"low","rpc_method":"', rpc_method,
        '","server":"', server, '","session_id":"', session_id, '","status":', toString(status),
        ',"subject_team_id":"', team_id, '","team_id":"', team_id, '","tool_digest":"', lower(hex(SHA256(tool_name))),
        '","tool_name":"', tool_name, '"}') AS payload,
    'server-' || toString(server_number) AS server,
    ['mcp-servers', 'payments', 'research', 'support'][server_number % 4 + 1] AS namespace,
    'team-' || toString(server_number % 4) AS team_id,
    'prod' AS cluster,
    'person-' || toString(person) || '@example.com' AS human_id,
    'agent-' || toString(cityHash64(person, slot % 2) % 50) AS agent_id,
    lower(hex(cityHash64(person, slot % 2, toDate(timestamp)))) AS session_id,
    if(${drawn(5)} % 20 = 0, 'deny', 'allow') AS decision,
    if(rpc_method = 'tools/call', 'tool-' || toString(tool), '') AS tool_name,
    if(decision = 'deny', ['trust_too_low', 'no_matching_grant', 'tool_not_granted', 'session_expired'][cityHash64(person, slot, 'reason') % 4 + 1], 'allowed') AS reason,
    '' AS would_be,
    'closed' AS outcome,
    team_id AS subject_team_id,
    ['tools/list', 'initialize', 'tools/call'][least(${drawn(6)} % 10, 2) + 1] AS rpc_method,
    if(decision = 'deny', 403, 200) AS status,
    round(5 + 2000 / (1 + ${drawn(7)} % 400), 2) AS latency_ms,
    'read' AS required_side_effect, 'low' AS required_trust, 'high' AS admin_trust, 'high' AS consented_trust,
    'high' AS effective_trust, 'low' AS risk_level,
    'grant-' || toString(person % 100) AS matched_grant,
    'r:93ab31f3c1d2' AS policy_revision,
    toString(reinterpretAsUUID(unhex(hex(${drawn(8)}) || hex(${drawn(9)})))) AS decision_id,
    reinterpretAsUUID(unhex(hex(${drawn(10)}) || hex(${drawn(11)}))) AS id,
    namespace || '/' || server || '/pod-' || toString(number % 2) || '/0193-week-' || toString(toWeek(timestamp)) AS chain,
    number + 1 AS seq,
    '' AS chain_note,
    timestamp AS received_at,
    false AS timestamp_replaced,
    'key-1' AS key_id,
    'mcp.events' AS log_topic,
    toUInt32(server_number % 8) AS log_partition,
    number AS log_offset
FROM
(
    SELECT
        number,
        toUInt32(pow((${drawn(12)} % 1000000) / 1000000, 3) * ${people}) AS person,
        ${drawn(13)} % 12 AS slot,
        cityHash64(person, slot % 3, 'server') % 40 AS server_number,
        cityHash64(person, slot, 'tool') % 8 AS tool
    FROM numbers({first:UInt64}, {count:UInt64})
)`

const columns = Array.from(select.matchAll(/ AS (\w+)(?=,|\n)/g), ([, name]) => name).filter(
  (name) => !['person', 'slot', 'server_number', 'tool'].includes(name ?? ''),
)

/** Fills `events` from inside the engine, past the intake and its fences. */
export const loadEvents = async (store: ClickHouse, { rows, nowMs, seed }: Load): Promise<void> => {
  for (let first = 0; first < rows; first += rowsAtATime) {
    const count = Math.min(rowsAtATime, rows - first)
    await store.command(`INSERT INTO events (${columns.join(', ')}) ${select}`, {
      parameters: { rows, nowMs, seed, first, count },
      settings: {
        async_insert: 0,
        min_insert_block_size_rows: '200000',
        min_insert_block_size_bytes: '100000000',
      },
    })
  }
}
