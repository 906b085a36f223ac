-- Sessions and legs by month instead of by year, and their time in the sorting key: a question about a time reads the
-- months concerned. Since version 26.3 the engine leaves out partitions under FINAL only where the columns of the
-- partition are in the sorting key; then FINAL also merges each partition by itself. Both are right here: a -1 row is the
-- very row that it takes back, time included, so the two are in one partition and next to each other.
--
-- Load is stopped. Until the exchange the old tables are read and untouched, and an exchange is one step: killed
-- anywhere, the file applies again from its top, from whichever table bears the name by then. Nothing of an interrupted
-- copy is kept. The copies have no window of tokens yet, as no block is open.
DROP TABLE IF EXISTS sessions_by_month SYNC;

CREATE TABLE sessions_by_month AS sessions
ENGINE = VersionedCollapsingMergeTree(sign, version)
PARTITION BY toYYYYMM(started_at)
ORDER BY (customer_id, started_at, session_id)
{ttl of sessions}
SETTINGS non_replicated_deduplication_window = 200000, min_columns_to_activate_adaptive_write_buffer = 10,
  min_age_to_force_merge_seconds = 86400, min_age_to_force_merge_on_partition_only = 1;

INSERT INTO sessions_by_month SELECT * FROM sessions WHERE {each month of started_at in sessions} SETTINGS insert_deduplicate = 0;

DROP TABLE IF EXISTS legs_by_month SYNC;

CREATE TABLE legs_by_month AS legs
ENGINE = VersionedCollapsingMergeTree(sign, version)
PARTITION BY toYYYYMM(arrived_at)
ORDER BY (customer_id, arrived_at, leg_id)
{ttl of legs}
SETTINGS non_replicated_deduplication_window = 200000, min_columns_to_activate_adaptive_write_buffer = 10,
  min_age_to_force_merge_seconds = 86400, min_age_to_force_merge_on_partition_only = 1;

INSERT INTO legs_by_month SELECT * FROM legs WHERE {each month of arrived_at in legs} SETTINGS insert_deduplicate = 0;

-- From here on nothing may be inserted until the views are there again.
DROP VIEW IF EXISTS sessions_from_landing;
DROP VIEW IF EXISTS legs_from_landing;
DROP VIEW IF EXISTS channel_failure_paths_from_sessions;
DROP VIEW IF EXISTS leg_metrics_from_legs;

EXCHANGE TABLES sessions AND sessions_by_month;
EXCHANGE TABLES legs AND legs_by_month;

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

-- As it was, but for the sums: the table adds up the rows of a block as they are inserted, and planning 40 sums took a quarter
-- of what a block of legs costs. A row for each leg and part of it, negative ones for what is taken back.
CREATE MATERIALIZED VIEW IF NOT EXISTS leg_metrics_from_legs TO leg_metrics_15m {columns of leg_metrics_15m}
AS SELECT
  multiIf(is_same, 'BOTH', part = 0, 'ARRIVAL', 'EVENT') AS booked_by,
  bucket AS bucket_start,
  channel,
  queue,
  direction,
  in_end AS legs,
  if(part = 0, in_end, 0) * has_queued AS offered,
  in_queue * is_answered AS answered,
  in_queue * is_abandoned AS abandoned,
  in_queue * is_flow_out AS flow_outs,
  in_queue * is_answered * waited_ms AS answered_wait_ms,
  in_queue * is_abandoned * waited_ms AS abandoned_wait_ms,
  in_queue * is_flow_out * waited_ms AS flow_out_wait_ms,
  if(has_wait AND is_answered, ([waited_seconds], [toInt64(in_queue)]), ([], [])) AS answered_waits,
  if(has_wait AND is_abandoned, ([waited_seconds], [toInt64(in_queue)]), ([], [])) AS abandoned_waits,
  if(has_wait AND is_flow_out, ([waited_seconds], [toInt64(in_queue)]), ([], [])) AS flow_out_waits,
  in_queue * of_part.short_abandoned AS short_abandoned,
  in_queue * (is_flow_out AND flow_out_kind = 'callback') AS callback_flow_outs,
  in_queue * (is_abandoned AND ended_by = 'CUSTOMER') AS abandoned_by_customer,
  in_queue * (is_abandoned AND ended_by = 'SYSTEM') AS abandoned_by_system,
  in_abandon * (abandoned_in = 'IVR') AS abandoned_in_ivr,
  in_abandon * (abandoned_in = 'QUEUE') AS abandoned_in_queue,
  in_abandon * (abandoned_in = 'RING') AS abandoned_in_ring,
  in_abandon * (abandoned_in = 'HOLD') AS abandoned_on_hold,
  in_handling AS handled,
  in_handling * (has_talk OR has_hold OR has_acw OR has_focus) AS handled_timed,
  in_handling * talked_ms AS talk_ms,
  in_handling * has_talk AS talk_known,
  in_handling * held_ms AS hold_ms,
  in_handling * (has_hold AND (held_ms > 0 OR of_part.hold_count > 0)) AS held,
  in_handling * toInt64(of_part.hold_count) AS hold_count,
  in_handling * wrapped_ms AS acw_ms,
  in_handling * has_acw AS acw_known,
  in_handling * focused_ms AS focus_ms,
  in_handling * has_focus AS focus_known,
  if(has_focus, 0, in_handling * (talked_ms + held_ms)) AS talk_hold_ms_unfocused,
  in_transfer AS transfers,
  in_transfer * (kind IN ('cold', 'blind')) AS transfers_cold,
  in_transfer * (kind IN ('warm', 'consult', 'attended')) AS transfers_warm,
  in_transfer * (kind = 'queue') AS transfers_queue,
  in_transfer * (kind = 'external') AS transfers_external,
  in_end * toInt64(offer_count) AS offers,
  in_end * toInt64(unanswered_offer_count) AS unanswered_offers
FROM
(
  SELECT
    part, *,
    multiIf(part = 0, arrived_in, part = 1, ended_in, part = 2, left_in, handled_in) AS bucket,
    sign * (part = 0 OR bucket = ended_in) AS in_end,
    sign * (part = 0 OR bucket = left_in) AS in_queue,
    sign * (has_handling AND (part = 0 OR bucket = handled_in)) AS in_handling,
    sign * (transferred AND (part = 0 OR bucket = if(has_handling, handled_in, ended_in))) AS in_transfer,
    sign * (part = 0 OR bucket = if(is_abandoned, left_in, ended_in)) AS in_abandon
  FROM
  (
    SELECT
      channel, queue, direction, flow_out_kind, abandoned_in, short_abandoned, transferred, hold_count, offer_count,
      unanswered_offer_count, sign,
      left_by = 'ANSWERED' AS is_answered,
      left_by = 'ABANDONED' AS is_abandoned,
      left_by = 'FLOW_OUT' AS is_flow_out,
      queued_at IS NOT NULL AS has_queued,
      wait_ms IS NOT NULL AS has_wait,
      handled_at IS NOT NULL AS has_handling,
      talk_ms IS NOT NULL AS has_talk,
      hold_ms IS NOT NULL AS has_hold,
      acw_ms IS NOT NULL AS has_acw,
      focus_ms IS NOT NULL AS has_focus,
      ifNull(wait_ms, 0) AS waited_ms,
      ifNull(talk_ms, 0) AS talked_ms,
      ifNull(hold_ms, 0) AS held_ms,
      ifNull(acw_ms, 0) AS wrapped_ms,
      ifNull(focus_ms, 0) AS focused_ms,
      toUInt32(intDiv(greatest(waited_ms, 0) + 999, 1000)) AS waited_seconds,
      upper(disconnect_by) AS ended_by,
      lower(transfer_kind) AS kind,
      toStartOfFifteenMinutes(arrived_at) AS arrived_in,
      toStartOfFifteenMinutes(ended_at) AS ended_in,
      toStartOfFifteenMinutes(multiIf(
        left_by = '', ended_at,
        is_answered, ifNull(answered_at, ended_at),
        has_queued AND has_wait, addMilliseconds(assumeNotNull(queued_at), waited_ms),
        ended_at)) AS left_in,
      toStartOfFifteenMinutes(ifNull(handled_at, ended_at)) AS handled_in,
      arrived_in = ended_in AND ended_in = left_in AND ended_in = handled_in AS is_same
    FROM legs
  )
  ARRAY JOIN multiIf(
    is_same, [0],
    left_in = ended_in AND handled_in = ended_in, [0, 1],
    left_in = ended_in OR left_in = handled_in, [0, 1, 3],
    handled_in = ended_in, [0, 1, 2],
    [0, 1, 2, 3]) AS part
) AS of_part
COMMENT 'Fills leg_metrics_15m from each block that load inserts. Read service_levels and its like instead.';

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
  `row.resolved_by` AS resolved_by, `row.goal` AS goal, `row.case_id` AS case_id, `row.order_id` AS order_id,
  `row.hold_count` AS hold_count, `row.unanswered_offer_count` AS unanswered_offer_count,
  `row.customer_message_count` AS customer_message_count, `row.agent_message_count` AS agent_message_count,
  `row.bot_message_count` AS bot_message_count, `row.first_reply_at` AS first_reply_at,
  `row.abandoned_in` AS abandoned_in, `row.contact_intent` AS contact_intent, `row.cost_minor` AS cost_minor,
  `row.cost_currency` AS cost_currency, `row.emotion_start` AS emotion_start, `row.emotion_end` AS emotion_end,
  `row.version` AS version, `row.sign` AS sign,
  kafka_partition
FROM (SELECT customer_id, untuple(l) AS row, kafka_partition FROM sessions_landing ARRAY JOIN legs AS l)
COMMENT 'Fills legs from each block that load inserts. Read legs or legs_current instead.';

DROP TABLE IF EXISTS sessions_by_month SYNC;
DROP TABLE IF EXISTS legs_by_month SYNC;
