-- A journey starts in the range where no session of the customer (and issue) ends within the window before it, so as
-- much is read before the range; after it, its customers' sessions are read to the end: journeys are whole.
CREATE OR REPLACE VIEW journey_sessions
(
  customer_id String COMMENT 'The person.',
  journey_id String COMMENT 'The journey: session_id of its first session.',
  issue String COMMENT 'Intent, order or case that its sessions share; empty for scope any, and for a session without one, which is a journey of its own.',
  session_id String COMMENT 'The session.',
  session_intent LowCardinality(String) COMMENT 'Its intent; empty if none.',
  session_started_at DateTime64(3, 'UTC') COMMENT 'Its start (UTC).',
  journey_started_at DateTime64(3, 'UTC') COMMENT 'Start of the journey (UTC).',
  journey_ended_at DateTime64(3, 'UTC') COMMENT 'End of the journey\'s last session (UTC).'
)
AS WITH
  customers AS
  (
    SELECT customer_id
    FROM sessions_current
    WHERE started_at >= {from:DateTime64(3, 'UTC')} AND started_at < {to:DateTime64(3, 'UTC')}
  ),
  refs AS
  (
    SELECT
      customer_id,
      session_id,
      argMinIf(order_id, (arrived_at, leg_id), order_id != '') AS first_order,
      argMinIf(case_id, (arrived_at, leg_id), case_id != '') AS first_case
    FROM legs_current
    WHERE ifNull({scope:Nullable(String)}, 'any') IN ('order', 'case') AND session_id != '' AND customer_id IN (SELECT customer_id FROM customers)
      AND arrived_at >= {from:DateTime64(3, 'UTC')} - INTERVAL 366 DAY - toIntervalDay(ifNull({window_days:Nullable(UInt16)}, 7))
    GROUP BY customer_id, session_id
  ),
  keyed AS
  (
    SELECT
      of_customer.customer_id AS customer_id,
      of_customer.session_id AS session_id,
      of_customer.intent AS session_intent,
      started_at,
      ended_at,
      multiIf(
        ifNull({scope:Nullable(String)}, 'any') = 'intent', of_customer.intent, ifNull({scope:Nullable(String)}, 'any') = 'order', first_order,
        ifNull({scope:Nullable(String)}, 'any') = 'case', first_case, '') AS issue,
      if(ifNull({scope:Nullable(String)}, 'any') != 'any' AND issue = '', session_id, '') AS alone
    FROM (
      SELECT customer_id, session_id, intent, started_at, ended_at
      FROM sessions_current
      -- The first condition only spares partitions: a session may be long.
      WHERE started_at >= {from:DateTime64(3, 'UTC')} - INTERVAL 366 DAY - toIntervalDay(ifNull({window_days:Nullable(UInt16)}, 7))
        AND ended_at >= {from:DateTime64(3, 'UTC')} - toIntervalDay(ifNull({window_days:Nullable(UInt16)}, 7))
        AND customer_id IN (SELECT customer_id FROM customers)) AS of_customer
    LEFT JOIN refs ON refs.customer_id = of_customer.customer_id AND refs.session_id = of_customer.session_id
    WHERE throwIf(ifNull({scope:Nullable(String)}, 'any') NOT IN ('any', 'intent', 'order', 'case'), 'scope is any, intent, order or case') = 0
  ),
  numbered AS
  (
    SELECT *, sum(ifNull(started_at > ended_before + toIntervalDay(ifNull({window_days:Nullable(UInt16)}, 7)), false)) OVER (
      PARTITION BY customer_id, issue, alone ORDER BY started_at, session_id) AS number
    FROM
    (
      SELECT *, max(toNullable(ended_at)) OVER (
        PARTITION BY customer_id, issue, alone ORDER BY started_at, session_id
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS ended_before
      FROM keyed
    )
  )
SELECT
  customer_id,
  argMin(session_id, (started_at, session_id)) OVER journey AS journey_id,
  issue,
  session_id,
  session_intent,
  started_at AS session_started_at,
  min(started_at) OVER journey AS journey_started_at,
  max(ended_at) OVER journey AS journey_ended_at
FROM numbered
WINDOW journey AS (PARTITION BY customer_id, issue, alone, number)
QUALIFY journey_started_at >= {from:DateTime64(3, 'UTC')} AND journey_started_at < {to:DateTime64(3, 'UTC')}
COMMENT 'Sessions of journeys that start in [from, to): journey_sessions(from = …, to = …, window_days = 7, scope = \'any\'). A journey is the sessions of one customer with gaps of at most window_days; scope: any, or only sessions of the same intent, order or case.';

CREATE OR REPLACE VIEW journey_legs
(
  customer_id String COMMENT 'The person.',
  journey_id String COMMENT 'The journey.',
  issue String COMMENT 'Intent, order or case that its sessions share; empty if none.',
  journey_started_at DateTime64(3, 'UTC') COMMENT 'Start of the journey (UTC).',
  journey_ended_at DateTime64(3, 'UTC') COMMENT 'End of the journey (UTC).',
  session_id String COMMENT 'Session of the leg.',
  session_started_at DateTime64(3, 'UTC') COMMENT 'Start of that session (UTC).',
  session_intent LowCardinality(String) COMMENT 'Intent of that session; empty if none.',
  contact_id String COMMENT 'Contact of the leg.',
  in_contact Bool COMMENT 'Whether the leg is part of a dealing with the organisation, not of a visit, an order or back-office work.',
  place Tuple(DateTime64(3, 'UTC'), String) COMMENT 'Its place among the legs of a customer.',
  channel LowCardinality(String) COMMENT 'Its channel.',
  chosen_channel LowCardinality(String) COMMENT 'The same where it tells of the customer\'s choice; empty for TASK, UNKNOWN and what the organisation began.',
  label LowCardinality(String) COMMENT 'Path label: CHANNEL or CHANNEL.SELF_SERVICE.',
  arrived_at DateTime64(3, 'UTC') COMMENT 'Its first event (UTC).',
  ended_at DateTime64(3, 'UTC') COMMENT 'Its last event (UTC).',
  outcome LowCardinality(String) COMMENT 'Its outcome.',
  is_failed Bool COMMENT 'FAILURE or ABANDONED, or ESCALATED with a failure step.',
  failure_step LowCardinality(String) COMMENT 'Its failure step; empty if none.',
  costs Map(String, Int64) COMMENT 'Its cost by currency in minor units; empty if unknown.'
)
AS SELECT
  leg.customer_id AS customer_id,
  of_journey.journey_id AS journey_id,
  of_journey.issue AS issue,
  of_journey.journey_started_at AS journey_started_at,
  of_journey.journey_ended_at AS journey_ended_at,
  leg.session_id AS session_id,
  of_journey.session_started_at AS session_started_at,
  of_journey.session_intent AS session_intent,
  leg.contact_id AS contact_id,
  toBool(leg.addresses OR (leg.side = 'HUMAN' AND leg.channel != 'TASK')) AS in_contact,
  leg.place AS place,
  leg.channel AS channel,
  if(leg.channel IN ('TASK', 'UNKNOWN') OR leg.direction IN ('OUTBOUND', 'INTERNAL'), '', leg.channel) AS chosen_channel,
  leg.label AS label,
  leg.arrived_at AS arrived_at,
  leg.ended_at AS ended_at,
  leg.outcome AS outcome,
  toBool(leg.is_failed) AS is_failed,
  leg.failure_step AS failure_step,
  leg.costs AS costs
FROM leg_facts(from = {from:DateTime64(3, 'UTC')}, to = toDateTime64('2299-12-31', 3, 'UTC')) AS leg
INNER JOIN journey_sessions(
  from = {from:DateTime64(3, 'UTC')}, to = {to:DateTime64(3, 'UTC')}, window_days = ifNull({window_days:Nullable(UInt16)}, 7),
  scope = ifNull({scope:Nullable(String)}, 'any')) AS of_journey
  ON of_journey.customer_id = leg.customer_id AND of_journey.session_id = leg.session_id
COMMENT 'Legs of journeys that start in [from, to): journey_legs(from = …, to = …, window_days = 7, scope = \'any\'). The rows behind journeys, channel_switches and failure_steps; of a session the first 200 legs.';

CREATE OR REPLACE VIEW journeys
(
  customer_id String COMMENT 'The person.',
  journey_id String COMMENT 'The journey: session_id of its first session.',
  issue String COMMENT 'Intent, order or case that its sessions share; empty for scope any, and for a session without one.',
  started_at DateTime64(3, 'UTC') COMMENT 'Its start (UTC).',
  ended_at DateTime64(3, 'UTC') COMMENT 'End of its last session (UTC).',
  duration_ms Int64 COMMENT 'From start to end. Milliseconds.',
  sessions UInt64 COMMENT 'Its sessions.',
  contacts UInt64 COMMENT 'Its contacts: visits, orders and back-office work left out.',
  legs UInt64 COMMENT 'Its legs.',
  intent LowCardinality(String) COMMENT 'Intent of the first session that has one; empty if none.',
  first_channel LowCardinality(String) COMMENT 'Channel the customer chose first; empty if only the organisation acted.',
  channels Array(String) COMMENT 'Channels the customer chose, distinct, in order of first use.',
  switches UInt64 COMMENT 'Changes of channel between one leg and the next, of those the customer chose.',
  path Array(String) COMMENT 'Its legs in order, each CHANNEL[.SELF_SERVICE]:OUTCOME, equal neighbours collapsed.',
  outcome LowCardinality(String) COMMENT 'Outcome of the last leg that is not UNKNOWN or NEUTRAL; UNKNOWN if there is none.',
  failures_before_success UInt64 COMMENT 'Failed legs before the first success; all failed legs if there is none.',
  first_failed_channel LowCardinality(String) COMMENT 'Path label of the first failed leg; empty if none.',
  rescued_by_channel LowCardinality(String) COMMENT 'Path label of the first success after a failure; empty if none.',
  time_to_success_ms Nullable(Int64) COMMENT 'From its start to the end of the first successful leg. Milliseconds; NULL without a success.',
  elapsed Bool COMMENT 'Whether window_days have passed since its end, as of as_of: nothing can join it any more.',
  durably_resolved Bool COMMENT 'Elapsed, and its outcome is SUCCESS: the customer had no need to come back.',
  costs Map(String, Int64) COMMENT 'Cost by currency in minor units, of the legs whose cost is known; empty if none is.'
)
AS WITH
  ifNull({as_of:Nullable(DateTime64(3, 'UTC'))}, (SELECT audit_safe_until FROM audit_safe_until)) AS known_until
SELECT
  customer_id,
  journey_id,
  issue,
  started_at,
  ended_at,
  dateDiff('millisecond', started_at, ended_at) AS duration_ms,
  sessions,
  contacts,
  legs,
  intent,
  chosen[1] AS first_channel,
  arrayDistinct(chosen) AS channels,
  toUInt64(greatest(length(arrayCompact(chosen)), 1) - 1) AS switches,
  arrayCompact(arrayMap(leg -> concat(leg.label, ':', leg.outcome), steps)) AS path,
  ifNull(nullIf(arrayLast(said -> said NOT IN ('UNKNOWN', 'NEUTRAL'), steps.outcome), ''), 'UNKNOWN') AS outcome,
  arrayCount(arraySlice(steps.is_failed, 1, toInt64(if(first_success = 0, legs, first_success - 1)))) AS failures_before_success,
  steps[first_failure].label AS first_failed_channel,
  if(first_failure = 0, '', arrayFirst(leg -> leg.outcome = 'SUCCESS', arraySlice(steps, first_failure + 1)).label)
    AS rescued_by_channel,
  if(first_success = 0, NULL, dateDiff('millisecond', started_at, steps[first_success].ended_at)) AS time_to_success_ms,
  toBool(ifNull(ended_at + toIntervalDay(ifNull({window_days:Nullable(UInt16)}, 7)) <= known_until, false)) AS elapsed,
  toBool(elapsed AND outcome = 'SUCCESS') AS durably_resolved,
  costs
FROM
(
  SELECT
    customer_id,
    journey_id,
    any(of_journey.issue) AS issue,
    any(journey_started_at) AS started_at,
    any(journey_ended_at) AS ended_at,
    uniqExact(session_id) AS sessions,
    uniqExactIf((session_id, contact_id), in_contact) AS contacts,
    count() AS legs,
    argMinIf(session_intent, (session_started_at, session_id), session_intent != '') AS intent,
    arraySort(leg -> leg.place, groupArray(CAST(
      (place, label, chosen_channel, outcome, is_failed, of_journey.ended_at),
      'Tuple(place Tuple(DateTime64(3, \'UTC\'), String), label String, chosen String, outcome String, is_failed Bool, ended_at DateTime64(3, \'UTC\'))'))) AS steps,
    arrayFilter(channel -> channel != '', steps.chosen) AS chosen,
    arrayFirstIndex(leg -> leg.outcome = 'SUCCESS', steps) AS first_success,
    arrayFirstIndex(leg -> leg.is_failed, steps) AS first_failure,
    mapApply((currency, known) -> (currency, sumMap(of_journey.costs)[currency]),
      sumMap(mapApply((currency, cost) -> (currency, 1), of_journey.costs))) AS costs
  FROM journey_legs(
    from = {from:DateTime64(3, 'UTC')}, to = {to:DateTime64(3, 'UTC')}, window_days = ifNull({window_days:Nullable(UInt16)}, 7),
    scope = ifNull({scope:Nullable(String)}, 'any')) AS of_journey
  GROUP BY customer_id, journey_id
)
COMMENT 'Journeys that start in [from, to), one row each: journeys(from = …, to = …, window_days = 7, scope = \'any\', as_of = NULL).';
