-- Whom make erase forgets. Only its log stays, and that names nobody.
CREATE TABLE IF NOT EXISTS erasure_log
(
  erasure_id String COMMENT 'Identity of the erasure.',
  customer_hash String COMMENT 'HMAC-SHA-256 of the customer_id by ERASURE_KEY, base64url: tells nobody who it was, and who knows the key whether it was somebody.',
  requested_by String COMMENT 'Who asked for it.',
  erased_at DateTime64(3, 'UTC') COMMENT 'When it was asked for (UTC): what was received until then is erased.',
  erased_through DateTime64(3, 'UTC') COMMENT 'What occurred until then is erased (UTC); later than erased_at only where an event from a clock that runs ahead had been received.',
  deleted Map(LowCardinality(String), UInt64) COMMENT 'Rows deleted, by table.',
  finished_at Nullable(DateTime64(3, 'UTC')) COMMENT 'When nothing was left (UTC); NULL while it is under way or was broken off.',
  updated_at DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'When this was written (UTC): the newest holds.'
)
ENGINE = ReplacingMergeTree(updated_at)
ORDER BY erasure_id
COMMENT 'Erasures as they were logged, step by step. Read erasures instead.';

CREATE VIEW IF NOT EXISTS erasures
(
  erasure_id String COMMENT 'Identity of the erasure.',
  customer_hash String COMMENT 'HMAC-SHA-256 of the customer_id by ERASURE_KEY, base64url: tells nobody who it was, and who knows the key whether it was somebody.',
  requested_by String COMMENT 'Who asked for it.',
  erased_at DateTime64(3, 'UTC') COMMENT 'When it was asked for (UTC): what was received until then is erased.',
  erased_through DateTime64(3, 'UTC') COMMENT 'What occurred until then is erased (UTC); later than erased_at only where an event from a clock that runs ahead had been received.',
  deleted Map(LowCardinality(String), UInt64) COMMENT 'Rows deleted, by table.',
  finished_at Nullable(DateTime64(3, 'UTC')) COMMENT 'When nothing was left (UTC); NULL while it is under way or was broken off.'
)
AS SELECT erasure_id, customer_hash, requested_by, erased_at, erased_through, deleted, finished_at
FROM erasure_log FINAL
COMMENT 'Whose dealings were erased, one row an erasure: who asked, when, and how many rows. It names no person.';

-- So that no statement, and no mutation that the engine keeps a record of, has a person in its text.
CREATE TABLE IF NOT EXISTS erasure_targets
(
  erasure_id String COMMENT 'The erasure that is under way.',
  customer_id String COMMENT 'Whom it is about.'
)
ENGINE = MergeTree
ORDER BY erasure_id
COMMENT 'Whom erasures that are under way are about. Emptied when they end.';

CREATE TABLE IF NOT EXISTS erasure_buckets
(
  erasure_id String COMMENT 'The erasure that is under way.',
  bucket_start DateTime('UTC') COMMENT 'Start of 15 minutes (UTC) that had an event of the person: volume_trends_15m is computed anew for them.'
)
ENGINE = MergeTree
ORDER BY erasure_id
COMMENT 'Which buckets erasures that are under way have touched. Emptied when they end.';
