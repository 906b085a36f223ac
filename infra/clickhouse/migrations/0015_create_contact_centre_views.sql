-- Parameters: see README.md, "Metrics of a contact centre". Views with parameters read one another.
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

CREATE OR REPLACE VIEW queue_waits_in
(
  period_start DateTime COMMENT 'Start of the period as by asks for it, in time_zone; from if by names none.',
  by_channel LowCardinality(String) COMMENT 'Channel; (all) unless by names it.',
  by_queue LowCardinality(String) COMMENT 'Queue; (all) unless by names it.',
  by_direction LowCardinality(String) COMMENT 'Direction; (all) unless by names it.',
  channel LowCardinality(String) COMMENT 'Channel of the legs.',
  queue LowCardinality(String) COMMENT 'Queue of the legs; empty if none.',
  offered Int64 COMMENT 'Legs that entered a queue; by EVENT those that left it.',
  answered Int64 COMMENT 'Left by an answer.',
  abandoned Int64 COMMENT 'Abandoned.',
  flow_outs Int64 COMMENT 'Left otherwise.',
  answered_wait_ms Int64 COMMENT 'Wait of the answered. Milliseconds.',
  abandoned_wait_ms Int64 COMMENT 'Wait of the abandoned. Milliseconds.',
  flow_out_wait_ms Int64 COMMENT 'Wait of the flow-outs. Milliseconds.',
  answered_waits Tuple(Array(UInt32), Array(Int64)) COMMENT 'Waits of the answered in whole seconds, and how many waited so long.',
  abandoned_waits Tuple(Array(UInt32), Array(Int64)) COMMENT 'Waits of the abandoned, likewise.',
  flow_out_waits Tuple(Array(UInt32), Array(Int64)) COMMENT 'Waits of the flow-outs, likewise.',
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
  answered_in_time Int64 COMMENT 'Answered with a wait of at most the target.',
  abandoned_in_time Int64 COMMENT 'Abandoned with a wait of at most the target.',
  flow_outs_in_time Int64 COMMENT 'Left otherwise with a wait of at most the target.',
  short_abandoned Int64 COMMENT 'Abandoned with a wait of at most the short-abandon limit.'
)
AS WITH
  rows AS (
    SELECT
      period_start, by_channel, by_queue, by_direction, channel, queue,
      if(any(signed.is_by_event), answered + abandoned + flow_outs, sum(signed.offered)) AS offered,
      sum(signed.answered) AS answered, sum(signed.abandoned) AS abandoned, sum(signed.flow_outs) AS flow_outs,
      sum(signed.answered_wait_ms) AS answered_wait_ms, sum(signed.abandoned_wait_ms) AS abandoned_wait_ms,
      sum(signed.flow_out_wait_ms) AS flow_out_wait_ms, sumMap(signed.answered_waits) AS answered_waits,
      sumMap(signed.abandoned_waits) AS abandoned_waits, sumMap(signed.flow_out_waits) AS flow_out_waits,
      sum(signed.callback_flow_outs) AS callback_flow_outs, sum(signed.abandoned_by_customer) AS abandoned_by_customer,
      sum(signed.abandoned_by_system) AS abandoned_by_system, sum(signed.abandoned_in_ivr) AS abandoned_in_ivr,
      sum(signed.abandoned_in_queue) AS abandoned_in_queue, sum(signed.abandoned_in_ring) AS abandoned_in_ring,
      sum(signed.abandoned_on_hold) AS abandoned_on_hold, sum(signed.handled) AS handled
    FROM leg_metrics_in(from = {from:DateTime64(3, 'UTC')}, to = {to:DateTime64(3, 'UTC')}, by = {by:Array(String)}, time_zone = {time_zone:Nullable(String)}, booked_by = {booked_by:Nullable(String)}) AS signed
    GROUP BY period_start, by_channel, by_queue, by_direction, channel, queue
  ),
  targets AS (
    SELECT pairs.queue AS queue, pairs.channel AS channel, argMax((wanted.target_seconds, wanted.short_abandon_seconds, wanted.share), named) AS target
    FROM (SELECT DISTINCT queue, channel FROM rows) AS pairs
    CROSS JOIN (
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
  arraySum((seconds, legs) -> if(seconds <= target_seconds, legs, 0), answered_waits.1, answered_waits.2) AS answered_in_time,
  arraySum((seconds, legs) -> if(seconds <= target_seconds, legs, 0), abandoned_waits.1, abandoned_waits.2) AS abandoned_in_time,
  arraySum((seconds, legs) -> if(seconds <= target_seconds, legs, 0), flow_out_waits.1, flow_out_waits.2) AS flow_outs_in_time,
  arraySum((seconds, legs) -> if(seconds <= short_seconds, legs, 0), abandoned_waits.1, abandoned_waits.2) AS short_abandoned
FROM rows
INNER JOIN targets ON targets.queue = rows.queue AND targets.channel = rows.channel
COMMENT 'Queued and given-up legs of leg_metrics_in, summed, with the target and the short-abandon limit that hold for each row: what service_levels and abandonments are made of.';

CREATE OR REPLACE VIEW service_levels
(
  period_start DateTime COMMENT 'Start of the period as by asks for it, in time_zone; from if by names none.',
  channel LowCardinality(String) COMMENT 'Channel of the legs; (all) unless by names it.',
  queue LowCardinality(String) COMMENT 'Queue of the legs; (all) unless by names it.',
  direction LowCardinality(String) COMMENT 'Who approached whom; (all) unless by names it.',
  target_seconds Nullable(UInt32) COMMENT 'The target T: what is given, else what service_level_targets says; NULL where it differs within the group. Seconds.',
  target_share Nullable(Float64) COMMENT 'Share of legs to be in time by service_level_targets, 0 to 1; NULL where it differs within the group.',
  offered Int64 COMMENT 'Legs that entered a queue (by EVENT: that left it).',
  answered Int64 COMMENT 'Legs that left the queue by an answer.',
  answered_in_time Int64 COMMENT 'Answered with a wait of at most T.',
  abandoned Int64 COMMENT 'Legs abandoned in the queue.',
  abandoned_in_time Int64 COMMENT 'Abandoned with a wait of at most T.',
  short_abandoned Int64 COMMENT 'Abandoned within the short-abandon limit.',
  flow_outs Int64 COMMENT 'Legs that left the queue otherwise: callback, voicemail, another queue.',
  flow_outs_in_time Int64 COMMENT 'Left the queue otherwise with a wait of at most T.',
  waiting Int64 COMMENT 'Offered legs that have not left the queue; 0 by EVENT.',
  sl_offered Nullable(Float64) COMMENT 'The default: answered in time / (answered + abandoned), 0 to 1.',
  sl_answered_over_answered Nullable(Float64) COMMENT 'Answered in time / answered, 0 to 1.',
  sl_excl_short Nullable(Float64) COMMENT 'Answered in time / (answered + abandoned - short abandoned), 0 to 1.',
  sl_incl_flowouts Nullable(Float64) COMMENT 'Answered in time / (answered + abandoned + flow-outs), 0 to 1.',
  sl_excl_abandons Nullable(Float64) COMMENT 'Answered in time / answered: abandoned legs taken out. The same formula as sl_answered_over_answered, under the name of other vendors. 0 to 1.',
  sl_abandons_ignored Nullable(Float64) COMMENT 'Answered in time / (answered + abandoned - abandoned in time), 0 to 1.',
  sl_abandons_positive Nullable(Float64) COMMENT '(Answered in time + abandoned in time) / (answered + abandoned), 0 to 1.',
  sl_abandons_ignored_incl_flowouts Nullable(Float64) COMMENT 'Answered in time / (answered + abandoned + flow-outs - abandoned in time), 0 to 1.',
  sl_dequeued Nullable(Float64) COMMENT 'Left the queue in time, by whatever way / offered (those still waiting too), 0 to 1.',
  asa_ms Nullable(Float64) COMMENT 'Average speed of answer: wait of answered legs / those of them whose wait is known. Milliseconds.',
  avg_abandon_wait_ms Nullable(Float64) COMMENT 'Wait of abandoned legs / those of them whose wait is known. Milliseconds.',
  unknown_waits Int64 COMMENT 'Legs that left the queue with an unknown wait: never in time.',
  avg_wait_all_ms Nullable(Float64) COMMENT 'Wait of all legs that left the queue / those of them whose wait is known: not the ASA. Milliseconds.'
)
AS SELECT
  rows.period_start AS period_start, by_channel AS channel, by_queue AS queue,
  by_direction AS direction,
  if(min(rows.target_seconds) = max(rows.target_seconds), min(rows.target_seconds), NULL) AS target_seconds,
  if(min(rows.target_share) = max(rows.target_share), min(rows.target_share), NULL) AS target_share,
  sum(rows.offered) AS offered, sum(rows.answered) AS answered,
  sum(rows.answered_in_time) AS answered_in_time,
  sum(rows.abandoned) AS abandoned,
  sum(rows.abandoned_in_time) AS abandoned_in_time,
  sum(rows.short_abandoned) AS short_abandoned,
  sum(rows.flow_outs) AS flow_outs,
  sum(rows.flow_outs_in_time) AS flow_outs_in_time,
  offered - answered - abandoned - flow_outs AS waiting,
  answered_in_time / nullIf(answered + abandoned, 0) AS sl_offered,
  answered_in_time / nullIf(answered, 0) AS sl_answered_over_answered,
  answered_in_time / nullIf(answered + abandoned - short_abandoned, 0) AS sl_excl_short,
  answered_in_time / nullIf(answered + abandoned + flow_outs, 0) AS sl_incl_flowouts,
  answered_in_time / nullIf(answered, 0) AS sl_excl_abandons,
  answered_in_time / nullIf(answered + abandoned - abandoned_in_time, 0) AS sl_abandons_ignored,
  (answered_in_time + abandoned_in_time) / nullIf(answered + abandoned, 0) AS sl_abandons_positive,
  answered_in_time / nullIf(answered + abandoned + flow_outs - abandoned_in_time, 0) AS sl_abandons_ignored_incl_flowouts,
  (answered_in_time + abandoned_in_time + flow_outs_in_time) / nullIf(offered, 0) AS sl_dequeued,
  sum(rows.answered_wait_ms) / nullIf(sum(arraySum(rows.answered_waits.2)), 0) AS asa_ms,
  sum(rows.abandoned_wait_ms) / nullIf(sum(arraySum(rows.abandoned_waits.2)), 0) AS avg_abandon_wait_ms,
  answered + abandoned + flow_outs - sum(arraySum(rows.answered_waits.2) + arraySum(rows.abandoned_waits.2) + arraySum(rows.flow_out_waits.2)) AS unknown_waits,
  sum(rows.answered_wait_ms + rows.abandoned_wait_ms + rows.flow_out_wait_ms)
    / nullIf(answered + abandoned + flow_outs - unknown_waits, 0) AS avg_wait_all_ms
FROM queue_waits_in(from = {from:DateTime64(3, 'UTC')}, to = {to:DateTime64(3, 'UTC')}, by = {by:Array(String)},
  time_zone = {time_zone:Nullable(String)}, booked_by = {booked_by:Nullable(String)},
  target_seconds = {target_seconds:Nullable(UInt32)}, short_seconds = {short_seconds:Nullable(UInt32)}) AS rows
WHERE rows.offered != 0 OR rows.answered + rows.abandoned + rows.flow_outs != 0
GROUP BY period_start, by_channel, by_queue, by_direction
HAVING offered != 0 OR answered != 0 OR abandoned != 0 OR flow_outs != 0 ORDER BY period_start, channel, queue, direction
COMMENT 'Service level in every variant, ASA and waits, of legs: service_levels(from = …, to = …, by = [\'day\', \'queue\'], target_seconds = 20, short_seconds = 5). Where there is nothing to divide by, a rate is NULL; over several rows sum the numbers and divide the sums.';

CREATE OR REPLACE VIEW abandonments
(
  period_start DateTime COMMENT 'Start of the period as by asks for it, in time_zone; from if by names none.',
  channel LowCardinality(String) COMMENT 'Channel of the legs; (all) unless by names it.',
  queue LowCardinality(String) COMMENT 'Queue of the legs; (all) unless by names it.',
  direction LowCardinality(String) COMMENT 'Who approached whom; (all) unless by names it.',
  offered Int64 COMMENT 'Legs that entered a queue (by EVENT: that left it).',
  answered Int64 COMMENT 'Legs that left the queue by an answer.',
  abandoned Int64 COMMENT 'Legs abandoned in the queue, short ones and ringing ones included; callbacks are not.',
  short_abandoned Int64 COMMENT 'Abandoned within the short-abandon limit.',
  callback_flow_outs Int64 COMMENT 'Legs that left the queue for a callback: no abandons.',
  other_flow_outs Int64 COMMENT 'Legs that left the queue otherwise: voicemail, another queue.',
  abandon_rate Nullable(Float64) COMMENT 'abandoned / offered, 0 to 1.',
  abandon_rate_decided Nullable(Float64) COMMENT 'abandoned / (answered + abandoned), 0 to 1: flow-outs and those who wait left out.',
  abandon_rate_excl_short Nullable(Float64) COMMENT '(abandoned - short abandoned) / (offered - short abandoned), 0 to 1.',
  answer_rate Nullable(Float64) COMMENT 'answered / offered, 0 to 1.',
  abandoned_by_customer Int64 COMMENT 'Of the abandoned, those that the customer ended (disconnect_by CUSTOMER).',
  abandoned_by_system Int64 COMMENT 'Of the abandoned, those that a system ended (disconnect_by SYSTEM): some vendors count them, some do not.',
  abandoned_by_others Int64 COMMENT 'Of the abandoned, those ended by others, or not known by whom.',
  ivr_abandons Int64 COMMENT 'Legs given up in the voice menu, before any queue: not in abandoned.',
  queue_abandons Int64 COMMENT 'Legs given up in the queue with no agent being rung.',
  ring_abandons Int64 COMMENT 'Legs given up while an agent was being rung; in abandoned too if they had queued.',
  hold_abandons Int64 COMMENT 'Legs given up on hold, after an answer: not in abandoned.',
  hold_abandon_rate Nullable(Float64) COMMENT 'hold_abandons / handled, 0 to 1.'
)
AS SELECT
  rows.period_start AS period_start, by_channel AS channel, by_queue AS queue,
  by_direction AS direction, sum(rows.offered) AS offered, sum(rows.answered) AS answered,
  sum(rows.abandoned) AS abandoned,
  sum(rows.short_abandoned) AS short_abandoned,
  sum(rows.callback_flow_outs) AS callback_flow_outs,
  sum(rows.flow_outs) - callback_flow_outs AS other_flow_outs,
  abandoned / nullIf(offered, 0) AS abandon_rate, abandoned / nullIf(answered + abandoned, 0) AS abandon_rate_decided,
  (abandoned - short_abandoned) / nullIf(offered - short_abandoned, 0) AS abandon_rate_excl_short,
  answered / nullIf(offered, 0) AS answer_rate, sum(rows.abandoned_by_customer) AS abandoned_by_customer,
  sum(rows.abandoned_by_system) AS abandoned_by_system,
  abandoned - abandoned_by_customer - abandoned_by_system AS abandoned_by_others,
  sum(rows.abandoned_in_ivr) AS ivr_abandons, sum(rows.abandoned_in_queue) AS queue_abandons,
  sum(rows.abandoned_in_ring) AS ring_abandons, sum(rows.abandoned_on_hold) AS hold_abandons,
  hold_abandons / nullIf(sum(rows.handled), 0) AS hold_abandon_rate
FROM queue_waits_in(from = {from:DateTime64(3, 'UTC')}, to = {to:DateTime64(3, 'UTC')}, by = {by:Array(String)},
  time_zone = {time_zone:Nullable(String)}, booked_by = {booked_by:Nullable(String)},
  target_seconds = {target_seconds:Nullable(UInt32)}, short_seconds = {short_seconds:Nullable(UInt32)}) AS rows
GROUP BY period_start, by_channel, by_queue, by_direction
HAVING offered != 0 OR ivr_abandons != 0 OR ring_abandons != 0 OR hold_abandons != 0 ORDER BY period_start, channel, queue, direction
COMMENT 'Legs given up, where, and who ended them: abandonments(from = …, to = …, by = [\'day\'], short_seconds = 5). Where there is nothing to divide by, a rate is NULL; over several rows sum the numbers and divide the sums.';

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
  handle_ms Int64 COMMENT 'Talk + hold + after-contact work. Milliseconds.',
  held Int64 COMMENT 'Of the handled, those that were put on hold and whose hold is known.',
  hold_count Int64 COMMENT 'How often they were put on hold.',
  aht_ms Nullable(Float64) COMMENT 'Average handle time: handle_ms / handled. Milliseconds.',
  aht_timed_ms Nullable(Float64) COMMENT 'handle_ms / handled_timed: legs of which nothing is known left out. Milliseconds.',
  aht_focus_ms Nullable(Float64) COMMENT 'As aht_timed_ms, with focus in place of talk and hold where it is known: not how long a conversation lay open. Milliseconds.',
  avg_talk_ms Nullable(Float64) COMMENT 'Talk / legs whose talk is known. Milliseconds.',
  avg_hold_all_ms Nullable(Float64) COMMENT 'Hold / handled: legs without hold count with 0. Milliseconds.',
  avg_hold_when_held_ms Nullable(Float64) COMMENT 'Hold / legs that were put on hold. Milliseconds.',
  avg_acw_ms Nullable(Float64) COMMENT 'After-contact work / legs whose after-contact work is known: a skipped one is not known. Milliseconds.',
  avg_focus_ms Nullable(Float64) COMMENT 'Focus / legs whose focus is known. Milliseconds.'
)
AS SELECT
  rows.period_start AS period_start, by_channel AS channel, by_queue AS queue,
  by_direction AS direction, sum(rows.answered) AS answered, sum(rows.handled) AS handled,
  sum(rows.handled_timed) AS handled_timed, sum(rows.talk_ms) AS talk_ms, sum(rows.hold_ms) AS hold_ms,
  sum(rows.acw_ms) AS acw_ms, sum(rows.focus_ms) AS focus_ms, talk_ms + hold_ms + acw_ms AS handle_ms,
  sum(rows.held) AS held, sum(rows.hold_count) AS hold_count, handle_ms / nullIf(handled, 0) AS aht_ms,
  handle_ms / nullIf(handled_timed, 0) AS aht_timed_ms,
  (sum(rows.talk_hold_ms_unfocused) + focus_ms + acw_ms) / nullIf(handled_timed, 0) AS aht_focus_ms,
  talk_ms / nullIf(sum(rows.talk_known), 0) AS avg_talk_ms, hold_ms / nullIf(handled, 0) AS avg_hold_all_ms,
  hold_ms / nullIf(held, 0) AS avg_hold_when_held_ms, acw_ms / nullIf(sum(rows.acw_known), 0) AS avg_acw_ms,
  focus_ms / nullIf(sum(rows.focus_known), 0) AS avg_focus_ms
FROM leg_metrics_in(from = {from:DateTime64(3, 'UTC')}, to = {to:DateTime64(3, 'UTC')}, by = {by:Array(String)},
  time_zone = {time_zone:Nullable(String)}, booked_by = {booked_by:Nullable(String)}) AS rows
GROUP BY period_start, by_channel, by_queue, by_direction
HAVING handled != 0 OR answered != 0 ORDER BY period_start, channel, queue, direction
COMMENT 'Handle time of legs and its parts: handle_times(from = …, to = …, by = [\'day\', \'queue\'], booked_by = \'EVENT\'). Per agent see agent_handle_times, per contact contact_metrics. Where there is nothing to divide by, a rate is NULL; over several rows sum the numbers and divide the sums.';

CREATE OR REPLACE VIEW transfers
(
  period_start DateTime COMMENT 'Start of the period as by asks for it, in time_zone; from if by names none.',
  channel LowCardinality(String) COMMENT 'Channel of the legs; (all) unless by names it.',
  queue LowCardinality(String) COMMENT 'Queue of the legs; (all) unless by names it.',
  direction LowCardinality(String) COMMENT 'Who approached whom; (all) unless by names it.',
  handled Int64 COMMENT 'Legs whose handling by an agent is complete.',
  transfers Int64 COMMENT 'Legs that were transferred.',
  transfers_cold Int64 COMMENT 'Without a consultation (transfer_kind cold, blind).',
  transfers_warm Int64 COMMENT 'After a consultation (transfer_kind warm, consult, attended).',
  transfers_queue Int64 COMMENT 'To a queue (transfer_kind queue).',
  transfers_external Int64 COMMENT 'To an outside line (transfer_kind external).',
  transfers_other Int64 COMMENT 'Of another kind, or not known of which.',
  transfer_rate Nullable(Float64) COMMENT 'transfers / handled.',
  cold_transfer_rate Nullable(Float64) COMMENT 'transfers_cold / handled.',
  warm_transfer_rate Nullable(Float64) COMMENT 'transfers_warm / handled.',
  queue_transfer_rate Nullable(Float64) COMMENT 'transfers_queue / handled.',
  external_transfer_rate Nullable(Float64) COMMENT 'transfers_external / handled.',
  offers Int64 COMMENT 'Offers to agents.',
  unanswered_offers Int64 COMMENT 'Offers that were rejected or timed out and went on to the next agent: no transfers.',
  unanswered_offer_rate Nullable(Float64) COMMENT 'unanswered_offers / offers, 0 to 1.'
)
AS SELECT
  rows.period_start AS period_start, by_channel AS channel, by_queue AS queue,
  by_direction AS direction, sum(rows.handled) AS handled, sum(rows.transfers) AS transfers,
  sum(rows.transfers_cold) AS transfers_cold, sum(rows.transfers_warm) AS transfers_warm,
  sum(rows.transfers_queue) AS transfers_queue, sum(rows.transfers_external) AS transfers_external,
  transfers - transfers_cold - transfers_warm - transfers_queue - transfers_external AS transfers_other,
  transfers / nullIf(handled, 0) AS transfer_rate, transfers_cold / nullIf(handled, 0) AS cold_transfer_rate,
  transfers_warm / nullIf(handled, 0) AS warm_transfer_rate,
  transfers_queue / nullIf(handled, 0) AS queue_transfer_rate,
  transfers_external / nullIf(handled, 0) AS external_transfer_rate, sum(rows.offers) AS offers,
  sum(rows.unanswered_offers) AS unanswered_offers, unanswered_offers / nullIf(offers, 0) AS unanswered_offer_rate
FROM leg_metrics_in(from = {from:DateTime64(3, 'UTC')}, to = {to:DateTime64(3, 'UTC')}, by = {by:Array(String)},
  time_zone = {time_zone:Nullable(String)}, booked_by = {booked_by:Nullable(String)}) AS rows
GROUP BY period_start, by_channel, by_queue, by_direction
HAVING handled != 0 OR transfers != 0 OR offers != 0 ORDER BY period_start, channel, queue, direction
COMMENT 'Transfers of legs by kind, and offers that nobody took: transfers(from = …, to = …, by = [\'queue\']). Per contact see contact_metrics. Where there is nothing to divide by, a rate is NULL; over several rows sum the numbers and divide the sums.';
