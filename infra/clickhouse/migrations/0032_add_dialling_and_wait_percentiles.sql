-- Dialling of outbound calls, and percentiles of queue waits. Load is stopped: the view that fills the roll-up is made anew,
-- and the roll-up is filled from all legs by the very query of the view.
ALTER TABLE leg_metrics_15m
  ADD COLUMN IF NOT EXISTS answered_wait_buckets SimpleAggregateFunction(sumMap, Tuple(Array(UInt16), Array(Int64))) COMMENT 'Waits of the answered in buckets 1 % wide: bucket n holds [1.01^(n - 1), 1.01^n) ms, bucket 0 waits below 1 ms; and how many waited so long. For percentiles: they add up, percentiles do not.' AFTER flow_out_waits,
  ADD COLUMN IF NOT EXISTS abandoned_wait_buckets SimpleAggregateFunction(sumMap, Tuple(Array(UInt16), Array(Int64))) COMMENT 'Waits of the abandoned, likewise.' AFTER answered_wait_buckets,
  ADD COLUMN IF NOT EXISTS dial_ms Int64 COMMENT 'Dialling of handled outbound calls that did not queue: ringing as stated, else from arrival to answer. Milliseconds.' AFTER talk_hold_ms_unfocused,
  ADD COLUMN IF NOT EXISTS dialled Int64 COMMENT 'Handled outbound calls whose dialling is known.' AFTER dial_ms;

DROP VIEW IF EXISTS leg_metrics_from_legs;
TRUNCATE TABLE leg_metrics_15m;

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
  if(has_wait AND is_answered, ([wait_bucket], [toInt64(in_queue)]), ([], [])) AS answered_wait_buckets,
  if(has_wait AND is_abandoned, ([wait_bucket], [toInt64(in_queue)]), ([], [])) AS abandoned_wait_buckets,
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
  in_handling * dialled_ms AS dial_ms,
  in_handling * has_dialling AS dialled,
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
      -- Bucket n from 1 on holds [1.01^(n - 1), 1.01^n) ms, bucket 0 what is below 1 ms.
      toUInt16(if(waited_ms < 1, 0, 1 + floor(log(waited_ms) / log(1.01)))) AS wait_bucket,
      -- What the source states as ringing wins; offers ring at agents, and are not it.
      if(direction = 'OUTBOUND' AND channel IN ('VOICE', 'VIDEO') AND queued_at IS NULL,
        coalesce(
          if(offer_count = 0, ring_ms, NULL),
          -- Not greatest(…, 0) alone: of NULL and 0 it makes 0.
          if(answered_at IS NULL, NULL, greatest(toUnixTimestamp64Milli(answered_at) - toUnixTimestamp64Milli(arrived_at), 0))),
        NULL) AS dialling_ms,
      dialling_ms IS NOT NULL AS has_dialling,
      ifNull(dialling_ms, 0) AS dialled_ms,
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

INSERT INTO leg_metrics_15m {select of leg_metrics_from_legs};

CREATE OR REPLACE VIEW leg_metrics_in
(
  period_start DateTime COMMENT 'Start of the period as by asks for it, in time_zone; from if by names none.',
  by_channel LowCardinality(String) COMMENT 'Channel; (all) unless by names it.',
  by_queue LowCardinality(String) COMMENT 'Queue; (all) unless by names it.',
  by_direction LowCardinality(String) COMMENT 'Direction; (all) unless by names it.',
  is_by_event UInt8 COMMENT 'Whether booked_by asks for EVENT.',
  {column list of leg_metrics_15m}
)
AS WITH
  ifNull({time_zone:Nullable(String)}, 'UTC') AS zone,
  -- A word that is none of these is refused, with the likeliest of them named.
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
  booking = 'EVENT' AS is_by_event,
  metrics.*
FROM leg_metrics_15m AS metrics
WHERE booked_by IN (booking, 'BOTH') AND bucket_start >= {from:DateTime64(3, 'UTC')} AND bucket_start < {to:DateTime64(3, 'UTC')}
COMMENT 'Rows of leg_metrics_15m whose buckets start in [from, to), with the period and the groups that they count to: what the views over legs are made of.';

CREATE OR REPLACE VIEW handle_times
(
  period_start DateTime COMMENT 'Start of the period as by asks for it, in time_zone; from if by names none.',
  channel LowCardinality(String) COMMENT 'Channel of the legs; (all) unless by names it.',
  queue LowCardinality(String) COMMENT 'Queue of the legs; (all) unless by names it.',
  direction LowCardinality(String) COMMENT 'Who approached whom; (all) unless by names it.',
  answered Int64 COMMENT 'Legs that left the queue by an answer: a leg that an agent got by a direct transfer is handled, not answered.',
  handled Int64 COMMENT 'Legs whose handling by an agent is complete, queued or not.',
  handled_timed Int64 COMMENT 'Of the handled, those of which any part is known.',
  talk_ms Int64 COMMENT 'Talk, hold excluded. Milliseconds.',
  hold_ms Int64 COMMENT 'Hold. Milliseconds.',
  acw_ms Int64 COMMENT 'After-contact work. Milliseconds.',
  focus_ms Int64 COMMENT 'Time in an agent\'s focus, of the legs that have it (asynchronous channels). Milliseconds.',
  dial_ms Int64 COMMENT 'Dialling and contacting of outbound calls, up to the answer. Milliseconds; no part of handle_ms.',
  dialled Int64 COMMENT 'Of the handled, outbound calls whose dialling is known.',
  handle_ms Int64 COMMENT 'Talk + hold + after-contact work. Milliseconds.',
  held Int64 COMMENT 'Of the handled, those that were put on hold and whose hold is known.',
  hold_count Int64 COMMENT 'How often they were put on hold.',
  aht_ms Nullable(Float64) COMMENT 'Average handle time: handle_ms / handled. Milliseconds.',
  aht_incl_dialling_ms Nullable(Float64) COMMENT '(handle_ms + dial_ms) / handled: the variant for outbound teams. Milliseconds.',
  aht_timed_ms Nullable(Float64) COMMENT 'handle_ms / handled_timed: legs of which nothing is known left out. Milliseconds.',
  aht_focus_ms Nullable(Float64) COMMENT 'As aht_timed_ms, with focus in place of talk and hold where it is known: not how long a conversation lay open. Milliseconds.',
  avg_talk_ms Nullable(Float64) COMMENT 'Talk / legs whose talk is known. Milliseconds.',
  avg_hold_all_ms Nullable(Float64) COMMENT 'Hold / handled: legs without hold count with 0. Milliseconds.',
  avg_hold_when_held_ms Nullable(Float64) COMMENT 'Hold / legs that were put on hold. Milliseconds.',
  avg_acw_ms Nullable(Float64) COMMENT 'After-contact work / legs whose after-contact work is known: a skipped one is not known. Milliseconds.',
  avg_focus_ms Nullable(Float64) COMMENT 'Focus / legs whose focus is known. Milliseconds.',
  avg_dial_ms Nullable(Float64) COMMENT 'Dialling / outbound calls whose dialling is known. Milliseconds.'
)
AS SELECT
  rows.period_start AS period_start, by_channel AS channel, by_queue AS queue,
  by_direction AS direction, sum(rows.answered) AS answered, sum(rows.handled) AS handled,
  sum(rows.handled_timed) AS handled_timed, sum(rows.talk_ms) AS talk_ms, sum(rows.hold_ms) AS hold_ms,
  sum(rows.acw_ms) AS acw_ms, sum(rows.focus_ms) AS focus_ms, sum(rows.dial_ms) AS dial_ms,
  sum(rows.dialled) AS dialled, talk_ms + hold_ms + acw_ms AS handle_ms,
  sum(rows.held) AS held, sum(rows.hold_count) AS hold_count, handle_ms / nullIf(handled, 0) AS aht_ms,
  (handle_ms + dial_ms) / nullIf(handled, 0) AS aht_incl_dialling_ms,
  handle_ms / nullIf(handled_timed, 0) AS aht_timed_ms,
  (sum(rows.talk_hold_ms_unfocused) + focus_ms + acw_ms) / nullIf(handled_timed, 0) AS aht_focus_ms,
  talk_ms / nullIf(sum(rows.talk_known), 0) AS avg_talk_ms, hold_ms / nullIf(handled, 0) AS avg_hold_all_ms,
  hold_ms / nullIf(held, 0) AS avg_hold_when_held_ms, acw_ms / nullIf(sum(rows.acw_known), 0) AS avg_acw_ms,
  focus_ms / nullIf(sum(rows.focus_known), 0) AS avg_focus_ms, dial_ms / nullIf(dialled, 0) AS avg_dial_ms
FROM leg_metrics_in(from = {from:DateTime64(3, 'UTC')}, to = {to:DateTime64(3, 'UTC')}, by = {by:Array(String)},
  time_zone = {time_zone:Nullable(String)}, booked_by = {booked_by:Nullable(String)}) AS rows
GROUP BY period_start, by_channel, by_queue, by_direction
HAVING handled != 0 OR answered != 0 ORDER BY period_start, channel, queue, direction
COMMENT 'Handle time of legs and its parts: handle_times(from = …, to = …, by = [\'day\', \'queue\'], booked_by = \'EVENT\'). Per agent see agent_handle_times, per contact contact_metrics. Where there is nothing to divide by, a rate is NULL; over several rows sum the numbers and divide the sums.';

CREATE OR REPLACE VIEW wait_percentiles
(
  period_start DateTime COMMENT 'Start of the period as by asks for it, in time_zone; from if by names none.',
  channel LowCardinality(String) COMMENT 'Channel of the legs; (all) unless by names it.',
  queue LowCardinality(String) COMMENT 'Queue of the legs; (all) unless by names it.',
  direction LowCardinality(String) COMMENT 'Who approached whom; (all) unless by names it.',
  answered_waits Int64 COMMENT 'Answered legs whose wait is known.',
  p50_answered_wait_ms Nullable(Int64) COMMENT 'Half of them waited no longer, within 0.5 %. Whole milliseconds. Does not add up.',
  p80_answered_wait_ms Nullable(Int64) COMMENT '80 % waited no longer, within 0.5 %. Whole milliseconds. Does not add up.',
  p90_answered_wait_ms Nullable(Int64) COMMENT '90 % waited no longer, within 0.5 %. Whole milliseconds. Does not add up.',
  p95_answered_wait_ms Nullable(Int64) COMMENT '95 % waited no longer, within 0.5 %. Whole milliseconds. Does not add up.',
  p99_answered_wait_ms Nullable(Int64) COMMENT '99 % waited no longer, within 0.5 %. Whole milliseconds. Does not add up.',
  abandoned_waits Int64 COMMENT 'Abandoned legs whose wait is known.',
  p50_abandoned_wait_ms Nullable(Int64) COMMENT 'Half of them hung up by then, within 0.5 %. Whole milliseconds. Does not add up.',
  p80_abandoned_wait_ms Nullable(Int64) COMMENT '80 % hung up by then, within 0.5 %. Whole milliseconds. Does not add up.',
  p90_abandoned_wait_ms Nullable(Int64) COMMENT '90 % hung up by then, within 0.5 %. Whole milliseconds. Does not add up.',
  p95_abandoned_wait_ms Nullable(Int64) COMMENT '95 % hung up by then, within 0.5 %. Whole milliseconds. Does not add up.',
  p99_abandoned_wait_ms Nullable(Int64) COMMENT '99 % hung up by then, within 0.5 %. Whole milliseconds. Does not add up.'
)
AS SELECT
  period_start, by_channel AS channel, by_queue AS queue, by_direction AS direction,
  arraySum(answered.2) AS answered_waits,
  of_answered[1] AS p50_answered_wait_ms, of_answered[2] AS p80_answered_wait_ms, of_answered[3] AS p90_answered_wait_ms,
  of_answered[4] AS p95_answered_wait_ms, of_answered[5] AS p99_answered_wait_ms,
  arraySum(abandoned.2) AS abandoned_waits,
  of_abandoned[1] AS p50_abandoned_wait_ms, of_abandoned[2] AS p80_abandoned_wait_ms, of_abandoned[3] AS p90_abandoned_wait_ms,
  of_abandoned[4] AS p95_abandoned_wait_ms, of_abandoned[5] AS p99_abandoned_wait_ms
FROM
(
  SELECT
    *,
    -- Nearest rank: the bucket in which the p-th of 100 parts ends, told by its middle (in ratio); NULL of nothing.
    arrayMap(n -> multiIf(empty(answered.1), NULL, n = 0, 0, toInt64(round(pow(1.01, n - 0.5)))), arrayMap(
      p -> answered.1[arrayFirstIndex(so_far -> so_far * 100 >= p * arraySum(answered.2), arrayCumSum(answered.2))],
      [50, 80, 90, 95, 99])) AS of_answered,
    arrayMap(n -> multiIf(empty(abandoned.1), NULL, n = 0, 0, toInt64(round(pow(1.01, n - 0.5)))), arrayMap(
      p -> abandoned.1[arrayFirstIndex(so_far -> so_far * 100 >= p * arraySum(abandoned.2), arrayCumSum(abandoned.2))],
      [50, 80, 90, 95, 99])) AS of_abandoned
  FROM
  (
    SELECT
      rows.period_start AS period_start, by_channel, by_queue, by_direction,
      sumMap(rows.answered_wait_buckets) AS answered, sumMap(rows.abandoned_wait_buckets) AS abandoned
    FROM leg_metrics_in(from = {from:DateTime64(3, 'UTC')}, to = {to:DateTime64(3, 'UTC')}, by = {by:Array(String)},
      time_zone = {time_zone:Nullable(String)}, booked_by = {booked_by:Nullable(String)}) AS rows
    GROUP BY period_start, by_channel, by_queue, by_direction
  )
)
WHERE notEmpty(answered.1) OR notEmpty(abandoned.1)
ORDER BY period_start, channel, queue, direction
COMMENT 'Percentiles of queue waits, from sums that add up over any time and group: wait_percentiles(from = …, to = …, by = [\'day\', \'queue\']). Each within 0.5 % of the wait of that rank; ask for the group that you want, percentiles do not add up.';
