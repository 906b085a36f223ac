-- Only sums of sign and of sign * x: a session taken back subtracts exactly what it added, whatever the order.
-- customer_id is part of the key, so that distinct customers are the keys with sessions left. The view sees each block
-- as it is inserted into sessions, under the same deduplication token.
CREATE TABLE IF NOT EXISTS channel_failure_paths_by_customer
(
  day Date COMMENT 'Day the sessions started (UTC).',
  intent LowCardinality(String) COMMENT 'Intent of the sessions; empty if none.',
  path Array(LowCardinality(String)) COMMENT 'Legs in order, each CHANNEL[.SELF_SERVICE]:OUTCOME.',
  first_failed_channel LowCardinality(String) COMMENT 'Path label of the first failed leg.',
  rescued_by_channel LowCardinality(String) COMMENT 'Path label of the first success after a failure; empty if none.',
  customer_id String COMMENT 'The person.',
  sessions Int64 COMMENT 'Sessions: sum of sign.',
  sessions_with_success Int64 COMMENT 'Sessions with a known time to success: sum of sign.',
  time_to_success_ms Int64 COMMENT 'Sum of sign times the time to success. Milliseconds.'
)
ENGINE = SummingMergeTree((sessions, sessions_with_success, time_to_success_ms))
PARTITION BY toYear(day)
ORDER BY (day, intent, first_failed_channel, rescued_by_channel, path, customer_id)
SETTINGS non_replicated_deduplication_window = 200000
COMMENT 'Failure paths by customer as signed sums. Read channel_failure_paths instead.';

CREATE MATERIALIZED VIEW IF NOT EXISTS channel_failure_paths_from_sessions TO channel_failure_paths_by_customer {columns of channel_failure_paths_by_customer}
AS SELECT
  toDate(s.started_at, 'UTC') AS day,
  s.intent AS intent,
  s.path AS path,
  s.first_failed_channel AS first_failed_channel,
  s.rescued_by_channel AS rescued_by_channel,
  customer_id,
  sum(toInt64(s.sign)) AS sessions,
  sum(s.sign * toInt64(s.time_to_success_ms IS NOT NULL)) AS sessions_with_success,
  sum(s.sign * ifNull(s.time_to_success_ms, 0)) AS time_to_success_ms
FROM sessions AS s
WHERE s.first_failed_channel != ''
GROUP BY day, intent, path, first_failed_channel, rescued_by_channel, customer_id
COMMENT 'Fills channel_failure_paths_by_customer from each block that load inserts. Read channel_failure_paths instead.';

CREATE VIEW IF NOT EXISTS channel_failure_paths
(
  day Date COMMENT 'Day the sessions started (UTC).',
  intent LowCardinality(String) COMMENT 'Intent of the sessions; empty if none.',
  path Array(LowCardinality(String)) COMMENT 'What was tried, in order: each leg as CHANNEL[.SELF_SERVICE]:OUTCOME, equal neighbours collapsed.',
  first_failed_channel LowCardinality(String) COMMENT 'Where it failed first, as a path label, e.g. CHAT.SELF_SERVICE.',
  rescued_by_channel LowCardinality(String) COMMENT 'Where it first worked after that, as a path label; empty if it never did.',
  sessions Int64 COMMENT 'Sessions that went this way. Adds up over rows.',
  customers UInt64 COMMENT 'Distinct customers among them. Does not add up over days, intents or paths.',
  sessions_with_success Int64 COMMENT 'Sessions among them with a success: the divisor of time_to_success_ms.',
  time_to_success_ms Int64 COMMENT 'Sum over these of the time from the start to the end of the first successful leg. Milliseconds.'
)
AS SELECT
  day,
  intent,
  path,
  first_failed_channel,
  rescued_by_channel,
  sum(of_customer.sessions) AS sessions,
  countIf(of_customer.sessions > 0) AS customers,
  sum(of_customer.sessions_with_success) AS sessions_with_success,
  sum(of_customer.time_to_success_ms) AS time_to_success_ms
FROM
(
  SELECT
    day,
    intent,
    path,
    first_failed_channel,
    rescued_by_channel,
    customer_id,
    sum(signed.sessions) AS sessions,
    sum(signed.sessions_with_success) AS sessions_with_success,
    sum(signed.time_to_success_ms) AS time_to_success_ms
  FROM channel_failure_paths_by_customer AS signed
  GROUP BY day, intent, path, first_failed_channel, rescued_by_channel, customer_id
) AS of_customer
GROUP BY day, intent, path, first_failed_channel, rescued_by_channel
HAVING sessions != 0
COMMENT 'Sessions with at least one failed leg: what was tried and failed before it worked, or never worked. Sessions still open are in it and may move to another row as they grow.';
