-- A crash of load between writing a dead letter of its own and noting so makes it write that one again: the copies
-- have one identity and are one row in dead_letters.
CREATE TABLE IF NOT EXISTS dead_letters_log
(
  identity String MATERIALIZED if(origin_offset >= 0,
    concat(step, ' ', origin_topic, ' ', toString(origin_partition), ' ', toString(origin_offset)),
    concat('dead letter ', toString(kafka_partition), ' ', toString(kafka_offset))
  ) COMMENT 'What makes a dead letter one: the record refused and the step that refused it, else its own place.',
  reason LowCardinality(String) COMMENT 'Why it was refused, countable, e.g. event_too_old.',
  step LowCardinality(String) COMMENT 'Service and step that refused it.',
  error String COMMENT 'What was wrong, in words, naming the field.',
  field LowCardinality(String) COMMENT 'The field concerned; empty if none.',
  event_id String COMMENT 'Identity of the event, where it could be read.',
  source_system LowCardinality(String) COMMENT 'System that sent it, where it could be read.',
  origin_topic LowCardinality(String) COMMENT 'Topic it was read from; empty when it came by another way.',
  origin_partition Int32 COMMENT 'Partition it was read from; -1 if none.',
  origin_offset Int64 COMMENT 'Offset it was read from; -1 if none.',
  origin_at DateTime64(3, 'UTC') COMMENT 'Kafka time of the refused record (UTC).',
  value_bytes UInt64 COMMENT 'Length of the refused record. The record itself stays in the dead-letter topic.',
  kafka_partition UInt16 COMMENT 'Partition of the dead-letter topic where it is whole.',
  kafka_offset UInt64 COMMENT 'Offset in the dead-letter topic where it is whole.'
)
ENGINE = ReplacingMergeTree
ORDER BY identity
SETTINGS non_replicated_deduplication_window = 200000
COMMENT 'Refused records as they were logged, at least once each. Read dead_letters instead.';

CREATE TABLE IF NOT EXISTS dead_letters_landing
(
  reason LowCardinality(String) COMMENT 'Why it was refused.',
  step LowCardinality(String) COMMENT 'Service and step that refused it.',
  error String COMMENT 'What was wrong, in words.',
  field LowCardinality(String) COMMENT 'The field concerned; empty if none.',
  event_id String COMMENT 'Identity of the event, where it could be read.',
  source_system LowCardinality(String) COMMENT 'System that sent it, where it could be read.',
  origin_topic LowCardinality(String) COMMENT 'Topic it was read from; empty if none.',
  origin_partition Int32 COMMENT 'Partition it was read from; -1 if none.',
  origin_offset Int64 COMMENT 'Offset it was read from; -1 if none.',
  origin_at DateTime64(3, 'UTC') COMMENT 'Kafka time of the refused record (UTC).',
  value_bytes UInt64 COMMENT 'Length of the refused record.',
  kafka_partition UInt16 COMMENT 'Partition of the dead-letter topic.',
  kafka_offset UInt64 COMMENT 'Offset in the dead-letter topic.'
)
ENGINE = Null
COMMENT 'Where load inserts what is known of refused records: it stores nothing itself, a materialized view on it fills dead_letters_log. Always empty to read.';

CREATE MATERIALIZED VIEW IF NOT EXISTS dead_letters_from_landing TO dead_letters_log {columns of dead_letters_log}
AS SELECT * FROM dead_letters_landing
COMMENT 'Fills dead_letters_log from each block that load inserts. Read dead_letters instead.';

CREATE VIEW IF NOT EXISTS dead_letters
(
  reason LowCardinality(String) COMMENT 'Why it was refused, countable, e.g. event_too_old.',
  step LowCardinality(String) COMMENT 'Service and step that refused it.',
  error String COMMENT 'What was wrong, in words, naming the field.',
  field LowCardinality(String) COMMENT 'The field concerned; empty if none.',
  event_id String COMMENT 'Identity of the event, where it could be read.',
  source_system LowCardinality(String) COMMENT 'System that sent it, where it could be read.',
  origin_topic LowCardinality(String) COMMENT 'Topic it was read from; empty when it came by another way.',
  origin_partition Int32 COMMENT 'Partition it was read from; -1 if none.',
  origin_offset Int64 COMMENT 'Offset it was read from; -1 if none.',
  origin_at DateTime64(3, 'UTC') COMMENT 'Kafka time of the refused record (UTC).',
  value_bytes UInt64 COMMENT 'Length of the refused record. The record itself stays in the dead-letter topic.',
  kafka_partition UInt16 COMMENT 'Partition of the dead-letter topic where it is whole.',
  kafka_offset UInt64 COMMENT 'Offset in the dead-letter topic where it is whole.'
)
AS SELECT
  reason, step, error, field, event_id, source_system, origin_topic, origin_partition, origin_offset, origin_at,
  value_bytes, kafka_partition, kafka_offset
FROM dead_letters_log FINAL
COMMENT 'Records that were accepted and then refused, one row each: why, by which step, and where the original is. It holds no content; originals stay in the restricted dead-letter topic.';
