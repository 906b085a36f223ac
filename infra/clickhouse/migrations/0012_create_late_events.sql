-- How far sessionize was when it wrote what is loaded: a repair is computed as of that. Only load writes this table, and
-- no materialized view reads it: ALTER is harmless.
ALTER TABLE pipeline_status_log
  ADD COLUMN IF NOT EXISTS progress_change_seq UInt64 DEFAULT 0 COMMENT 'Topic sessions only: number of the last change before the last progress record loaded.',
  ADD COLUMN IF NOT EXISTS input_offset UInt64 DEFAULT 0 COMMENT 'Topic sessions only: what is below this offset of interactions.enriched has been taken in as of that change.',
  ADD COLUMN IF NOT EXISTS command_offset UInt64 DEFAULT 0 COMMENT 'Topic sessions only: commands below this offset of sessions.commands have been carried out as of that change.';

CREATE OR REPLACE VIEW pipeline_status
(
  topic LowCardinality(String) COMMENT 'Topic.',
  partition UInt16 COMMENT 'Partition of the topic.',
  loaded_offset UInt64 COMMENT 'Everything below this offset is in the tables.',
  loaded_until DateTime64(3, 'UTC') COMMENT 'Kafka time of the last record loaded (UTC).',
  raw_partitions UInt16 COMMENT 'How many partitions interactions.raw has; 0 until known.',
  raw_time Map(UInt16, DateTime64(3, 'UTC')) COMMENT 'Per raw partition: highest event time reflected here (UTC).',
  raw_offset Map(UInt16, UInt64) COMMENT 'Per raw partition: next raw offset not yet reflected here.',
  watermark Nullable(DateTime64(3, 'UTC')) COMMENT 'Lowest raw_time over all raw partitions: a bucket is complete when its end is at or before the watermark less the lateness. NULL until every raw partition has reported.',
  change_seq UInt64 COMMENT 'Highest change number loaded; topic sessions only, else 0.',
  progress_change_seq UInt64 COMMENT 'Topic sessions only: number of the last change before the last progress record loaded.',
  input_offset UInt64 COMMENT 'Topic sessions only: what is below this offset of interactions.enriched has been taken in as of that change.',
  command_offset UInt64 COMMENT 'Topic sessions only: commands below this offset of sessions.commands have been carried out as of that change.',
  updated_at DateTime64(3, 'UTC') COMMENT 'When this row was written (UTC).'
)
AS SELECT
  topic,
  partition,
  loaded_offset,
  loaded_until,
  raw_partitions,
  raw_time,
  raw_offset,
  if(raw_partitions > 0 AND length(raw_time) >= raw_partitions, arrayMin(mapValues(raw_time)), NULL) AS watermark,
  change_seq,
  progress_change_seq,
  input_offset,
  command_offset,
  updated_at
FROM pipeline_status_log FINAL
COMMENT 'How far the tables are, one row per topic and partition: up to which offset, which time and which raw offsets.';

-- No materialized view: one more target would cost every block of events, and late ones are few.
CREATE TABLE IF NOT EXISTS late_repairs
(
  customer_id String COMMENT 'The person.',
  event_id String COMMENT 'The late event.',
  repaired_at Nullable(DateTime64(3, 'UTC')) COMMENT 'When it was seen to be in its session (UTC); NULL if it is refused.',
  refusal LowCardinality(String) COMMENT 'Why it will not be repaired, e.g. too_large; empty if it is.',
  decided_at DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'When this row was written (UTC).'
)
ENGINE = ReplacingMergeTree(decided_at)
ORDER BY (customer_id, event_id)
COMMENT 'What the repair says of late events, as logged. Read late_events instead.';

CREATE VIEW IF NOT EXISTS late_events
(
  customer_id String COMMENT 'The person.',
  event_id String COMMENT 'The event.',
  event_type LowCardinality(String) COMMENT 'What happened.',
  channel LowCardinality(String) COMMENT 'Channel of the dealing.',
  source_system LowCardinality(String) COMMENT 'System that sent it.',
  occurred_at DateTime64(3, 'UTC') COMMENT 'When it happened (UTC).',
  received_at DateTime64(3, 'UTC') COMMENT 'When it was accepted (UTC).',
  kafka_partition UInt16 COMMENT 'Partition of interactions.enriched that it came by.',
  repaired_at Nullable(DateTime64(3, 'UTC')) COMMENT 'When it was seen to be in its session (UTC); NULL while it waits, or if it is refused.',
  refusal LowCardinality(String) COMMENT 'Why it will not be repaired, e.g. too_large: its session has too many events; empty otherwise.'
)
AS SELECT
  event.customer_id AS customer_id,
  event.event_id AS event_id,
  event.event_type AS event_type,
  event.channel AS channel,
  event.source_system AS source_system,
  event.occurred_at AS occurred_at,
  event.received_at AS received_at,
  event.kafka_partition AS kafka_partition,
  repair.repaired_at AS repaired_at,
  repair.refusal AS refusal
FROM (SELECT * FROM interactions WHERE late AND sessionised) AS event
LEFT JOIN (SELECT * FROM late_repairs FINAL) AS repair USING (customer_id, event_id)
COMMENT 'Events that came too late to join sessions at once, and whether the repair has joined them since. They are counted in interactions and volume_trends from the start.';

CREATE TABLE IF NOT EXISTS resessionize_requests
(
  request_id String COMMENT 'The request.',
  customer_id String COMMENT 'The person whose sessions are to be computed anew.',
  kafka_partition UInt16 COMMENT 'Partition of interactions.enriched that the person\'s events come by.',
  from_at DateTime64(3, 'UTC') COMMENT 'First time concerned (UTC).',
  to_at DateTime64(3, 'UTC') COMMENT 'Last time concerned (UTC).',
  requested_at DateTime64(3, 'UTC') COMMENT 'When it was asked for (UTC).',
  done_at Nullable(DateTime64(3, 'UTC')) COMMENT 'When the sessions were seen to be what the events make them (UTC); NULL while it waits.',
  refusal LowCardinality(String) COMMENT 'Why it will not be done, e.g. too_large: there are too many events; empty otherwise.',
  decided_at DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'When this row was written (UTC).'
)
ENGINE = ReplacingMergeTree(decided_at)
ORDER BY (kafka_partition, request_id, customer_id)
COMMENT 'Sessions to be computed anew, as make resessionize has queued them: load works them off. Read with FINAL.';
