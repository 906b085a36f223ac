-- Plain views with a few columns more: dialling per agent, FCR of what the first level could resolve, callbacks that
-- reached an agent.
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
  dial_ms Int64 COMMENT 'Dialling and contacting of outbound calls, up to the answer. Milliseconds; no part of handle_ms.',
  handle_ms Int64 COMMENT 'Talk + hold + after-contact work. Milliseconds.',
  held Int64 COMMENT 'Of the handled, those that were put on hold and whose hold is known.',
  transfers Int64 COMMENT 'Handled legs that were transferred on.',
  aht_ms Nullable(Float64) COMMENT 'Average handle time: handle_ms / handled. Milliseconds.',
  aht_incl_dialling_ms Nullable(Float64) COMMENT '(handle_ms + dial_ms) / handled: the variant for outbound teams. Milliseconds.',
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
  sum(if(
    rows.direction = 'OUTBOUND' AND rows.channel IN ('VOICE', 'VIDEO') AND rows.queued_at IS NULL,
    rows.in_handling * ifNull(
      coalesce(
        if(rows.offer_count = 0, rows.ring_ms, NULL),
        greatest(toUnixTimestamp64Milli(rows.answered_at) - toUnixTimestamp64Milli(rows.arrived_at), 0)),
      0),
    0)) AS dial_ms,
  talk_ms + hold_ms + acw_ms AS handle_ms,
  sum(if(rows.hold_ms IS NULL, 0, rows.in_handling * (ifNull(rows.hold_ms, 0) > 0 OR rows.hold_count > 0))) AS held,
  sum(rows.in_handling * rows.transferred) AS transfers,
  handle_ms / nullIf(handled, 0) AS aht_ms,
  (handle_ms + dial_ms) / nullIf(handled, 0) AS aht_incl_dialling_ms,
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

CREATE OR REPLACE VIEW repeat_contacts
(
  day Date COMMENT 'Day the contacts started (UTC).',
  channel LowCardinality(String) COMMENT 'Channel of their first leg.',
  intent LowCardinality(String) COMMENT 'Their intent; empty if none.',
  contacts UInt64 COMMENT 'Inbound contacts. Transfers, callbacks and reconnects are legs of one contact.',
  excluded_outbound UInt64 COMMENT 'Contacts left out: begun by the organisation.',
  excluded_never_engaged UInt64 COMMENT 'Left out: nothing was done by the customer, e.g. hung up at once.',
  identified UInt64 COMMENT 'Inbound contacts of customers who are not anonymous.',
  identity_coverage Nullable(Float64) COMMENT 'identified / contacts, 0 to 1: the share that the rates can speak of.',
  measured UInt64 COMMENT 'Identified contacts (with an intent, where it is compared) whose window has wholly elapsed: the denominator.',
  repeated UInt64 COMMENT 'Measured contacts followed by another inbound contact within the window.',
  repeat_contact_rate Nullable(Float64) COMMENT 'repeated / measured, 0 to 1; NULL if none is measured.',
  fcr Nullable(Float64) COMMENT 'First contact resolution by behaviour: 1 - repeat_contact_rate; NULL if none is measured.',
  measured_answered UInt64 COMMENT 'Measured contacts that an agent answered.',
  repeated_answered UInt64 COMMENT 'Those of them that were repeated.',
  fcr_answered Nullable(Float64) COMMENT '1 - repeated_answered / measured_answered: FCR of contacts with people; NULL if there are none.',
  beyond_level_1 UInt64 COMMENT 'Of measured_answered, those that the first level could not resolve: they ended DEFERRED (back office, a promise for later) or ESCALATED.',
  resolved_first UInt64 COMMENT 'The other measured_answered that were not repeated.',
  net_fcr Nullable(Float64) COMMENT 'resolved_first / (measured_answered - beyond_level_1): FCR of what the first level could resolve, 0 to 1; NULL if there are none.'
)
AS SELECT
  day,
  channel,
  intent,
  countIf(is_inbound) AS contacts,
  countIf(is_contact AND NOT is_inbound) AS excluded_outbound,
  countIf(NOT is_contact) AS excluded_never_engaged,
  countIf(is_inbound AND row.identified) AS identified,
  identified / nullIf(contacts, 0) AS identity_coverage,
  countIf(is_inbound AND row.measured) AS measured,
  countIf(is_inbound AND row.measured AND followed) AS repeated,
  repeated / nullIf(measured, 0) AS repeat_contact_rate,
  1 - repeat_contact_rate AS fcr,
  countIf(is_inbound AND row.measured AND answered) AS measured_answered,
  countIf(is_inbound AND row.measured AND answered AND followed) AS repeated_answered,
  1 - repeated_answered / nullIf(measured_answered, 0) AS fcr_answered,
  countIf(is_inbound AND row.measured AND answered AND outcome IN ('DEFERRED', 'ESCALATED')) AS beyond_level_1,
  countIf(is_inbound AND row.measured AND answered AND outcome NOT IN ('DEFERRED', 'ESCALATED') AND NOT followed) AS resolved_first,
  resolved_first / nullIf(measured_answered - beyond_level_1, 0) AS net_fcr
FROM contact_followups(
  from = {from:DateTime64(3, 'UTC')}, to = {to:DateTime64(3, 'UTC')},
  window_hours = toUInt32(ifNull({window_days:Nullable(UInt16)}, 7) * 24), intent_scope = ifNull({intent_scope:Nullable(String)}, 'any'),
  channel_scope = ifNull({channel_scope:Nullable(String)}, 'any'), as_of = {as_of:Nullable(DateTime64(3, 'UTC'))}) AS row
WHERE kind IN ('ASSISTED', 'SELF_SERVICE', 'DIRECT')
GROUP BY day, channel, intent
COMMENT 'Repeat contacts and FCR: repeat_contacts(from = …, to = …, window_days = 7, intent_scope = \'any\', channel_scope = \'any\', as_of = NULL). Windows begin at the end of a contact. Parameters and rows behind it: contact_followups.';

CREATE OR REPLACE VIEW callbacks
(
  period_start DateTime COMMENT 'Start of the period in which the callbacks were scheduled, as by asks for it, in time_zone; from if by names none.',
  channel LowCardinality(String) COMMENT 'Channel on which it was scheduled; (all) unless by names it.',
  queue LowCardinality(String) COMMENT 'Queue that was left for it; (all) unless by names it.',
  scheduled UInt64 COMMENT 'Callbacks promised: callback.scheduled, or queue.left with the code callback; one per interaction.',
  attempted UInt64 COMMENT 'Of these, those with a callback.attempted (or callback.reached) before the next promise of the contact.',
  reached UInt64 COMMENT 'Of these, those with a callback.reached.',
  bridged UInt64 COMMENT 'Of the reached, those in which an agent joined the call.',
  attempts UInt64 COMMENT 'Attempts in all.',
  attempt_rate Nullable(Float64) COMMENT 'attempted / scheduled, 0 to 1.',
  reach_rate Nullable(Float64) COMMENT 'reached / attempted, 0 to 1.',
  bridge_rate Nullable(Float64) COMMENT 'bridged / reached, 0 to 1.',
  completion_rate Nullable(Float64) COMMENT 'reached / scheduled, 0 to 1.',
  avg_time_to_attempt_ms Nullable(Float64) COMMENT 'From the promise to the first attempt, over attempted. Milliseconds; no part of any queue wait.'
)
AS WITH
  ifNull({time_zone:Nullable(String)}, 'UTC') AS zone,
  CAST(CAST({by:Array(String)}, 'Array(Enum8(\'hour\', \'day\', \'week\', \'month\', \'channel\', \'queue\'))'), 'Array(String)') AS groups
SELECT
  multiIf(
    has(groups, 'hour'), toStartOfHour(callbacks.scheduled_at, zone),
    has(groups, 'day'), toStartOfDay(callbacks.scheduled_at, zone),
    has(groups, 'week'), toDateTime(toMonday(callbacks.scheduled_at, zone), zone),
    has(groups, 'month'), toDateTime(toStartOfMonth(callbacks.scheduled_at, zone), zone),
    toDateTime({from:DateTime64(3, 'UTC')}, zone)) AS period_start,
  if(has(groups, 'channel'), callbacks.promised_channel, '(all)') AS channel,
  if(has(groups, 'queue'), callbacks.promised_queue, '(all)') AS queue,
  count() AS scheduled,
  countIf(callbacks.tries > 0 OR callbacks.was_reached) AS attempted,
  countIf(callbacks.was_reached) AS reached,
  countIf(callbacks.was_reached AND callbacks.was_joined) AS bridged,
  sum(callbacks.tries) AS attempts,
  attempted / nullIf(scheduled, 0) AS attempt_rate,
  reached / nullIf(attempted, 0) AS reach_rate,
  bridged / nullIf(reached, 0) AS bridge_rate,
  reached / nullIf(scheduled, 0) AS completion_rate,
  sum(callbacks.until_try_ms) / nullIf(attempted, 0) AS avg_time_to_attempt_ms
FROM
(
  SELECT
    minIf(at, is_promise) AS scheduled_at,
    anyIf(of_promise.channel, is_promise) AS promised_channel,
    anyIf(of_promise.queue, is_promise) AS promised_queue,
    countIf(event = 'callback.attempted') AS tries,
    countIf(event = 'callback.reached') > 0 AS was_reached,
    countIf(event = 'agent.joined') > 0 AS was_joined,
    minIf(toNullable(at), event IN ('callback.attempted', 'callback.reached')) AS tried_at,
    toUnixTimestamp64Milli(tried_at) - toUnixTimestamp64Milli(scheduled_at) AS until_try_ms
  FROM
  (
    SELECT *, sum(is_promise) OVER (PARTITION BY contact ORDER BY at, is_promise DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS promise
    FROM
    (
      SELECT
        (customer_id, source_system, source_instance,
          multiIf(contact_id != '', contact_id, NOT is_promise AND previous_interaction_id != '', previous_interaction_id,
            interaction_id != '', interaction_id, event_id)) AS contact,
        event_type NOT IN ('callback.attempted', 'callback.reached', 'agent.joined') AS is_promise,
        if(is_promise, '', event_type) AS event,
        -- A promise is written once or twice: one per interaction.
        if(is_promise AND interaction_id != '', interaction_id, event_id) AS once,
        min(occurred_at) AS at,
        argMin(interactions.channel, occurred_at) AS channel,
        argMinIf(interactions.queue, occurred_at, interactions.queue != '') AS queue
      FROM interactions
      WHERE occurred_at >= {from:DateTime64(3, 'UTC')} AND occurred_at < {to:DateTime64(3, 'UTC')} + INTERVAL 7 DAY
        AND (event_type IN ('callback.scheduled', 'callback.attempted', 'callback.reached')
          OR (event_type = 'queue.left' AND outcome_code = 'callback')
          -- Agents count in the calls that were made for a promise only.
          OR (event_type = 'agent.joined' AND interaction_id != '' AND (source_system, source_instance, interaction_id) IN (
            SELECT source_system, source_instance, interaction_id FROM interactions
            WHERE event_type IN ('callback.attempted', 'callback.reached')
              AND occurred_at >= {from:DateTime64(3, 'UTC')} AND occurred_at < {to:DateTime64(3, 'UTC')} + INTERVAL 7 DAY)))
      GROUP BY contact, is_promise, event, once
    )
  ) AS of_promise
  WHERE promise > 0
  GROUP BY contact, promise
) AS callbacks
WHERE callbacks.scheduled_at < {to:DateTime64(3, 'UTC')}
GROUP BY period_start, channel, queue
ORDER BY period_start, channel, queue
COMMENT 'What became of promised callbacks: callbacks(from = …, to = …, by = [\'day\', \'queue\']). A call that was put off for a callback is a flow-out of its queue, no abandon.';
