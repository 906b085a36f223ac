-- A partition that has not reported has no row, or no watermark: then nothing can be told. Both topics have the same
-- number of partitions (sessions are written to the partition number of their input), which shows a row that is missing.
CREATE VIEW IF NOT EXISTS audit_safe_until
(
  audit_safe_until Nullable(DateTime64(3, 'UTC')) COMMENT 'All events before this time (UTC) that are not late are in interactions, and what they make is in sessions. NULL while a partition has not reported: sessionization_audit then judges nothing unless told up_to.',
  watermark Nullable(DateTime64(3, 'UTC')) COMMENT 'Lowest watermark loaded, of the partitions that have one (UTC); NULL if none has.',
  lateness_ms UInt64 COMMENT 'Longest lateness of all versions of the rules. Milliseconds.',
  topic LowCardinality(String) COMMENT 'Topic of the partition that holds it back; empty if nothing is loaded yet.',
  partition UInt16 COMMENT 'Partition that holds it back.'
)
AS SELECT
  if(all_have_reported, watermark - toIntervalMillisecond(lateness_ms), NULL) AS audit_safe_until,
  watermark,
  (SELECT max(rules.lateness_ms) FROM session_rules AS rules FINAL) AS lateness_ms,
  lowest.1 AS topic,
  lowest.2 AS partition
FROM
(
  SELECT
    min(status.watermark) AS watermark,
    argMin(
      (status.topic, status.partition),
      (isNotNull(status.watermark), ifNull(status.watermark, toDateTime64(0, 3, 'UTC')))
    ) AS lowest,
    countIf(isNotNull(status.watermark) AND status.topic = 'interactions.enriched') AS enriched_partitions,
    countIf(isNotNull(status.watermark) AND status.topic = 'sessions') AS sessions_partitions,
    count() > 0 AND enriched_partitions = max(status.partition) + 1 AND sessions_partitions = enriched_partitions
      AS all_have_reported
  FROM pipeline_status AS status
  WHERE status.topic IN ('interactions.enriched', 'sessions')
)
COMMENT 'Until when sessions can be audited, one row: the lowest watermark loaded over all partitions of interactions.enriched and sessions, less the lateness.';
