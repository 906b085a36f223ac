-- One roll-up for all metrics of legs, in place of the one that fed efficiency_metrics: a block costs by its targets, and
-- this keeps their number. Waits are kept in whole seconds, so that any threshold is exact afterwards.
CREATE TABLE IF NOT EXISTS leg_metrics_15m
(
  booked_by LowCardinality(String) COMMENT 'ARRIVAL: the whole leg in the bucket in which it arrived. EVENT: each number in the bucket in which it happened. BOTH: legs for which these are one bucket; read it with either of the others.',
  bucket_start DateTime('UTC') COMMENT 'Start of the 15 minutes (UTC).',
  channel LowCardinality(String) COMMENT 'Channel of the legs.',
  queue LowCardinality(String) COMMENT 'Queue of the legs; empty if none.',
  direction LowCardinality(String) COMMENT 'Who approached whom: INBOUND, OUTBOUND, INTERNAL or UNKNOWN.',
  legs Int64 COMMENT 'Legs: sum of sign. Booked by EVENT: when they ended.',
  offered Int64 COMMENT 'Legs that entered a queue. By EVENT take answered + abandoned + flow_outs instead.',
  answered Int64 COMMENT 'Legs that left the queue by an answer.',
  abandoned Int64 COMMENT 'Legs abandoned in the queue.',
  flow_outs Int64 COMMENT 'Legs that left the queue otherwise.',
  answered_wait_ms Int64 COMMENT 'Wait of the answered. Milliseconds.',
  abandoned_wait_ms Int64 COMMENT 'Wait of the abandoned. Milliseconds.',
  flow_out_wait_ms Int64 COMMENT 'Wait of the flow-outs. Milliseconds.',
  answered_waits SimpleAggregateFunction(sumMap, Tuple(Array(UInt32), Array(Int64))) COMMENT 'Waits of the answered in whole seconds, rounded up, and how many waited so long: within T seconds if at most T. Unknown waits are not in it.',
  abandoned_waits SimpleAggregateFunction(sumMap, Tuple(Array(UInt32), Array(Int64))) COMMENT 'Waits of the abandoned, likewise.',
  flow_out_waits SimpleAggregateFunction(sumMap, Tuple(Array(UInt32), Array(Int64))) COMMENT 'Waits of the flow-outs, likewise.',
  short_abandoned Int64 COMMENT 'Legs abandoned within the short-abandon limit of session_rules.',
  callback_flow_outs Int64 COMMENT 'Legs that left the queue for a callback.',
  abandoned_by_customer Int64 COMMENT 'Legs abandoned in the queue that the customer ended.',
  abandoned_by_system Int64 COMMENT 'Legs abandoned in the queue that a system ended.',
  abandoned_in_ivr Int64 COMMENT 'Legs that the customer gave up in the voice menu, before a queue.',
  abandoned_in_queue Int64 COMMENT 'Legs that the customer gave up in the queue.',
  abandoned_in_ring Int64 COMMENT 'Legs that the customer gave up while an agent was being rung.',
  abandoned_on_hold Int64 COMMENT 'Legs that the customer gave up on hold.',
  handled Int64 COMMENT 'Legs whose handling is complete. Booked by EVENT: when it was.',
  handled_timed Int64 COMMENT 'Handled legs of which talk, hold, after-contact work or focus is known.',
  talk_ms Int64 COMMENT 'Talk of handled legs. Milliseconds.',
  talk_known Int64 COMMENT 'Handled legs whose talk is known.',
  hold_ms Int64 COMMENT 'Hold of handled legs. Milliseconds.',
  held Int64 COMMENT 'Handled legs that were put on hold and whose hold is known.',
  hold_count Int64 COMMENT 'Holds of handled legs.',
  acw_ms Int64 COMMENT 'After-contact work of handled legs. Milliseconds.',
  acw_known Int64 COMMENT 'Handled legs whose after-contact work is known.',
  focus_ms Int64 COMMENT 'Focus of handled legs. Milliseconds.',
  focus_known Int64 COMMENT 'Handled legs whose focus is known.',
  talk_hold_ms_unfocused Int64 COMMENT 'Talk and hold of handled legs whose focus is not known. Milliseconds.',
  transfers Int64 COMMENT 'Legs that were transferred. Booked by EVENT: when handling was complete, else when they ended.',
  transfers_cold Int64 COMMENT 'Transfers without a consultation.',
  transfers_warm Int64 COMMENT 'Transfers after a consultation.',
  transfers_queue Int64 COMMENT 'Transfers to a queue.',
  transfers_external Int64 COMMENT 'Transfers to an outside line.',
  offers Int64 COMMENT 'Offers to agents. Booked by EVENT: when the leg ended.',
  unanswered_offers Int64 COMMENT 'Offers to agents that were rejected or timed out.'
)
ENGINE = SummingMergeTree
PARTITION BY toYear(bucket_start)
ORDER BY (booked_by, bucket_start, channel, queue, direction)
SETTINGS non_replicated_deduplication_window = 200000, min_columns_to_activate_adaptive_write_buffer = 10
COMMENT 'Metrics of legs in 15-minute buckets as signed sums: sum them by any group, where booked_by is BOTH or one of the others. Better read the views made of it: service_levels, abandonments, handle_times, transfers.';

-- Load is stopped: nothing flows while the table is filled from all legs, by the very query of the view.
DROP VIEW IF EXISTS leg_metrics_from_legs;
TRUNCATE TABLE leg_metrics_15m;

-- Only sums of sign * x: a leg taken back subtracts exactly what it added, whatever the order. A leg gives a row for its
-- arrival and one for each other bucket in which something of it happened (its end, leaving the queue, the end of
-- handling); or one for all, where it is one bucket.
CREATE MATERIALIZED VIEW IF NOT EXISTS leg_metrics_from_legs TO leg_metrics_15m {columns of leg_metrics_15m}
AS SELECT
  multiIf(is_same, 'BOTH', part = 0, 'ARRIVAL', 'EVENT') AS booked_by,
  bucket AS bucket_start,
  channel,
  queue,
  direction,
  sum(in_end) AS legs,
  sum(if(part = 0, in_end, 0) * has_queued) AS offered,
  sum(in_queue * is_answered) AS answered,
  sum(in_queue * is_abandoned) AS abandoned,
  sum(in_queue * is_flow_out) AS flow_outs,
  sum(in_queue * is_answered * waited_ms) AS answered_wait_ms,
  sum(in_queue * is_abandoned * waited_ms) AS abandoned_wait_ms,
  sum(in_queue * is_flow_out * waited_ms) AS flow_out_wait_ms,
  sumMapIf([waited_seconds], [toInt64(in_queue)], has_wait AND is_answered) AS answered_waits,
  sumMapIf([waited_seconds], [toInt64(in_queue)], has_wait AND is_abandoned) AS abandoned_waits,
  sumMapIf([waited_seconds], [toInt64(in_queue)], has_wait AND is_flow_out) AS flow_out_waits,
  sum(in_queue * of_part.short_abandoned) AS short_abandoned,
  sum(in_queue * (is_flow_out AND flow_out_kind = 'callback')) AS callback_flow_outs,
  sum(in_queue * (is_abandoned AND ended_by = 'CUSTOMER')) AS abandoned_by_customer,
  sum(in_queue * (is_abandoned AND ended_by = 'SYSTEM')) AS abandoned_by_system,
  sum(in_abandon * (abandoned_in = 'IVR')) AS abandoned_in_ivr,
  sum(in_abandon * (abandoned_in = 'QUEUE')) AS abandoned_in_queue,
  sum(in_abandon * (abandoned_in = 'RING')) AS abandoned_in_ring,
  sum(in_abandon * (abandoned_in = 'HOLD')) AS abandoned_on_hold,
  sum(in_handling) AS handled,
  sum(in_handling * (has_talk OR has_hold OR has_acw OR has_focus)) AS handled_timed,
  sum(in_handling * talked_ms) AS talk_ms,
  sum(in_handling * has_talk) AS talk_known,
  sum(in_handling * held_ms) AS hold_ms,
  sum(in_handling * (has_hold AND (held_ms > 0 OR of_part.hold_count > 0))) AS held,
  sum(in_handling * toInt64(of_part.hold_count)) AS hold_count,
  sum(in_handling * wrapped_ms) AS acw_ms,
  sum(in_handling * has_acw) AS acw_known,
  sum(in_handling * focused_ms) AS focus_ms,
  sum(in_handling * has_focus) AS focus_known,
  sum(if(has_focus, 0, in_handling * (talked_ms + held_ms))) AS talk_hold_ms_unfocused,
  sum(in_transfer) AS transfers,
  sum(in_transfer * (kind IN ('cold', 'blind'))) AS transfers_cold,
  sum(in_transfer * (kind IN ('warm', 'consult', 'attended'))) AS transfers_warm,
  sum(in_transfer * (kind = 'queue')) AS transfers_queue,
  sum(in_transfer * (kind = 'external')) AS transfers_external,
  sum(in_end * toInt64(offer_count)) AS offers,
  sum(in_end * toInt64(unanswered_offer_count)) AS unanswered_offers
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
GROUP BY booked_by, bucket_start, channel, queue, direction
COMMENT 'Fills leg_metrics_15m from each block that load inserts. Read service_levels and its like instead.';

INSERT INTO leg_metrics_15m {select of leg_metrics_from_legs};

-- The same figures from the new roll-up; the one that fed it until now goes.
CREATE OR REPLACE VIEW efficiency_metrics
(
  bucket_start DateTime('UTC') COMMENT 'Start of the 15 minutes (UTC) in which the legs arrived: a window owns the demand that entered it.',
  channel LowCardinality(String) COMMENT 'Channel of the legs.',
  queue LowCardinality(String) COMMENT 'Queue of the legs; empty if none.',
  legs Int64 COMMENT 'Legs that arrived, queued or not.',
  offered Int64 COMMENT 'Legs that entered a queue: answered, abandoned, flowed out or still waiting.',
  answered Int64 COMMENT 'Offered legs that an agent answered.',
  abandoned Int64 COMMENT 'Offered legs abandoned before an answer, short ones included.',
  short_abandoned Int64 COMMENT 'Abandoned legs that waited no longer than the short-abandon limit (5 s).',
  flow_outs Int64 COMMENT 'Offered legs that left the queue otherwise: callback, voicemail, another queue.',
  handled Int64 COMMENT 'Legs whose handling by an agent is complete, offered or not.',
  talk_ms Int64 COMMENT 'Talk time of handled legs, hold excluded. Milliseconds.',
  hold_ms Int64 COMMENT 'Hold time of handled legs. Milliseconds.',
  acw_ms Int64 COMMENT 'After-contact work of handled legs. Milliseconds.',
  wait_ms_answered Int64 COMMENT 'Queue wait of answered legs. Milliseconds.',
  wait_ms_abandoned Int64 COMMENT 'Queue wait of abandoned legs. Milliseconds.',
  transfers Int64 COMMENT 'Legs that were transferred.',
  asa_ms Nullable(Float64) COMMENT 'Average speed of answer: wait of answered legs over those whose wait is known. Milliseconds; NULL if there are none.',
  aht_ms Nullable(Float64) COMMENT 'Average handle time: (talk + hold + after-contact work) over handled legs. Milliseconds; NULL if there are none.',
  answer_rate Nullable(Float64) COMMENT 'answered / offered, 0 to 1; NULL if none was offered.',
  abandon_rate Nullable(Float64) COMMENT 'abandoned / offered, 0 to 1; NULL if none was offered.',
  abandon_rate_excl_short Nullable(Float64) COMMENT '(abandoned - short_abandoned) / (offered - short_abandoned), 0 to 1; NULL if none remains.',
  transfer_rate Nullable(Float64) COMMENT 'transfers / handled; NULL if none was handled.'
)
AS SELECT
  bucket_start,
  channel,
  queue,
  sum(signed.legs) AS legs,
  sum(signed.offered) AS offered,
  sum(signed.answered) AS answered,
  sum(signed.abandoned) AS abandoned,
  sum(signed.short_abandoned) AS short_abandoned,
  sum(signed.flow_outs) AS flow_outs,
  sum(signed.handled) AS handled,
  sum(signed.talk_ms) AS talk_ms,
  sum(signed.hold_ms) AS hold_ms,
  sum(signed.acw_ms) AS acw_ms,
  sum(signed.answered_wait_ms) AS wait_ms_answered,
  sum(signed.abandoned_wait_ms) AS wait_ms_abandoned,
  sum(signed.transfers) AS transfers,
  wait_ms_answered / nullIf(sum(arraySum(signed.answered_waits.2)), 0) AS asa_ms,
  (talk_ms + hold_ms + acw_ms) / nullIf(handled, 0) AS aht_ms,
  answered / nullIf(offered, 0) AS answer_rate,
  abandoned / nullIf(offered, 0) AS abandon_rate,
  (abandoned - short_abandoned) / nullIf(offered - short_abandoned, 0) AS abandon_rate_excl_short,
  transfers / nullIf(handled, 0) AS transfer_rate
FROM leg_metrics_15m AS signed
WHERE booked_by IN ('ARRIVAL', 'BOTH')
GROUP BY bucket_start, channel, queue
HAVING legs != 0
COMMENT 'Efficiency per 15 minutes of arrival, channel and queue. Over longer times sum the numbers and divide the sums; never average the rates.';

DROP VIEW IF EXISTS efficiency_metrics_from_legs;
DROP TABLE IF EXISTS efficiency_metrics_15m;

CREATE TABLE IF NOT EXISTS service_level_targets
(
  queue LowCardinality(String) COMMENT 'Queue as legs name it; * for every queue that has no row of its own.',
  channel LowCardinality(String) COMMENT 'Channel of the legs; * for every channel that has no row of its own.',
  target_seconds UInt32 COMMENT 'Answered in time up to this wait. Seconds.',
  short_abandon_seconds UInt32 COMMENT 'Up to this wait an abandoned leg counts as short. Seconds.',
  share Float64 COMMENT 'Share of legs to be answered in time, 0 to 1.',
  updated_at DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'When this row was written (UTC): the newest of a queue and channel holds, for all history.'
)
ENGINE = ReplacingMergeTree(updated_at)
ORDER BY (queue, channel)
COMMENT 'Service level targets per queue and channel, written by whoever sets them. The row that names most holds (the queue before the channel); where none does, 20 s, short up to 5 s, 80 %.';
