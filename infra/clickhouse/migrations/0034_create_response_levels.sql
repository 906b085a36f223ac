-- What stands in for the service level where nobody waits on the line, and two readings of FCR from tickets alone.
CREATE OR REPLACE VIEW response_levels
(
  day Date COMMENT 'Day in time_zone on which the conversations started.',
  channel LowCardinality(String) COMMENT 'Channel of their first events.',
  asked UInt64 COMMENT 'Conversations in which a customer waited for a human reply: answered + overdue + undecided.',
  with_bot UInt64 COMMENT 'Unanswered, with a bot in them that has not handed over: not asked of people, in no denominator.',
  answered UInt64 COMMENT 'Those whose first wait was answered.',
  in_target UInt64 COMMENT 'Of the answered, those whose first wait was at most target_seconds.',
  overdue UInt64 COMMENT 'Unanswered for longer than target_seconds by up_to, or by the watermark.',
  undecided UInt64 COMMENT 'Unanswered, but not for so long: in no denominator.',
  response_level Nullable(Float64) COMMENT 'in_target / (answered + overdue), 0 to 1; NULL if nothing is decided.',
  business_in_target Nullable(UInt64) COMMENT 'Of the answered, those whose first wait was at most target_seconds of business time; NULL if the schedule has no hours.',
  business_answer_level Nullable(Float64) COMMENT 'business_in_target / answered, 0 to 1: of the answered only, as business time is measured at the answer. NULL without.',
  solved UInt64 COMMENT 'Conversations that started on the day, of any kind, and are solved now (at up_to).',
  one_touch UInt64 COMMENT 'Of the solved, those with exactly one public message of a human agent.',
  one_touch_rate Nullable(Float64) COMMENT 'one_touch / solved, 0 to 1: FCR as tickets tell it. NULL if none is solved.',
  one_request UInt64 COMMENT 'Of the solved, those in which the customer wrote at most once.',
  one_request_rate Nullable(Float64) COMMENT 'one_request / solved, 0 to 1: the other reading, by what the customer had to add. NULL if none is solved.'
)
AS WITH
  ifNull({up_to:Nullable(DateTime64(3, 'UTC'))}, (SELECT min(watermark) FROM pipeline_status WHERE topic = 'interactions.enriched')) AS known_to,
  toInt64({target_seconds:UInt32}) * 1000 AS target_ms
SELECT
  toDate(m.started_at, {time_zone:String}) AS day,
  m.channel AS channel,
  answered + overdue + undecided AS asked,
  countIf(m.waits_still AND m.has_bot) AS with_bot,
  count(m.first_response_from_waiting_ms) AS answered,
  countIf(ifNull(m.first_response_from_waiting_ms <= target_ms, false)) AS in_target,
  countIf(m.waits_still AND NOT m.has_bot AND m.waited_ms > target_ms) AS overdue,
  countIf(m.waits_still AND NOT m.has_bot AND m.waited_ms <= target_ms) AS undecided,
  in_target / nullIf(answered + overdue, 0) AS response_level,
  if(max(m.has_hours), countIf(ifNull(m.business_first_response_from_waiting_ms <= target_ms, false)), NULL) AS business_in_target,
  business_in_target / nullIf(answered, 0) AS business_answer_level,
  countIf(m.is_solved) AS solved,
  countIf(m.is_solved AND m.agent_message_count = 1) AS one_touch,
  one_touch / nullIf(solved, 0) AS one_touch_rate,
  countIf(m.is_solved AND m.customer_message_count <= 1) AS one_request,
  one_request / nullIf(solved, 0) AS one_request_rate
FROM
(
  SELECT
    *,
    is_waiting AND first_response_from_waiting_ms IS NULL AS waits_still,
    ifNull(toUnixTimestamp64Milli(known_to) - toUnixTimestamp64Milli(waiting_since), 0) AS waited_ms,
    handoff_at IS NULL AND (source_system, source_instance, conversation_id) IN (
      SELECT source_system, source_instance, multiIf(case_id != '', case_id, contact_id != '', contact_id, interaction_id)
      FROM interactions
      WHERE (startsWith(event_type, 'bot.') OR actor_type = 'BOT') AND sessionised
        AND occurred_at >= {from:DateTime64(3, 'UTC')} - INTERVAL 90 DAY) AS has_bot,
    business_total_reply_time_ms IS NOT NULL AS has_hours
  FROM conversation_metrics(
    from = {from:DateTime64(3, 'UTC')}, to = {to:DateTime64(3, 'UTC')}, up_to = {up_to:Nullable(DateTime64(3, 'UTC'))}, schedule = {schedule:String})
) AS m
GROUP BY day, channel
COMMENT 'First responses within a target, and tickets solved at one touch, per local day of start and channel: response_levels(from = …, to = …, up_to = NULL, schedule = \'\', time_zone = \'Europe/Berlin\', target_seconds = 3600). For mail, messages and posts, which know no abandons. Over several rows sum and divide the sums.';

-- A chance to sell that showed in a session, and what became of it. Everything the customer was offered or bought is looked
-- for up to window_days after the session.
CREATE OR REPLACE VIEW missed_opportunities
(
  day Date COMMENT 'Day the sessions started (UTC).',
  intent LowCardinality(String) COMMENT 'Intent of the session; empty if none.',
  currency LowCardinality(String) COMMENT 'ISO 4217 currency of the signals; empty if none is given. A session with signals in two counts for that of its first.',
  sessions UInt64 COMMENT 'Sessions in which a wish to buy showed (opportunity.signaled).',
  measured UInt64 COMMENT 'Those whose window_days after the end have elapsed: only these can be missed.',
  offered UInt64 COMMENT 'Of the measured, those with an offer in the session.',
  offered_late UInt64 COMMENT 'Of the measured, those with no offer in the session but one after it, within window_days.',
  bought UInt64 COMMENT 'Of the measured, those with an order of the customer from the first signal on, within window_days of the end.',
  won_elsewhere UInt64 COMMENT 'Of the bought, those with no offer in the session and the order on site or app: they helped themselves.',
  missed UInt64 COMMENT 'Of the measured, those with no offer in the session and no order.',
  missed_rate Nullable(Float64) COMMENT 'missed / measured, 0 to 1; NULL if none is measured.',
  missed_value_minor Int64 COMMENT 'Sum of the highest value signalled in each missed session, in minor units.',
  offers UInt64 COMMENT 'Offers made in the measured sessions.',
  accepted_offers UInt64 COMMENT 'Of these, the accepted.',
  expected_value_minor Nullable(Float64) COMMENT 'missed_value_minor × accepted_offers / offers, in minor units: what the missed would have brought at the rate at which offers are taken. NULL without offers.'
)
AS WITH
  ifNull({as_of:Nullable(DateTime64(3, 'UTC'))}, (SELECT audit_safe_until FROM audit_safe_until)) AS known_until,
  toIntervalDay(ifNull({window_days:Nullable(UInt16)}, 7)) AS window,
  signalled AS
  (
    SELECT
      customer_id, session_id,
      any(started_at) AS started_at, any(ended_at) AS ended_at, any(session.intent) AS intent,
      min(signal.occurred_at) AS first_at, max(ifNull(signal.commerce_value_minor, 0)) AS value_minor,
      argMin(toString(signal.commerce_currency), (signal.occurred_at, signal.event_id)) AS currency
    FROM
    (
      SELECT customer_id, session_id, started_at, ended_at, intent FROM sessions_current
      WHERE started_at >= {from:DateTime64(3, 'UTC')} AND started_at < {to:DateTime64(3, 'UTC')}
    ) AS session
    INNER JOIN
    (
      SELECT customer_id, occurred_at, event_id, commerce_value_minor, commerce_currency FROM interactions
      WHERE event_type = 'opportunity.signaled' AND sessionised AND occurred_at >= {from:DateTime64(3, 'UTC')}
    ) AS signal ON signal.customer_id = session.customer_id
    WHERE signal.occurred_at >= session.started_at AND signal.occurred_at <= session.ended_at
    GROUP BY customer_id, session_id
  ),
  judged AS
  (
    SELECT
      signalled.customer_id AS customer_id, signalled.session_id AS session_id,
      any(signalled.started_at) AS started_at, any(signalled.intent) AS intent, any(signalled.currency) AS currency,
      any(signalled.value_minor) AS value_minor,
      ifNull(any(signalled.ended_at) + window <= known_until, false) AS is_measured,
      countIf(later.event_type = 'offer.presented' AND later.occurred_at >= signalled.started_at AND later.occurred_at <= signalled.ended_at) AS offer_count,
      countIf(later.event_type = 'offer.presented' AND later.occurred_at >= signalled.started_at AND later.occurred_at <= signalled.ended_at
        AND ifNull(later.commerce_accepted, false)) AS accepted_count,
      countIf(later.event_type = 'offer.presented' AND later.occurred_at > signalled.ended_at AND later.occurred_at <= signalled.ended_at + window) > 0 AS has_late_offer,
      countIf(later.event_type = 'order.placed' AND later.occurred_at >= signalled.first_at AND later.occurred_at <= signalled.ended_at + window) > 0 AS has_order,
      countIf(later.event_type = 'order.placed' AND later.occurred_at >= signalled.first_at AND later.occurred_at <= signalled.ended_at + window
        AND later.channel IN ('WEB', 'APP')) > 0 AS has_own_order
    FROM signalled
    LEFT JOIN
    (
      SELECT customer_id, occurred_at, event_type, channel, commerce_accepted FROM interactions
      WHERE event_type IN ('offer.presented', 'order.placed') AND customer_id != '' AND occurred_at >= {from:DateTime64(3, 'UTC')}
    ) AS later ON later.customer_id = signalled.customer_id
    GROUP BY customer_id, session_id
  )
SELECT
  toDate(judged.started_at, 'UTC') AS day, judged.intent AS intent, judged.currency AS currency,
  count() AS sessions,
  countIf(is_measured) AS measured,
  countIf(is_measured AND offer_count > 0) AS offered,
  countIf(is_measured AND offer_count = 0 AND has_late_offer) AS offered_late,
  countIf(is_measured AND has_order) AS bought,
  countIf(is_measured AND offer_count = 0 AND has_own_order) AS won_elsewhere,
  countIf(is_measured AND offer_count = 0 AND NOT has_order) AS missed,
  missed / nullIf(measured, 0) AS missed_rate,
  sumIf(value_minor, is_measured AND offer_count = 0 AND NOT has_order) AS missed_value_minor,
  sumIf(offer_count, is_measured) AS offers,
  sumIf(accepted_count, is_measured) AS accepted_offers,
  missed_value_minor * accepted_offers / nullIf(offers, 0) AS expected_value_minor
FROM judged
GROUP BY day, intent, currency
COMMENT 'Chances to sell that showed, and those nobody took up: missed_opportunities(from = …, to = …, window_days = 7, as_of = NULL). as_of: time up to which everything is known; NULL takes audit_safe_until. Over several rows sum and divide the sums, one currency at a time.';
