-- Sessions and their legs come as change sets: all rows of one person that change together, in one message.
CREATE TABLE IF NOT EXISTS sessions_landing
(
  customer_id String COMMENT 'The person.',
  change_seq UInt64 COMMENT 'Number of the change set within its partition.',
  sessions Array(Tuple(
    session_id String, started_at DateTime64(3, 'UTC'), ended_at DateTime64(3, 'UTC'), event_count UInt64,
    contact_count UInt64, leg_count UInt64, channels Array(String), path Array(String), path_counts Array(UInt32),
    outcome String, intent String, failures_before_success UInt32, first_failed_channel String,
    rescued_by_channel String, time_to_success_ms Nullable(Int64), cost_minor Nullable(Int64), currency String,
    emotion_start Nullable(Float64), emotion_end Nullable(Float64), oversized Bool, rule_version UInt32,
    version UInt64, sign Int8)) COMMENT 'Session rows that change together.',
  legs Array(Tuple(
    leg_id String, interaction_id String, contact_id String, session_id String, channel String, stage String,
    queue String, agent_id String, direction String, intent String, arrived_at DateTime64(3, 'UTC'),
    queued_at Nullable(DateTime64(3, 'UTC')), answered_at Nullable(DateTime64(3, 'UTC')),
    ended_at DateTime64(3, 'UTC'), wait_ms Nullable(Int64), ring_ms Nullable(Int64), ivr_ms Nullable(Int64),
    talk_ms Nullable(Int64), hold_ms Nullable(Int64), acw_ms Nullable(Int64), focus_ms Nullable(Int64),
    offer_count UInt32, handled_at Nullable(DateTime64(3, 'UTC')), left_by String, flow_out_kind String,
    disconnect_by String, transfer_kind String, failure_step String, outcome String, short_abandoned Bool,
    transferred Bool, version UInt64, sign Int8)) COMMENT 'Leg rows that change together.',
  kafka_partition UInt16 COMMENT 'Partition of the topic sessions that it came by.'
)
ENGINE = Null
COMMENT 'Where load inserts change sets of sessions and legs: it stores nothing itself, materialized views on it fill sessions and legs, and views on those the metrics. Always empty to read.';

-- Partitions are coarse: each part written takes a place in the deduplication window. started_at follows from
-- session_id (its first event), so that the rows of one session meet in one partition.
CREATE TABLE IF NOT EXISTS sessions
(
  customer_id String COMMENT 'The person.' CODEC(ZSTD(1)),
  session_id String COMMENT 'Identity of the session: event_id of its first event. It changes when an earlier event joins.' CODEC(ZSTD(1)),
  started_at DateTime64(3, 'UTC') COMMENT 'Time of its first event (UTC).' CODEC(DoubleDelta, ZSTD(1)),
  ended_at DateTime64(3, 'UTC') COMMENT 'Time of its last event (UTC).' CODEC(DoubleDelta, ZSTD(1)),
  event_count UInt64 COMMENT 'Events in it.' CODEC(T64, ZSTD(1)),
  contact_count UInt64 COMMENT 'Contacts in it: chains of events the source joined.' CODEC(T64, ZSTD(1)),
  leg_count UInt64 COMMENT 'Legs in it: connections on one channel.' CODEC(T64, ZSTD(1)),
  channels Array(LowCardinality(String)) COMMENT 'Distinct channels in order of first use.',
  path Array(LowCardinality(String)) COMMENT 'Its legs in order, each CHANNEL[.SELF_SERVICE]:OUTCOME, equal neighbours collapsed.',
  path_counts Array(UInt32) COMMENT 'How many legs each element of path stands for.',
  outcome LowCardinality(String) COMMENT 'Outcome of the last leg that says something.',
  intent LowCardinality(String) COMMENT 'Most confident intent in it; empty if none.',
  failures_before_success UInt32 COMMENT 'Failed legs before the first success; all failed legs if there is none.',
  first_failed_channel LowCardinality(String) COMMENT 'Path label of the first failed leg, empty if none.',
  rescued_by_channel LowCardinality(String) COMMENT 'Path label of the first success after a failure, empty if none.',
  time_to_success_ms Nullable(Int64) COMMENT 'From its start to the end of the first successful leg. Milliseconds; NULL without a success.' CODEC(T64, ZSTD(1)),
  cost_minor Nullable(Int64) COMMENT 'Sum of its costs in its currency, in minor units (cents); NULL if none is known.' CODEC(T64, ZSTD(1)),
  currency LowCardinality(String) COMMENT 'ISO 4217 currency of the cost; empty if none.',
  emotion_start Nullable(Float64) COMMENT 'First known emotion score of the customer, -1 to 1; NULL if none.' CODEC(ZSTD(1)),
  emotion_end Nullable(Float64) COMMENT 'Last known emotion score of the customer, -1 to 1; NULL if none.' CODEC(ZSTD(1)),
  oversized Bool COMMENT 'Longer than 7 days or 200 legs: its lists hold the first 200, its counts stay exact.',
  rule_version UInt32 COMMENT 'Rules it was computed by: session_rules.',
  version UInt64 COMMENT 'Number of the change that made this row; a row with sign -1 carries the number of the row it takes back.' CODEC(T64, ZSTD(1)),
  sign Int8 COMMENT '+1 adds this row, -1 takes it back: sum(sign) counts sessions.',
  kafka_partition UInt16 COMMENT 'Partition of the topic sessions that it came by.'
)
ENGINE = VersionedCollapsingMergeTree(sign, version)
PARTITION BY toYear(started_at)
ORDER BY (customer_id, session_id)
SETTINGS non_replicated_deduplication_window = 200000, min_columns_to_activate_adaptive_write_buffer = 10
COMMENT 'Every revision of every session: a session that changes is taken back (sign -1) and added again (+1). Sum with sign, or read sessions_current.';

-- untuple: naming 20 members of a tuple one by one costs the engine three times as long per insert.
CREATE MATERIALIZED VIEW IF NOT EXISTS sessions_from_landing TO sessions {columns of sessions}
AS SELECT
  customer_id,
  `row.session_id` AS session_id, `row.started_at` AS started_at, `row.ended_at` AS ended_at,
  `row.event_count` AS event_count, `row.contact_count` AS contact_count, `row.leg_count` AS leg_count,
  `row.channels` AS channels, `row.path` AS path, `row.path_counts` AS path_counts, `row.outcome` AS outcome,
  `row.intent` AS intent, `row.failures_before_success` AS failures_before_success,
  `row.first_failed_channel` AS first_failed_channel, `row.rescued_by_channel` AS rescued_by_channel,
  `row.time_to_success_ms` AS time_to_success_ms, `row.cost_minor` AS cost_minor, `row.currency` AS currency,
  `row.emotion_start` AS emotion_start, `row.emotion_end` AS emotion_end, `row.oversized` AS oversized,
  `row.rule_version` AS rule_version, `row.version` AS version, `row.sign` AS sign,
  kafka_partition
FROM (SELECT customer_id, untuple(s) AS row, kafka_partition FROM sessions_landing ARRAY JOIN sessions AS s)
COMMENT 'Fills sessions from each block that load inserts. Read sessions or sessions_current instead.';

-- FINAL pairs -1 and +1 rows of one session and version wherever they are stored, in whatever order they came.
CREATE VIEW IF NOT EXISTS sessions_current
(
  customer_id String COMMENT 'The person.',
  session_id String COMMENT 'Identity of the session: event_id of its first event. It changes when an earlier event joins.',
  started_at DateTime64(3, 'UTC') COMMENT 'Time of its first event (UTC).',
  ended_at DateTime64(3, 'UTC') COMMENT 'Time of its last event (UTC).',
  event_count UInt64 COMMENT 'Events in it.',
  contact_count UInt64 COMMENT 'Contacts in it: chains of events the source joined.',
  leg_count UInt64 COMMENT 'Legs in it: connections on one channel.',
  channels Array(LowCardinality(String)) COMMENT 'Distinct channels in order of first use.',
  path Array(LowCardinality(String)) COMMENT 'Its legs in order, each CHANNEL[.SELF_SERVICE]:OUTCOME, equal neighbours collapsed.',
  path_counts Array(UInt32) COMMENT 'How many legs each element of path stands for.',
  outcome LowCardinality(String) COMMENT 'Outcome of the last leg that says something.',
  intent LowCardinality(String) COMMENT 'Most confident intent in it; empty if none.',
  failures_before_success UInt32 COMMENT 'Failed legs before the first success; all failed legs if there is none.',
  first_failed_channel LowCardinality(String) COMMENT 'Path label of the first failed leg, empty if none.',
  rescued_by_channel LowCardinality(String) COMMENT 'Path label of the first success after a failure, empty if none.',
  time_to_success_ms Nullable(Int64) COMMENT 'From its start to the end of the first successful leg. Milliseconds; NULL without a success.',
  cost_minor Nullable(Int64) COMMENT 'Sum of its costs in its currency, in minor units (cents); NULL if none is known.',
  currency LowCardinality(String) COMMENT 'ISO 4217 currency of the cost; empty if none.',
  emotion_start Nullable(Float64) COMMENT 'First known emotion score of the customer, -1 to 1; NULL if none.',
  emotion_end Nullable(Float64) COMMENT 'Last known emotion score of the customer, -1 to 1; NULL if none.',
  oversized Bool COMMENT 'Longer than 7 days or 200 legs: its lists hold the first 200, its counts stay exact.',
  rule_version UInt32 COMMENT 'Rules it was computed by: session_rules.',
  version UInt64 COMMENT 'Number of the change that made this row; a row with sign -1 carries the number of the row it takes back.'
)
AS SELECT
  customer_id,
  session_id, started_at, ended_at, event_count, contact_count, leg_count, channels, path, path_counts, outcome,
  intent, failures_before_success, first_failed_channel, rescued_by_channel, time_to_success_ms, cost_minor, currency,
  emotion_start, emotion_end, oversized, rule_version, version
FROM sessions FINAL
WHERE sign = 1
COMMENT 'Sessions as they are now, one row each: one person\'s contiguous demand across all channels. Open sessions are in it and grow.';
