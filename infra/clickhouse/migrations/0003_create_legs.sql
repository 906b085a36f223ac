-- arrived_at follows from leg_id (its first event), so that the rows of one leg meet in one partition.
CREATE TABLE IF NOT EXISTS legs
(
  customer_id String COMMENT 'The person.' CODEC(ZSTD(1)),
  leg_id String COMMENT 'Identity of the leg: event_id of its first event.' CODEC(ZSTD(1)),
  interaction_id String COMMENT 'The connection as the source names it; empty if none.' CODEC(ZSTD(1)),
  contact_id String COMMENT 'The contact it belongs to, after joining transfers and reconnects.' CODEC(ZSTD(1)),
  session_id String COMMENT 'Its session; empty beyond a session\'s first 200 legs (counted, not joined).' CODEC(ZSTD(1)),
  channel LowCardinality(String) COMMENT 'Channel of the leg.',
  stage LowCardinality(String) COMMENT 'SELF_SERVICE, or the human stage furthest reached.',
  queue LowCardinality(String) COMMENT 'Queue: its id, else its name; empty if none.',
  agent_id LowCardinality(String) COMMENT 'Agent who joined last; empty if none.',
  direction LowCardinality(String) COMMENT 'Who approached whom: INBOUND, OUTBOUND, INTERNAL or UNKNOWN.',
  intent LowCardinality(String) COMMENT 'Most confident intent in it; empty if none.',
  arrived_at DateTime64(3, 'UTC') COMMENT 'Time of its first event (UTC).' CODEC(DoubleDelta, ZSTD(1)),
  queued_at Nullable(DateTime64(3, 'UTC')) COMMENT 'When it entered the queue (UTC); NULL if it never did.' CODEC(DoubleDelta, ZSTD(1)),
  answered_at Nullable(DateTime64(3, 'UTC')) COMMENT 'When an agent joined (UTC); NULL if none did.' CODEC(DoubleDelta, ZSTD(1)),
  ended_at DateTime64(3, 'UTC') COMMENT 'Time of its last event (UTC).' CODEC(DoubleDelta, ZSTD(1)),
  wait_ms Nullable(Int64) COMMENT 'Time in queue before an answer or a hang-up. Milliseconds; NULL if unknown.' CODEC(T64, ZSTD(1)),
  ring_ms Nullable(Int64) COMMENT 'Time an offer rang. Milliseconds; NULL if unknown.' CODEC(T64, ZSTD(1)),
  ivr_ms Nullable(Int64) COMMENT 'Time in the voice menu. Milliseconds; NULL if unknown.' CODEC(T64, ZSTD(1)),
  talk_ms Nullable(Int64) COMMENT 'Time in conversation, hold excluded. Milliseconds; NULL if unknown.' CODEC(T64, ZSTD(1)),
  hold_ms Nullable(Int64) COMMENT 'Time on hold. Milliseconds; NULL if unknown.' CODEC(T64, ZSTD(1)),
  acw_ms Nullable(Int64) COMMENT 'After-contact work. Milliseconds; NULL if unknown.' CODEC(T64, ZSTD(1)),
  focus_ms Nullable(Int64) COMMENT 'Time an agent had this conversation in focus (asynchronous channels). Milliseconds; NULL if unknown.' CODEC(T64, ZSTD(1)),
  offer_count UInt32 COMMENT 'Offers to agents.',
  handled_at Nullable(DateTime64(3, 'UTC')) COMMENT 'When handling was complete (UTC); NULL if it is not.' CODEC(DoubleDelta, ZSTD(1)),
  left_by LowCardinality(String) COMMENT 'How it left the queue: ANSWERED, ABANDONED or FLOW_OUT (callback, voicemail, another queue); empty while it waits or if it never queued.',
  flow_out_kind LowCardinality(String) COMMENT 'How it left the queue otherwise; empty if it did not.',
  disconnect_by LowCardinality(String) COMMENT 'Who ended it; empty if unknown.',
  transfer_kind LowCardinality(String) COMMENT 'Kind of its transfer; empty if none.',
  failure_step LowCardinality(String) COMMENT 'The first step that failed in it; empty if none.',
  outcome LowCardinality(String) COMMENT 'Outcome of the leg: SUCCESS, PARTIAL, FAILURE, ABANDONED, ESCALATED, DEFERRED, NEUTRAL or UNKNOWN.',
  short_abandoned Bool COMMENT 'Abandoned within the short-abandon limit (5 s): often a wrong number.',
  transferred Bool COMMENT 'Whether it was transferred.',
  version UInt64 COMMENT 'Number of the change that made this row; a row with sign -1 carries the number of the row it takes back.' CODEC(T64, ZSTD(1)),
  sign Int8 COMMENT '+1 adds this row, -1 takes it back: sum(sign) counts legs.',
  kafka_partition UInt16 COMMENT 'Partition of the topic sessions that it came by.'
)
ENGINE = VersionedCollapsingMergeTree(sign, version)
PARTITION BY toYear(arrived_at)
ORDER BY (customer_id, leg_id)
SETTINGS non_replicated_deduplication_window = 200000, min_columns_to_activate_adaptive_write_buffer = 10
COMMENT 'Every revision of every leg: a leg that changes is taken back (sign -1) and added again (+1). Sum with sign, or read legs_current.';

CREATE MATERIALIZED VIEW IF NOT EXISTS legs_from_landing TO legs {columns of legs}
AS SELECT
  customer_id,
  `row.leg_id` AS leg_id, `row.interaction_id` AS interaction_id, `row.contact_id` AS contact_id,
  `row.session_id` AS session_id, `row.channel` AS channel, `row.stage` AS stage, `row.queue` AS queue,
  `row.agent_id` AS agent_id, `row.direction` AS direction, `row.intent` AS intent, `row.arrived_at` AS arrived_at,
  `row.queued_at` AS queued_at, `row.answered_at` AS answered_at, `row.ended_at` AS ended_at,
  `row.wait_ms` AS wait_ms, `row.ring_ms` AS ring_ms, `row.ivr_ms` AS ivr_ms, `row.talk_ms` AS talk_ms,
  `row.hold_ms` AS hold_ms, `row.acw_ms` AS acw_ms, `row.focus_ms` AS focus_ms, `row.offer_count` AS offer_count,
  `row.handled_at` AS handled_at, `row.left_by` AS left_by, `row.flow_out_kind` AS flow_out_kind,
  `row.disconnect_by` AS disconnect_by, `row.transfer_kind` AS transfer_kind, `row.failure_step` AS failure_step,
  `row.outcome` AS outcome, `row.short_abandoned` AS short_abandoned, `row.transferred` AS transferred,
  `row.version` AS version, `row.sign` AS sign,
  kafka_partition
FROM (SELECT customer_id, untuple(l) AS row, kafka_partition FROM sessions_landing ARRAY JOIN legs AS l)
COMMENT 'Fills legs from each block that load inserts. Read legs or legs_current instead.';

CREATE VIEW IF NOT EXISTS legs_current
(
  customer_id String COMMENT 'The person.',
  leg_id String COMMENT 'Identity of the leg: event_id of its first event.',
  interaction_id String COMMENT 'The connection as the source names it; empty if none.',
  contact_id String COMMENT 'The contact it belongs to, after joining transfers and reconnects.',
  session_id String COMMENT 'Its session; empty beyond a session\'s first 200 legs (counted, not joined).',
  channel LowCardinality(String) COMMENT 'Channel of the leg.',
  stage LowCardinality(String) COMMENT 'SELF_SERVICE, or the human stage furthest reached.',
  queue LowCardinality(String) COMMENT 'Queue: its id, else its name; empty if none.',
  agent_id LowCardinality(String) COMMENT 'Agent who joined last; empty if none.',
  direction LowCardinality(String) COMMENT 'Who approached whom: INBOUND, OUTBOUND, INTERNAL or UNKNOWN.',
  intent LowCardinality(String) COMMENT 'Most confident intent in it; empty if none.',
  arrived_at DateTime64(3, 'UTC') COMMENT 'Time of its first event (UTC).',
  queued_at Nullable(DateTime64(3, 'UTC')) COMMENT 'When it entered the queue (UTC); NULL if it never did.',
  answered_at Nullable(DateTime64(3, 'UTC')) COMMENT 'When an agent joined (UTC); NULL if none did.',
  ended_at DateTime64(3, 'UTC') COMMENT 'Time of its last event (UTC).',
  wait_ms Nullable(Int64) COMMENT 'Time in queue before an answer or a hang-up. Milliseconds; NULL if unknown.',
  ring_ms Nullable(Int64) COMMENT 'Time an offer rang. Milliseconds; NULL if unknown.',
  ivr_ms Nullable(Int64) COMMENT 'Time in the voice menu. Milliseconds; NULL if unknown.',
  talk_ms Nullable(Int64) COMMENT 'Time in conversation, hold excluded. Milliseconds; NULL if unknown.',
  hold_ms Nullable(Int64) COMMENT 'Time on hold. Milliseconds; NULL if unknown.',
  acw_ms Nullable(Int64) COMMENT 'After-contact work. Milliseconds; NULL if unknown.',
  focus_ms Nullable(Int64) COMMENT 'Time an agent had this conversation in focus (asynchronous channels). Milliseconds; NULL if unknown.',
  offer_count UInt32 COMMENT 'Offers to agents.',
  handled_at Nullable(DateTime64(3, 'UTC')) COMMENT 'When handling was complete (UTC); NULL if it is not.',
  left_by LowCardinality(String) COMMENT 'How it left the queue: ANSWERED, ABANDONED or FLOW_OUT (callback, voicemail, another queue); empty while it waits or if it never queued.',
  flow_out_kind LowCardinality(String) COMMENT 'How it left the queue otherwise; empty if it did not.',
  disconnect_by LowCardinality(String) COMMENT 'Who ended it; empty if unknown.',
  transfer_kind LowCardinality(String) COMMENT 'Kind of its transfer; empty if none.',
  failure_step LowCardinality(String) COMMENT 'The first step that failed in it; empty if none.',
  outcome LowCardinality(String) COMMENT 'Outcome of the leg: SUCCESS, PARTIAL, FAILURE, ABANDONED, ESCALATED, DEFERRED, NEUTRAL or UNKNOWN.',
  short_abandoned Bool COMMENT 'Abandoned within the short-abandon limit (5 s): often a wrong number.',
  transferred Bool COMMENT 'Whether it was transferred.',
  version UInt64 COMMENT 'Number of the change that made this row; a row with sign -1 carries the number of the row it takes back.'
)
AS SELECT
  customer_id,
  leg_id, interaction_id, contact_id, session_id, channel, stage, queue, agent_id, direction, intent, arrived_at,
  queued_at, answered_at, ended_at, wait_ms, ring_ms, ivr_ms, talk_ms, hold_ms, acw_ms, focus_ms, offer_count,
  handled_at, left_by, flow_out_kind, disconnect_by, transfer_kind, failure_step, outcome, short_abandoned,
  transferred, version
FROM legs FINAL
WHERE sign = 1
COMMENT 'Legs as they are now, one row each: one connection on one channel, split where it goes from self-service to a human or back.';
