/**
 * `events` is ordered by time first: the newest rows are what people ask for, and reading them must not depend on how
 * many servers there are. Its rows are never updated. Granules and compressed blocks are small, because a page of rare
 * events takes one row of each. Parts that are soon merged have all columns in one file, which an insert syncs quicker
 * than a hundred. Indexes over columns of few values are coarse: they only help where a value is rare, and are looked at
 * whether they help or not.
 *
 * The defaults let a writer that only knows the first five columns (the Go implementation's) go on; ours gives all of
 * them, which saves the parsing. `rand()` gives such a writer's rows an order among those of one millisecond.
 */
const events = `
CREATE TABLE IF NOT EXISTS events
(
    timestamp DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    trace_id String CODEC(ZSTD(1)),
    source LowCardinality(String),
    event_type LowCardinality(String),
    payload String CODEC(ZSTD(1)),
    server LowCardinality(String) DEFAULT JSONExtractString(payload, 'server'),
    namespace LowCardinality(String) DEFAULT JSONExtractString(payload, 'namespace'),
    team_id LowCardinality(String) DEFAULT JSONExtractString(payload, 'team_id'),
    cluster LowCardinality(String) DEFAULT JSONExtractString(payload, 'cluster'),
    human_id LowCardinality(String) DEFAULT JSONExtractString(payload, 'human_id'),
    agent_id LowCardinality(String) DEFAULT JSONExtractString(payload, 'agent_id'),
    session_id String DEFAULT JSONExtractString(payload, 'session_id') CODEC(ZSTD(1)),
    decision LowCardinality(String) DEFAULT JSONExtractString(payload, 'decision'),
    tool_name LowCardinality(String) DEFAULT JSONExtractString(payload, 'tool_name'),
    reason LowCardinality(String) DEFAULT JSONExtractString(payload, 'reason'),
    would_be LowCardinality(String) DEFAULT JSONExtractString(payload, 'would_be'),
    outcome LowCardinality(String) DEFAULT JSONExtractString(payload, 'outcome'),
    subject_team_id LowCardinality(String) DEFAULT JSONExtractString(payload, 'subject_team_id'),
    rpc_method LowCardinality(String) DEFAULT JSONExtractString(payload, 'rpc_method'),
    status UInt16 DEFAULT least(JSONExtractUInt(payload, 'status'), 65535),
    latency_ms Float64 DEFAULT JSONExtractFloat(payload, 'latency_ms') CODEC(ZSTD(1)),
    required_side_effect LowCardinality(String) DEFAULT JSONExtractString(payload, 'required_side_effect'),
    required_trust LowCardinality(String) DEFAULT JSONExtractString(payload, 'required_trust'),
    admin_trust LowCardinality(String) DEFAULT JSONExtractString(payload, 'admin_trust'),
    consented_trust LowCardinality(String) DEFAULT JSONExtractString(payload, 'consented_trust'),
    effective_trust LowCardinality(String) DEFAULT JSONExtractString(payload, 'effective_trust'),
    risk_level LowCardinality(String) DEFAULT JSONExtractString(payload, 'risk_level'),
    matched_grant LowCardinality(String) DEFAULT JSONExtractString(payload, 'matched_grant'),
    policy_revision LowCardinality(String) DEFAULT JSONExtractString(payload, 'policy_revision'),
    decision_id String DEFAULT JSONExtractString(payload, 'decision_id') CODEC(ZSTD(1)),
    id UUID DEFAULT generateUUIDv7(),
    chain LowCardinality(String) DEFAULT JSONExtractString(payload, '_audit', 'chain'),
    seq UInt64 DEFAULT JSONExtractUInt(payload, '_audit', 'seq') CODEC(Delta, ZSTD(1)),
    chain_note LowCardinality(String),
    received_at DateTime64(3, 'UTC') DEFAULT now64(3) CODEC(Delta, ZSTD(1)),
    timestamp_replaced Bool,
    key_id LowCardinality(String),
    log_topic LowCardinality(String),
    log_partition UInt32,
    log_offset UInt64 DEFAULT rand() CODEC(Delta, ZSTD(1)),

    INDEX idx_events_trace_id trace_id TYPE bloom_filter(0.01) GRANULARITY 4,
    INDEX idx_events_human_id human_id TYPE bloom_filter(0.01) GRANULARITY 4,
    INDEX idx_events_agent_id agent_id TYPE bloom_filter(0.01) GRANULARITY 4,
    INDEX idx_events_session_id session_id TYPE bloom_filter(0.01) GRANULARITY 4,
    INDEX idx_events_decision_id decision_id TYPE bloom_filter(0.01) GRANULARITY 4,
    INDEX idx_events_id id TYPE bloom_filter(0.01) GRANULARITY 4,
    INDEX idx_events_server server TYPE bloom_filter(0.01) GRANULARITY 32,
    INDEX idx_events_namespace namespace TYPE bloom_filter(0.01) GRANULARITY 32,
    INDEX idx_events_team_id team_id TYPE bloom_filter(0.01) GRANULARITY 32,
    INDEX idx_events_cluster cluster TYPE bloom_filter(0.01) GRANULARITY 32,
    INDEX idx_events_tool_name tool_name TYPE bloom_filter(0.01) GRANULARITY 32,
    INDEX idx_events_source source TYPE bloom_filter(0.01) GRANULARITY 32,
    INDEX idx_events_event_type event_type TYPE bloom_filter(0.01) GRANULARITY 32,
    INDEX idx_events_rpc_method rpc_method TYPE bloom_filter(0.01) GRANULARITY 32,
    INDEX idx_events_reason reason TYPE bloom_filter(0.01) GRANULARITY 32,
    INDEX idx_events_decision decision TYPE bloom_filter(0.01) GRANULARITY 32,
    INDEX idx_events_chain chain TYPE bloom_filter(0.01) GRANULARITY 32,
    INDEX idx_events_log_offset log_offset TYPE minmax GRANULARITY 4,

    -- What there is at all: asked by whoever opens a dashboard.
    PROJECTION kinds
    (
        SELECT namespace, server, source, event_type, count() GROUP BY namespace, server, source, event_type
    ),
    -- How far each partition of the log has come: asked at every claim.
    PROJECTION places (SELECT log_topic, log_partition, max(log_offset) GROUP BY log_topic, log_partition),
    -- How far each chain has come: asked when a chain is first met.
    PROJECTION chains (SELECT chain, max(seq) GROUP BY chain),
    -- What tools are called and what is decided, by the day: series, sums, sessions, latencies. Of this and the next
    -- all that a question is about is read, for which granules as small as the table's take twice the time. Smaller
    -- projections stand first: of those with as many granules the first is taken.
    PROJECTION calls
    (
        SELECT
            event_type, rpc_method, toStartOfDay(timestamp), namespace, team_id, server, tool_name, decision, reason,
            count(), uniqIf(session_id, notEmpty(session_id)), quantilesDD(0.01, 0.5, 0.9, 0.99)(latency_ms)
        GROUP BY
            event_type, rpc_method, toStartOfDay(timestamp), namespace, team_id, server, tool_name, decision, reason
    ) WITH SETTINGS (index_granularity = 2048),
    -- Who calls which tool, by the week; for the week that a window begins in, also from each of its days on.
    PROJECTION callers
    (
        SELECT
            event_type, rpc_method, toMonday(timestamp), namespace, team_id, server, tool_name, decision,
            human_id, agent_id, count(), countIf(decision = 'allow'), countIf(decision = 'deny'),
            countIf(toDayOfWeek(timestamp) >= 2), countIf(toDayOfWeek(timestamp) >= 3),
            countIf(toDayOfWeek(timestamp) >= 4), countIf(toDayOfWeek(timestamp) >= 5),
            countIf(toDayOfWeek(timestamp) >= 6), countIf(toDayOfWeek(timestamp) >= 7), max(timestamp)
        GROUP BY
            event_type, rpc_method, toMonday(timestamp), namespace, team_id, server, tool_name, decision,
            human_id, agent_id
    ) WITH SETTINGS (index_granularity = 2048)
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(received_at)
ORDER BY (timestamp, log_partition, log_offset)
TTL toDateTime(received_at) + INTERVAL 400 DAY
SETTINGS
    index_granularity = 256, min_compress_block_size = 8192, min_bytes_for_wide_part = 104857600,
    fsync_after_insert = 1, fsync_part_directory = 1`

/** Values apart from what is hashed, so that deleting rows here erases them and every chain still verifies. */
const disclosures = `
CREATE TABLE IF NOT EXISTS event_disclosures
(
    event_id UUID,
    pointer String,
    salt String,
    value String CODEC(ZSTD(1)),
    received_at DateTime64(3, 'UTC')
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(received_at)
ORDER BY (event_id, pointer)
TTL toDateTime(received_at) + INTERVAL 400 DAY
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1`

/** Who may write the events of a partition: the highest (epoch, owner). */
const fences = `
CREATE TABLE IF NOT EXISTS fences
(
    log_topic LowCardinality(String),
    log_partition UInt32,
    epoch UInt64,
    owner UUID,
    written_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = MergeTree
ORDER BY (log_topic, log_partition, epoch)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1`

/** Plain types: what casts to `LowCardinality` does so column by column in the view, quicker than value by value. */
const intake = `
CREATE TABLE IF NOT EXISTS events_intake
(
    timestamp_ms Int64, trace_id String, source String, event_type String, payload String,
    server String, namespace String, team_id String, cluster String,
    human_id String, agent_id String, session_id String, decision String, tool_name String, reason String,
    would_be String, outcome String, subject_team_id String, rpc_method String,
    status UInt16, latency_ms Float64,
    required_side_effect String, required_trust String, admin_trust String, consented_trust String,
    effective_trust String, risk_level String,
    matched_grant String, policy_revision String, decision_id String,
    id UUID, chain String, seq UInt64, chain_note Enum8('' = 0, 'gap' = 1, 'conflict' = 2),
    received_at_ms Int64, timestamp_replaced Bool, key_id String,
    log_topic String, log_partition UInt32, log_offset UInt64,
    fence_epoch UInt64, fence_owner UUID
)
ENGINE = Null`

/** The only way from the intake into `events`: a block with a row whose fence is not the one in force fails whole. */
const fenced = `
CREATE MATERIALIZED VIEW IF NOT EXISTS events_fenced TO events AS
SELECT
    fromUnixTimestamp64Milli(i.timestamp_ms, 'UTC') AS timestamp, trace_id, source, event_type, payload,
    server, namespace, team_id, cluster, human_id, agent_id, session_id, decision, tool_name, reason,
    would_be, outcome, subject_team_id, rpc_method, status, latency_ms,
    required_side_effect, required_trust, admin_trust, consented_trust, effective_trust, risk_level,
    matched_grant, policy_revision, decision_id, id, chain, seq, toString(i.chain_note) AS chain_note,
    fromUnixTimestamp64Milli(i.received_at_ms, 'UTC') AS received_at, timestamp_replaced, key_id,
    i.log_topic AS log_topic, i.log_partition AS log_partition, i.log_offset AS log_offset
FROM events_intake AS i
LEFT JOIN
(
    SELECT log_topic, log_partition, max((epoch, owner)) AS in_force
    FROM fences
    GROUP BY log_topic, log_partition
) AS f ON i.log_topic = f.log_topic AND i.log_partition = f.log_partition
WHERE NOT throwIf((i.fence_epoch, i.fence_owner) != f.in_force, 'the writer is fenced off')`

export const eventsMigration = {
  number: 1,
  name: 'events',
  statements: [events, disclosures, fences, intake, fenced],
} as const
