-- One roll-up for all metrics of legs, in place of the one that fed efficiency_metrics: a block costs by its targets, and
-- this keeps their number. wait_seconds is part of the key, so that any threshold in whole seconds is exact afterwards.
CREATE TABLE IF NOT EXISTS leg_metrics_15m
(
  booked_by LowCardinality(String) COMMENT 'ARRIVAL: the whole leg in the bucket in which it arrived. EVENT: each number in the bucket in which it happened.',
  bucket_start DateTime('UTC') COMMENT 'Start of the 15 minutes (UTC).',
  channel LowCardinality(String) COMMENT 'Channel of the legs.',
  queue LowCardinality(String) COMMENT 'Queue of the legs; empty if none.',
  direction LowCardinality(String) COMMENT 'Who approached whom: INBOUND, OUTBOUND, INTERNAL or UNKNOWN.',
  left_by LowCardinality(String) COMMENT 'How they left the queue: ANSWERED, ABANDONED or FLOW_OUT; empty if they wait or never queued, and for numbers that are booked apart from the queue.',
  wait_seconds Int32 COMMENT 'Wait of those that left the queue, in whole seconds, rounded up: within T seconds if it is at most T; -1 if unknown.',
  legs Int64 COMMENT 'Legs: sum of sign. Booked by EVENT: when they ended.',
  offered Int64 COMMENT 'Legs that entered a queue. Booked by EVENT: those that left it, when they left it.',
  dequeued Int64 COMMENT 'Legs that left the queue, as left_by says.',
  wait_ms Int64 COMMENT 'Wait of those that left the queue. Milliseconds.',
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
ORDER BY (booked_by, bucket_start, channel, queue, direction, left_by, wait_seconds)
SETTINGS non_replicated_deduplication_window = 200000, min_columns_to_activate_adaptive_write_buffer = 10
COMMENT 'Metrics of legs in 15-minute buckets, one row for each wait in whole seconds, as signed sums: sum them by any group, of one value of booked_by at a time. Better read the views made of it: service_levels, abandonments, handle_times, transfers.';

-- Load is stopped: nothing flows while the table is filled from all legs, by the very query of the view.
DROP VIEW IF EXISTS leg_metrics_from_legs;
TRUNCATE TABLE leg_metrics_15m;

-- Only sums of sign * x: a leg taken back subtracts exactly what it added, whatever the order. A leg is up to four
-- parts: 0 by arrival; by event 1 its end, 2 leaving the queue, 3 the end of handling.
CREATE MATERIALIZED VIEW IF NOT EXISTS leg_metrics_from_legs TO leg_metrics_15m {columns of leg_metrics_15m}
AS SELECT
  if(part = 0, 'ARRIVAL', 'EVENT') AS booked_by,
  toStartOfFifteenMinutes(multiIf(part = 0, arrived_at, part = 1, ended_at, part = 2, left_at, handled_at_known)) AS bucket_start,
  channel,
  queue,
  direction,
  if(part IN (0, 2), of_part.left_by, '') AS left_by,
  if(part IN (0, 2), waited_seconds, -1) AS wait_seconds,
  sum(in_end) AS legs,
  sum(in_queue * has_queued) AS offered,
  sum(in_queue * (of_part.left_by != '')) AS dequeued,
  sum(if(of_part.left_by != '', in_queue * waited_ms, 0)) AS wait_ms,
  sum(in_queue * of_part.short_abandoned) AS short_abandoned,
  sum(in_queue * (of_part.left_by = 'FLOW_OUT' AND flow_out_kind = 'callback')) AS callback_flow_outs,
  sum(in_queue * (of_part.left_by = 'ABANDONED' AND ended_by = 'CUSTOMER')) AS abandoned_by_customer,
  sum(in_queue * (of_part.left_by = 'ABANDONED' AND ended_by = 'SYSTEM')) AS abandoned_by_system,
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
    part, channel, queue, direction, left_by, flow_out_kind, abandoned_in, short_abandoned, arrived_at, ended_at,
    hold_count, offer_count, unanswered_offer_count,
    assumeNotNull(handled_at) AS handled_at_known,
    multiIf(
      left_by = 'ANSWERED', ifNull(answered_at, ended_at),
      queued_at IS NULL OR wait_ms IS NULL, ended_at,
      addMilliseconds(assumeNotNull(queued_at), assumeNotNull(wait_ms))) AS left_at,
    ifNull(wait_ms, 0) AS waited_ms,
    if(left_by = '' OR wait_ms IS NULL, -1, intDiv(greatest(waited_ms, 0) + 999, 1000)) AS waited_seconds,
    queued_at IS NOT NULL AS has_queued,
    talk_ms IS NOT NULL AS has_talk,
    hold_ms IS NOT NULL AS has_hold,
    acw_ms IS NOT NULL AS has_acw,
    focus_ms IS NOT NULL AS has_focus,
    ifNull(talk_ms, 0) AS talked_ms,
    ifNull(hold_ms, 0) AS held_ms,
    ifNull(acw_ms, 0) AS wrapped_ms,
    ifNull(focus_ms, 0) AS focused_ms,
    upper(disconnect_by) AS ended_by,
    lower(transfer_kind) AS kind,
    sign * (part IN (0, 1)) AS in_end,
    sign * (part IN (0, 2)) AS in_queue,
    sign * (part IN (0, 3) AND handled_at IS NOT NULL) AS in_handling,
    sign * (transferred AND part IN (0, if(handled_at IS NULL, 1, 3))) AS in_transfer,
    sign * (part IN (0, if(left_by = 'ABANDONED', 2, 1))) AS in_abandon
  FROM legs
  ARRAY JOIN [0, 1, 2, 3] AS part
  WHERE part < 2 OR (part = 2 AND left_by != '') OR (part = 3 AND handled_at IS NOT NULL)
) AS of_part
GROUP BY booked_by, bucket_start, channel, queue, direction, left_by, wait_seconds
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
  sumIf(signed.dequeued, left_by = 'ANSWERED') AS answered,
  sumIf(signed.dequeued, left_by = 'ABANDONED') AS abandoned,
  sum(signed.short_abandoned) AS short_abandoned,
  sumIf(signed.dequeued, left_by = 'FLOW_OUT') AS flow_outs,
  sum(signed.handled) AS handled,
  sum(signed.talk_ms) AS talk_ms,
  sum(signed.hold_ms) AS hold_ms,
  sum(signed.acw_ms) AS acw_ms,
  sumIf(signed.wait_ms, left_by = 'ANSWERED') AS wait_ms_answered,
  sumIf(signed.wait_ms, left_by = 'ABANDONED') AS wait_ms_abandoned,
  sum(signed.transfers) AS transfers,
  wait_ms_answered / nullIf(sumIf(signed.dequeued, left_by = 'ANSWERED' AND wait_seconds >= 0), 0) AS asa_ms,
  (talk_ms + hold_ms + acw_ms) / nullIf(handled, 0) AS aht_ms,
  answered / nullIf(offered, 0) AS answer_rate,
  abandoned / nullIf(offered, 0) AS abandon_rate,
  (abandoned - short_abandoned) / nullIf(offered - short_abandoned, 0) AS abandon_rate_excl_short,
  transfers / nullIf(handled, 0) AS transfer_rate
FROM leg_metrics_15m AS signed
WHERE booked_by = 'ARRIVAL'
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

-- Parameters: see README.md, "Metrics of a contact centre". Views with parameters read one another.
CREATE OR REPLACE VIEW leg_metrics_in
(
  period_start DateTime COMMENT 'Start of the period as by asks for it, in time_zone; from if by names none.',
  by_channel LowCardinality(String) COMMENT 'Channel; (all) unless by names it.',
  by_queue LowCardinality(String) COMMENT 'Queue; (all) unless by names it.',
  by_direction LowCardinality(String) COMMENT 'Direction; (all) unless by names it.',
  {column list of leg_metrics_15m}
)
AS WITH
  ifNull({time_zone:Nullable(String)}, 'UTC') AS zone,
  -- What is none of these is refused, with the likeliest of them named.
  toString(CAST(ifNull({booked_by:Nullable(String)}, 'ARRIVAL'), 'Enum8(\'ARRIVAL\', \'EVENT\')')) AS booking,
  CAST(CAST({by:Array(String)}, 'Array(Enum8(\'quarter_hour\', \'half_hour\', \'hour\', \'day\', \'week\', \'month\', \'channel\', \'queue\', \'direction\'))'), 'Array(String)') AS groups
SELECT
  multiIf(
    has(groups, 'quarter_hour'), toTimeZone(metrics.bucket_start, zone),
    has(groups, 'half_hour'), toStartOfHour(metrics.bucket_start, zone) + if(toMinute(metrics.bucket_start, zone) < 30, 0, 1800),
    has(groups, 'hour'), toStartOfHour(metrics.bucket_start, zone),
    has(groups, 'day'), toStartOfDay(metrics.bucket_start, zone),
    has(groups, 'week'), toDateTime(toMonday(metrics.bucket_start, zone), zone),
    has(groups, 'month'), toDateTime(toStartOfMonth(metrics.bucket_start, zone), zone),
    toDateTime({from:DateTime64(3, 'UTC')}, zone)) AS period_start,
  if(has(groups, 'channel'), metrics.channel, '(all)') AS by_channel,
  if(has(groups, 'queue'), metrics.queue, '(all)') AS by_queue,
  if(has(groups, 'direction'), metrics.direction, '(all)') AS by_direction,
  metrics.*
FROM leg_metrics_15m AS metrics
WHERE booked_by = booking AND bucket_start >= {from:DateTime64(3, 'UTC')} AND bucket_start < {to:DateTime64(3, 'UTC')}
COMMENT 'Rows of leg_metrics_15m whose buckets start in [from, to), with the period and the groups that they count to: what the views over legs are made of.';

CREATE OR REPLACE VIEW queue_waits_in
(
  period_start DateTime COMMENT 'Start of the period as by asks for it, in time_zone; from if by names none.',
  by_channel LowCardinality(String) COMMENT 'Channel; (all) unless by names it.',
  by_queue LowCardinality(String) COMMENT 'Queue; (all) unless by names it.',
  by_direction LowCardinality(String) COMMENT 'Direction; (all) unless by names it.',
  channel LowCardinality(String) COMMENT 'Channel of the legs.',
  queue LowCardinality(String) COMMENT 'Queue of the legs; empty if none.',
  left_by LowCardinality(String) COMMENT 'As in leg_metrics_15m.',
  wait_seconds Int32 COMMENT 'As in leg_metrics_15m.',
  offered Int64 COMMENT 'As in leg_metrics_15m, like the other numbers, summed.',
  dequeued Int64 COMMENT 'Legs that left the queue.',
  wait_ms Int64 COMMENT 'Wait of those that left the queue. Milliseconds.',
  callback_flow_outs Int64 COMMENT 'Left for a callback.',
  abandoned_by_customer Int64 COMMENT 'Abandoned, ended by the customer.',
  abandoned_by_system Int64 COMMENT 'Abandoned, ended by a system.',
  abandoned_in_ivr Int64 COMMENT 'Given up in the voice menu.',
  abandoned_in_queue Int64 COMMENT 'Given up in the queue.',
  abandoned_in_ring Int64 COMMENT 'Given up while an agent was being rung.',
  abandoned_on_hold Int64 COMMENT 'Given up on hold.',
  handled Int64 COMMENT 'Legs whose handling is complete.',
  target_seconds UInt32 COMMENT 'The target that holds: what is given, else by service_level_targets. Seconds.',
  short_seconds UInt32 COMMENT 'The short-abandon limit that holds, likewise. Seconds.',
  target_share Float64 COMMENT 'Share of legs to be in time by service_level_targets, 0 to 1.',
  in_time UInt8 COMMENT 'Whether the wait is known and at most the target.',
  is_short UInt8 COMMENT 'Whether the wait is known and at most the short-abandon limit.'
)
AS WITH
  rows AS
  (
    SELECT
      period_start, by_channel, by_queue, by_direction, channel, queue, left_by, wait_seconds,
      sum(signed.offered) AS offered, sum(signed.dequeued) AS dequeued, sum(signed.wait_ms) AS wait_ms,
      sum(signed.callback_flow_outs) AS callback_flow_outs, sum(signed.abandoned_by_customer) AS abandoned_by_customer,
      sum(signed.abandoned_by_system) AS abandoned_by_system, sum(signed.abandoned_in_ivr) AS abandoned_in_ivr,
      sum(signed.abandoned_in_queue) AS abandoned_in_queue, sum(signed.abandoned_in_ring) AS abandoned_in_ring,
      sum(signed.abandoned_on_hold) AS abandoned_on_hold, sum(signed.handled) AS handled
    FROM leg_metrics_in(from = {from:DateTime64(3, 'UTC')}, to = {to:DateTime64(3, 'UTC')}, by = {by:Array(String)},
      time_zone = {time_zone:Nullable(String)}, booked_by = {booked_by:Nullable(String)}) AS signed
    GROUP BY ALL
  ),
  targets AS
  (
    SELECT
      pairs.queue AS queue, pairs.channel AS channel,
      argMax((wanted.target_seconds, wanted.short_abandon_seconds, wanted.share), named) AS target
    FROM (SELECT DISTINCT queue, channel FROM rows) AS pairs
    CROSS JOIN
    (
      SELECT queue, channel, target_seconds, short_abandon_seconds, share, 1 + 2 * (queue != '*') + (channel != '*') AS named
      FROM service_level_targets FINAL
      UNION ALL SELECT '*', '*', 20, 5, 0.8, 0
    ) AS wanted
    WHERE wanted.queue IN (pairs.queue, '*') AND wanted.channel IN (pairs.channel, '*')
    GROUP BY queue, channel
  )
SELECT
  rows.*,
  ifNull({target_seconds:Nullable(UInt32)}, target.1) AS target_seconds,
  ifNull({short_seconds:Nullable(UInt32)}, target.2) AS short_seconds,
  target.3 AS target_share,
  rows.wait_seconds BETWEEN 0 AND target_seconds AS in_time,
  rows.wait_seconds BETWEEN 0 AND short_seconds AS is_short
FROM rows
INNER JOIN targets ON targets.queue = rows.queue AND targets.channel = rows.channel
COMMENT 'Queued and given-up legs of leg_metrics_in, summed, with the target and the short-abandon limit that hold for each row: what service_levels and abandonments are made of.';
