-- Parameters: see README.md, "Metrics of a contact centre".
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
  avg_wait_all_ms Nullable(Float64) COMMENT 'Wait of all legs that left the queue / those of them whose wait is known: not the ASA. Milliseconds.',
  unknown_waits Int64 COMMENT 'Legs that left the queue with an unknown wait: never in time.'
)
AS SELECT
  rows.period_start AS period_start, by_channel AS channel, by_queue AS queue,
  by_direction AS direction,
  if(min(rows.target_seconds) = max(rows.target_seconds), min(rows.target_seconds), NULL) AS target_seconds,
  if(min(rows.target_share) = max(rows.target_share), min(rows.target_share), NULL) AS target_share,
  sum(rows.offered) AS offered, sumIf(rows.dequeued, left_by = 'ANSWERED') AS answered,
  sumIf(rows.dequeued, left_by = 'ANSWERED' AND in_time) AS answered_in_time,
  sumIf(rows.dequeued, left_by = 'ABANDONED') AS abandoned,
  sumIf(rows.dequeued, left_by = 'ABANDONED' AND in_time) AS abandoned_in_time,
  sumIf(rows.dequeued, left_by = 'ABANDONED' AND is_short) AS short_abandoned,
  sumIf(rows.dequeued, left_by = 'FLOW_OUT') AS flow_outs,
  sumIf(rows.dequeued, left_by = 'FLOW_OUT' AND in_time) AS flow_outs_in_time,
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
  sumIf(rows.wait_ms, left_by = 'ANSWERED') / nullIf(sumIf(rows.dequeued, left_by = 'ANSWERED' AND wait_seconds >= 0), 0) AS asa_ms,
  sumIf(rows.wait_ms, left_by = 'ABANDONED') / nullIf(sumIf(rows.dequeued, left_by = 'ABANDONED' AND wait_seconds >= 0), 0) AS avg_abandon_wait_ms,
  sum(rows.wait_ms) / nullIf(sumIf(rows.dequeued, wait_seconds >= 0), 0) AS avg_wait_all_ms,
  sumIf(rows.dequeued, left_by != '' AND wait_seconds < 0) AS unknown_waits
FROM queue_waits_in(from = {from:DateTime64(3, 'UTC')}, to = {to:DateTime64(3, 'UTC')}, by = {by:Array(String)},
  time_zone = {time_zone:Nullable(String)}, booked_by = {booked_by:Nullable(String)},
  target_seconds = {target_seconds:Nullable(UInt32)}, short_seconds = {short_seconds:Nullable(UInt32)}) AS rows
WHERE rows.offered != 0 OR rows.dequeued != 0
GROUP BY period_start, by_channel, by_queue, by_direction
HAVING offered != 0 OR answered != 0 OR abandoned != 0 OR flow_outs != 0
ORDER BY period_start, channel, queue, direction
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
  by_direction AS direction, sum(rows.offered) AS offered, sumIf(rows.dequeued, left_by = 'ANSWERED') AS answered,
  sumIf(rows.dequeued, left_by = 'ABANDONED') AS abandoned,
  sumIf(rows.dequeued, left_by = 'ABANDONED' AND is_short) AS short_abandoned,
  sum(rows.callback_flow_outs) AS callback_flow_outs,
  sumIf(rows.dequeued, left_by = 'FLOW_OUT') - callback_flow_outs AS other_flow_outs,
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
HAVING offered != 0 OR ivr_abandons != 0 OR ring_abandons != 0 OR hold_abandons != 0
ORDER BY period_start, channel, queue, direction
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
  by_direction AS direction, sumIf(rows.dequeued, left_by = 'ANSWERED') AS answered, sum(rows.handled) AS handled,
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
HAVING handled != 0 OR answered != 0
ORDER BY period_start, channel, queue, direction
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
HAVING handled != 0 OR transfers != 0 OR offers != 0
ORDER BY period_start, channel, queue, direction
COMMENT 'Transfers of legs by kind, and offers that nobody took: transfers(from = …, to = …, by = [\'queue\']). Per contact see contact_metrics. Where there is nothing to divide by, a rate is NULL; over several rows sum the numbers and divide the sums.';

-- From the legs themselves: agents are too many for the roll-up. Sums of sign, so no FINAL. Parts as in leg_metrics_15m.
CREATE OR REPLACE VIEW agent_handle_times
(
  period_start DateTime COMMENT 'Start of the period as by asks for it, in time_zone; from if by names none.',
  agent_id LowCardinality(String) COMMENT 'The agent who joined last.',
  channel LowCardinality(String) COMMENT 'Channel of the legs; (all) unless by names it.',
  queue LowCardinality(String) COMMENT 'Queue of the legs; (all) unless by names it.',
  answered Int64 COMMENT 'Legs that left the queue by an answer: a leg that an agent got by a direct transfer is handled, not answered.',
  handled Int64 COMMENT 'Legs of the agent whose handling is complete, queued or not.',
  handled_timed Int64 COMMENT 'Of the handled, those of which any part is known.',
  talk_ms Int64 COMMENT 'Talk, hold excluded. Milliseconds.',
  hold_ms Int64 COMMENT 'Hold. Milliseconds.',
  acw_ms Int64 COMMENT 'After-contact work. Milliseconds.',
  focus_ms Int64 COMMENT 'Time in an agent\'s focus, of the legs that have it (asynchronous channels). Milliseconds.',
  handle_ms Int64 COMMENT 'Talk + hold + after-contact work. Milliseconds.',
  held Int64 COMMENT 'Of the handled, those that were put on hold and whose hold is known.',
  transfers Int64 COMMENT 'Handled legs that were transferred on.',
  aht_ms Nullable(Float64) COMMENT 'Average handle time: handle_ms / handled. Milliseconds.',
  aht_timed_ms Nullable(Float64) COMMENT 'handle_ms / handled_timed: legs of which nothing is known left out. Milliseconds.',
  aht_focus_ms Nullable(Float64) COMMENT 'As aht_timed_ms, with focus in place of talk and hold where it is known: not how long a conversation lay open. Milliseconds.',
  avg_hold_when_held_ms Nullable(Float64) COMMENT 'Hold / legs that were put on hold. Milliseconds.',
  transfer_rate Nullable(Float64) COMMENT 'transfers / handled.'
)
AS WITH
  ifNull({time_zone:Nullable(String)}, 'UTC') AS zone,
  toString(CAST(ifNull({booked_by:Nullable(String)}, 'ARRIVAL'), 'Enum8(\'ARRIVAL\', \'EVENT\')')) AS booking,
  CAST(CAST({by:Array(String)}, 'Array(Enum8(\'hour\', \'day\', \'week\', \'month\', \'channel\', \'queue\'))'), 'Array(String)') AS groups
SELECT
  multiIf(
    has(groups, 'hour'), toStartOfHour(rows.at, zone),
    has(groups, 'day'), toStartOfDay(rows.at, zone),
    has(groups, 'week'), toDateTime(toMonday(rows.at, zone), zone),
    has(groups, 'month'), toDateTime(toStartOfMonth(rows.at, zone), zone),
    toDateTime({from:DateTime64(3, 'UTC')}, zone)) AS period_start,
  rows.agent_id AS agent_id,
  if(has(groups, 'channel'), rows.channel, '(all)') AS channel,
  if(has(groups, 'queue'), rows.queue, '(all)') AS queue,
  sum(rows.sign * (rows.part < 3 AND rows.left_by = 'ANSWERED')) AS answered,
  sum(rows.in_handling) AS handled,
  sum(rows.in_handling * (coalesce(rows.talk_ms, rows.hold_ms, rows.acw_ms, rows.focus_ms) IS NOT NULL)) AS handled_timed,
  sum(rows.in_handling * ifNull(rows.talk_ms, 0)) AS talk_ms,
  sum(rows.in_handling * ifNull(rows.hold_ms, 0)) AS hold_ms,
  sum(rows.in_handling * ifNull(rows.acw_ms, 0)) AS acw_ms,
  sum(rows.in_handling * ifNull(rows.focus_ms, 0)) AS focus_ms,
  talk_ms + hold_ms + acw_ms AS handle_ms,
  sum(if(rows.hold_ms IS NULL, 0, rows.in_handling * (ifNull(rows.hold_ms, 0) > 0 OR rows.hold_count > 0))) AS held,
  sum(rows.in_handling * rows.transferred) AS transfers,
  handle_ms / nullIf(handled, 0) AS aht_ms,
  handle_ms / nullIf(handled_timed, 0) AS aht_timed_ms,
  (acw_ms + sum(rows.in_handling * ifNull(rows.focus_ms, ifNull(rows.talk_ms, 0) + ifNull(rows.hold_ms, 0))))
    / nullIf(handled_timed, 0) AS aht_focus_ms,
  hold_ms / nullIf(held, 0) AS avg_hold_when_held_ms,
  transfers / nullIf(handled, 0) AS transfer_rate
FROM
(
  SELECT
    part, *,
    sign * (part != 2 AND handled_at IS NOT NULL) AS in_handling,
    multiIf(part = 0, arrived_at, part = 2, ifNull(answered_at, ended_at), assumeNotNull(handled_at)) AS at
  FROM legs
  ARRAY JOIN if(booking = 'EVENT', [2, 3], [0]) AS part
  WHERE agent_id != '' AND (part != 3 OR handled_at IS NOT NULL)
    AND arrived_at < {to:DateTime64(3, 'UTC')} AND (booking = 'EVENT' OR arrived_at >= {from:DateTime64(3, 'UTC')})
) AS rows
WHERE rows.at >= {from:DateTime64(3, 'UTC')} AND rows.at < {to:DateTime64(3, 'UTC')}
GROUP BY period_start, agent_id, channel, queue
HAVING handled != 0 OR answered != 0
ORDER BY period_start, agent_id, channel, queue
COMMENT 'Handle time of legs per agent: agent_handle_times(from = …, to = …, by = [\'day\'], booked_by = \'EVENT\'). It measures work, not people: read it with the number of legs beside it.';
