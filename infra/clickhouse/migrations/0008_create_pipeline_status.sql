-- Written by load after the inserts it speaks of, several partitions in one statement: it may lag, and never claims
-- more than is in the tables.
CREATE TABLE IF NOT EXISTS pipeline_status_log
(
  topic LowCardinality(String) COMMENT 'Topic.',
  partition UInt16 COMMENT 'Partition of the topic.',
  loaded_offset UInt64 COMMENT 'Everything below this offset is in the tables.',
  loaded_until DateTime64(3, 'UTC') COMMENT 'Kafka time of the last record loaded (UTC).',
  raw_partitions UInt16 COMMENT 'How many partitions interactions.raw has; 0 until known.',
  raw_time Map(UInt16, DateTime64(3, 'UTC')) COMMENT 'Per raw partition: highest event time reflected (UTC).',
  raw_offset Map(UInt16, UInt64) COMMENT 'Per raw partition: next raw offset not reflected.',
  change_seq UInt64 COMMENT 'Highest change number loaded; topic sessions only, else 0.',
  updated_at DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'When this row was written (UTC).'
)
ENGINE = ReplacingMergeTree(loaded_offset)
ORDER BY (topic, partition)
COMMENT 'How far load has come, as logged. Read pipeline_status instead.';

CREATE VIEW IF NOT EXISTS pipeline_status
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
  updated_at
FROM pipeline_status_log FINAL
COMMENT 'How far the tables are, one row per topic and partition: up to which offset, which time and which raw offsets.';
