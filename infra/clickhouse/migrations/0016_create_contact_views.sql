-- Parameters: see README.md, "Metrics of a contact centre".

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

-- First leg and first answer of a contact are no sums, so from the legs themselves. Contacts that arrive in the range are
-- read whole, wherever their other legs lie.
CREATE OR REPLACE VIEW contact_metrics
(
  period_start DateTime COMMENT 'Start of the period in which the contacts arrived, as by asks for it, in time_zone; from if by names none.',
  channel LowCardinality(String) COMMENT 'Channel of the contact\'s first leg; (all) unless by names it.',
  queue LowCardinality(String) COMMENT 'First queue of the contact; (all) unless by names it.',
  direction LowCardinality(String) COMMENT 'Direction of the contact\'s first leg; (all) unless by names it.',
  contacts Int64 COMMENT 'Contacts: legs of one customer and session with one contact_id.',
  legs Int64 COMMENT 'Their legs.',
  contacts_with_people Int64 COMMENT 'Contacts with a leg that queued or that an agent took.',
  contacts_answered Int64 COMMENT 'Contacts that a person answered: an agent joined, or wrote the first message.',
  contacts_handled Int64 COMMENT 'Contacts with a leg whose handling is complete.',
  contacts_transferred Int64 COMMENT 'Contacts with a leg that was transferred.',
  handle_ms Int64 COMMENT 'Talk + hold + after-contact work, summed over the handled legs of the chain. Milliseconds.',
  aht_per_contact_ms Nullable(Float64) COMMENT 'handle_ms / contacts_handled. Milliseconds.',
  time_to_first_human_ms Int64 COMMENT 'Sum over contacts_answered of the time from the arrival of the first leg to the first answer by a person, on whichever leg: menus and earlier queues included. Milliseconds.',
  avg_time_to_first_human_ms Nullable(Float64) COMMENT 'time_to_first_human_ms / contacts_answered. Milliseconds.',
  p50_time_to_first_human_ms Nullable(Int64) COMMENT 'Median over contacts_answered. Milliseconds. Does not add up.',
  p90_time_to_first_human_ms Nullable(Int64) COMMENT '90 % of contacts_answered waited no longer. Milliseconds. Does not add up.',
  contact_transfer_rate Nullable(Float64) COMMENT 'contacts_transferred / contacts_handled.',
  transfers Int64 COMMENT 'Legs beyond the first that queued or that an agent took: legs - 1. Callbacks and the like (legs in the other direction than the first) are none, nor are offers that nobody took.',
  transfers_per_contact Nullable(Float64) COMMENT 'transfers / contacts_with_people.'
)
AS WITH
  ifNull({time_zone:Nullable(String)}, 'UTC') AS zone,
  CAST(CAST({by:Array(String)}, 'Array(Enum8(\'hour\', \'day\', \'week\', \'month\', \'channel\', \'queue\', \'direction\'))'), 'Array(String)') AS groups
SELECT
  multiIf(
    has(groups, 'hour'), toStartOfHour(contacts.arrived, zone),
    has(groups, 'day'), toStartOfDay(contacts.arrived, zone),
    has(groups, 'week'), toDateTime(toMonday(contacts.arrived, zone), zone),
    has(groups, 'month'), toDateTime(toStartOfMonth(contacts.arrived, zone), zone),
    toDateTime({from:DateTime64(3, 'UTC')}, zone)) AS period_start,
  if(has(groups, 'channel'), contacts.first_channel, '(all)') AS channel,
  if(has(groups, 'queue'), contacts.first_queue, '(all)') AS queue,
  if(has(groups, 'direction'), contacts.first_direction, '(all)') AS direction,
  toInt64(count()) AS contacts,
  sum(contacts.leg_count) AS legs,
  toInt64(countIf(contacts.people_legs > 0)) AS contacts_with_people,
  toInt64(count(contacts.human_at)) AS contacts_answered,
  toInt64(countIf(contacts.was_handled)) AS contacts_handled,
  toInt64(countIf(contacts.was_transferred)) AS contacts_transferred,
  sum(contacts.chain_ms) AS handle_ms,
  handle_ms / nullIf(contacts_handled, 0) AS aht_per_contact_ms,
  ifNull(sum(contacts.human_ms), 0) AS time_to_first_human_ms,
  time_to_first_human_ms / nullIf(contacts_answered, 0) AS avg_time_to_first_human_ms,
  quantileExact(0.5)(contacts.human_ms) AS p50_time_to_first_human_ms,
  quantileExact(0.9)(contacts.human_ms) AS p90_time_to_first_human_ms,
  contacts_transferred / nullIf(contacts_handled, 0) AS contact_transfer_rate,
  sum(greatest(contacts.people_legs - 1, 0)) AS transfers,
  transfers / nullIf(contacts_with_people, 0) AS transfers_per_contact
FROM
(
  SELECT
    min(legs.arrived_at) AS arrived,
    argMin(legs.channel, (legs.arrived_at, legs.leg_id)) AS first_channel,
    argMin(legs.direction, (legs.arrived_at, legs.leg_id)) AS first_direction,
    argMinIf(legs.queue, (legs.arrived_at, legs.leg_id), legs.queue != '') AS first_queue,
    toInt64(count()) AS leg_count,
    groupArrayIf(legs.direction = 'OUTBOUND', legs.stage != 'SELF_SERVICE' AND (legs.queued_at IS NOT NULL OR legs.answered_at IS NOT NULL)) AS people,
    toInt64(countEqual(people, first_direction = 'OUTBOUND')) AS people_legs,
    max(legs.handled_at IS NOT NULL) AS was_handled,
    max(legs.transferred) AS was_transferred,
    sumIf(ifNull(legs.talk_ms, 0) + ifNull(legs.hold_ms, 0) + ifNull(legs.acw_ms, 0), legs.handled_at IS NOT NULL) AS chain_ms,
    min(if(legs.answered_at IS NULL OR legs.first_reply_at < legs.answered_at, legs.first_reply_at, legs.answered_at)) AS human_at,
    toUnixTimestamp64Milli(human_at) - toUnixTimestamp64Milli(arrived) AS human_ms
  FROM legs_current AS legs
  WHERE legs.customer_id IN
    (SELECT customer_id FROM legs WHERE arrived_at >= {from:DateTime64(3, 'UTC')} AND arrived_at < {to:DateTime64(3, 'UTC')})
  GROUP BY legs.customer_id, legs.session_id, legs.contact_id
) AS contacts
WHERE contacts.arrived >= {from:DateTime64(3, 'UTC')} AND contacts.arrived < {to:DateTime64(3, 'UTC')}
GROUP BY period_start, channel, queue, direction
ORDER BY period_start, channel, queue, direction
COMMENT 'Contacts, each the chain of its legs, by their arrival: contact_metrics(from = …, to = …, by = [\'day\', \'channel\']). Handle time over the chain, time to the first person, transfers.';

-- From the events, which alone tell an attempt from a call that reached the customer. What belongs to a promise is looked
-- for up to 7 days after the range.
CREATE OR REPLACE VIEW callbacks
(
  period_start DateTime COMMENT 'Start of the period in which the callbacks were scheduled, as by asks for it, in time_zone; from if by names none.',
  channel LowCardinality(String) COMMENT 'Channel on which it was scheduled; (all) unless by names it.',
  queue LowCardinality(String) COMMENT 'Queue that was left for it; (all) unless by names it.',
  scheduled UInt64 COMMENT 'Callbacks promised: callback.scheduled, or queue.left with the code callback; one per interaction.',
  attempted UInt64 COMMENT 'Of these, those with a callback.attempted (or callback.reached) before the next promise of the contact.',
  reached UInt64 COMMENT 'Of these, those with a callback.reached.',
  attempts UInt64 COMMENT 'Attempts in all.',
  attempt_rate Nullable(Float64) COMMENT 'attempted / scheduled, 0 to 1.',
  reach_rate Nullable(Float64) COMMENT 'reached / attempted, 0 to 1.',
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
  sum(callbacks.tries) AS attempts,
  attempted / nullIf(scheduled, 0) AS attempt_rate,
  reached / nullIf(attempted, 0) AS reach_rate,
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
    minIf(toNullable(at), NOT is_promise) AS tried_at,
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
        event_type NOT IN ('callback.attempted', 'callback.reached') AS is_promise,
        if(is_promise, '', event_type) AS event,
        -- A promise is written once or twice: one per interaction.
        if(is_promise AND interaction_id != '', interaction_id, event_id) AS once,
        min(occurred_at) AS at,
        argMin(interactions.channel, occurred_at) AS channel,
        argMinIf(interactions.queue, occurred_at, interactions.queue != '') AS queue
      FROM interactions
      WHERE occurred_at >= {from:DateTime64(3, 'UTC')} AND occurred_at < {to:DateTime64(3, 'UTC')} + INTERVAL 7 DAY
        AND (event_type IN ('callback.scheduled', 'callback.attempted', 'callback.reached')
          OR (event_type = 'queue.left' AND outcome_code = 'callback'))
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
