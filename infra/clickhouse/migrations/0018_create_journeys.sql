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
    WHERE {scope:String} IN ('order', 'case') AND session_id != '' AND customer_id IN (SELECT customer_id FROM customers)
      AND arrived_at >= {from:DateTime64(3, 'UTC')} - INTERVAL 366 DAY - toIntervalDay({window_days:UInt16})
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
        {scope:String} = 'intent', of_customer.intent, {scope:String} = 'order', first_order,
        {scope:String} = 'case', first_case, '') AS issue,
      if({scope:String} != 'any' AND issue = '', session_id, '') AS alone
    FROM (
      SELECT customer_id, session_id, intent, started_at, ended_at
      FROM sessions_current
      -- The first condition only spares partitions: a session may be long.
      WHERE started_at >= {from:DateTime64(3, 'UTC')} - INTERVAL 366 DAY - toIntervalDay({window_days:UInt16})
        AND ended_at >= {from:DateTime64(3, 'UTC')} - toIntervalDay({window_days:UInt16})
        AND customer_id IN (SELECT customer_id FROM customers)) AS of_customer
    LEFT JOIN refs ON refs.customer_id = of_customer.customer_id AND refs.session_id = of_customer.session_id
    WHERE throwIf({scope:String} NOT IN ('any', 'intent', 'order', 'case'), 'scope is any, intent, order or case') = 0
  ),
  numbered AS
  (
    SELECT *, sum(ifNull(started_at > ended_before + toIntervalDay({window_days:UInt16}), false)) OVER (
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
  from = {from:DateTime64(3, 'UTC')}, to = {to:DateTime64(3, 'UTC')}, window_days = {window_days:UInt16},
  scope = {scope:String}) AS of_journey
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
  toBool(ifNull(ended_at + toIntervalDay({window_days:UInt16}) <= known_until, false)) AS elapsed,
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
    from = {from:DateTime64(3, 'UTC')}, to = {to:DateTime64(3, 'UTC')}, window_days = {window_days:UInt16},
    scope = {scope:String}) AS of_journey
  GROUP BY customer_id, journey_id
)
COMMENT 'Journeys that start in [from, to), one row each: journeys(from = …, to = …, window_days = 7, scope = \'any\', as_of = NULL).';

CREATE OR REPLACE VIEW journey_outcomes
(
  day Date COMMENT 'Day the journeys started (UTC).',
  first_channel LowCardinality(String) COMMENT 'Channel the customer chose first; empty if only the organisation acted.',
  intent LowCardinality(String) COMMENT 'Intent of their first session that has one; empty if none.',
  journeys UInt64 COMMENT 'Journeys that started that day.',
  with_channel UInt64 COMMENT 'Those in which the customer chose a channel: the denominator of channel_switch_rate.',
  multi_channel UInt64 COMMENT 'Those with two or more distinct channels.',
  channel_switch_rate Nullable(Float64) COMMENT 'multi_channel / with_channel, 0 to 1.',
  switches UInt64 COMMENT 'Changes of channel in them: by pair and cause in channel_switches.',
  with_success UInt64 COMMENT 'Journeys with a success: the denominator of failure_path_rate.',
  success_after_failure UInt64 COMMENT 'Those with at least one failed leg before the first success.',
  failure_path_rate Nullable(Float64) COMMENT 'success_after_failure / with_success, 0 to 1.',
  time_to_success_ms Int64 COMMENT 'Sum over with_success of the time to the end of the first successful leg. Milliseconds.',
  elapsed UInt64 COMMENT 'Journeys that nothing can join any more: the denominator of durable_rate.',
  durably_resolved UInt64 COMMENT 'Those of them whose outcome is SUCCESS.',
  durable_rate Nullable(Float64) COMMENT 'durably_resolved / elapsed, 0 to 1.'
)
AS SELECT
  toDate(started_at, 'UTC') AS day,
  first_channel,
  intent,
  count() AS journeys,
  countIf(first_channel != '') AS with_channel,
  countIf(length(channels) >= 2) AS multi_channel,
  multi_channel / nullIf(with_channel, 0) AS channel_switch_rate,
  sum(journey.switches) AS switches,
  count(journey.time_to_success_ms) AS with_success,
  countIf(isNotNull(journey.time_to_success_ms) AND failures_before_success > 0) AS success_after_failure,
  success_after_failure / nullIf(with_success, 0) AS failure_path_rate,
  sum(ifNull(journey.time_to_success_ms, 0)) AS time_to_success_ms,
  countIf(journey.elapsed) AS elapsed,
  countIf(journey.durably_resolved) AS durably_resolved,
  durably_resolved / nullIf(elapsed, 0) AS durable_rate
FROM journeys(
  from = {from:DateTime64(3, 'UTC')}, to = {to:DateTime64(3, 'UTC')}, window_days = {window_days:UInt16},
  scope = {scope:String}, as_of = {as_of:Nullable(DateTime64(3, 'UTC'))}) AS journey
GROUP BY day, first_channel, intent
COMMENT 'Rates over journeys: journey_outcomes(from = …, to = …, window_days = 7, scope = \'intent\', as_of = NULL). With scope intent a journey is an issue: one customer, one intent.';

CREATE OR REPLACE VIEW cost_per_resolution
(
  day Date COMMENT 'Day the journeys started (UTC).',
  intent LowCardinality(String) COMMENT 'Intent of their first session that has one; empty if none.',
  currency LowCardinality(String) COMMENT 'ISO 4217 currency; empty where no cost is known. Currencies are never added.',
  elapsed UInt64 COMMENT 'Journeys that nothing can join any more, the same in each row of a currency.',
  durably_resolved UInt64 COMMENT 'Those of them whose outcome is SUCCESS, likewise.',
  with_cost UInt64 COMMENT 'Elapsed journeys with a known cost in the currency.',
  resolved_with_cost UInt64 COMMENT 'Durably resolved ones among them: the denominator.',
  cost_minor Nullable(Int64) COMMENT 'Cost of all legs of all elapsed journeys, resolved or not, in the currency and minor units; NULL if none is known.',
  resolved_cost_minor Nullable(Int64) COMMENT 'Of this, the cost of those durably resolved.',
  cost_per_resolution_minor Nullable(Float64) COMMENT 'cost_minor / resolved_with_cost, minor units: what went into journeys that failed is paid for too; journeys without a cost in the currency are in neither. NULL without a resolution or a known cost.'
)
AS SELECT
  day,
  intent,
  currency,
  elapsed,
  durably_resolved,
  known[currency] AS with_cost,
  known_resolved[currency] AS resolved_with_cost,
  if(with_cost > 0, costs[currency], NULL) AS cost_minor,
  if(with_cost > 0, resolved_costs[currency], NULL) AS resolved_cost_minor,
  cost_minor / nullIf(resolved_with_cost, 0) AS cost_per_resolution_minor
FROM
(
  SELECT
    toDate(started_at, 'UTC') AS day,
    intent,
    count() AS elapsed,
    countIf(journey.durably_resolved) AS durably_resolved,
    sumMap(journey.costs) AS costs,
    sumMapIf(journey.costs, journey.durably_resolved) AS resolved_costs,
    sumMap(mapApply((currency, cost) -> (currency, 1), journey.costs)) AS known,
    sumMapIf(mapApply((currency, cost) -> (currency, 1), journey.costs), journey.durably_resolved) AS known_resolved
  FROM journeys(
    from = {from:DateTime64(3, 'UTC')}, to = {to:DateTime64(3, 'UTC')}, window_days = {window_days:UInt16},
    scope = {scope:String}, as_of = {as_of:Nullable(DateTime64(3, 'UTC'))}) AS journey
  WHERE journey.elapsed
  GROUP BY day, intent
)
ARRAY JOIN if(empty(known), [''], mapKeys(known)) AS currency
COMMENT 'Cost per durable resolution: cost_per_resolution(from = …, to = …, window_days = 7, scope = \'intent\', as_of = NULL).';

CREATE OR REPLACE VIEW channel_switches
(
  day Date COMMENT 'Day the journeys started (UTC).',
  from_channel LowCardinality(String) COMMENT 'Channel the customer left.',
  to_channel LowCardinality(String) COMMENT 'Channel the customer took next.',
  switches UInt64 COMMENT 'forced + chosen.',
  forced UInt64 COMMENT 'After a failure: of the legs on from_channel just before, the last that failed or succeeded had failed.',
  chosen UInt64 COMMENT 'Otherwise.'
)
AS SELECT
  day,
  from_channel,
  to_channel,
  count() AS switches,
  countIf(is_forced) AS forced,
  switches - forced AS chosen
FROM
(
  SELECT
    day,
    channel AS from_channel,
    is_forced,
    leadInFrame(channel) OVER (
      PARTITION BY customer_id, journey_id ORDER BY run
      ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS to_channel
  FROM
  (
    SELECT
      customer_id,
      journey_id,
      run,
      any(toDate(journey_started_at, 'UTC')) AS day,
      any(chosen_channel) AS channel,
      argMaxIf(is_failed, place, is_failed OR outcome = 'SUCCESS') AS is_forced
    FROM
    (
      SELECT *, sum(chosen_channel != channel_before) OVER (PARTITION BY customer_id, journey_id ORDER BY place) AS run
      FROM
      (
        SELECT *, lagInFrame(chosen_channel) OVER (
          PARTITION BY customer_id, journey_id ORDER BY place
          ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS channel_before
        FROM journey_legs(
          from = {from:DateTime64(3, 'UTC')}, to = {to:DateTime64(3, 'UTC')}, window_days = {window_days:UInt16},
          scope = {scope:String})
        WHERE chosen_channel != ''
      )
    )
    GROUP BY customer_id, journey_id, run
  )
)
WHERE to_channel != ''
GROUP BY day, from_channel, to_channel
COMMENT 'Channel switches within journeys, from and to, forced or chosen: channel_switches(from = …, to = …, window_days = 7, scope = \'intent\').';

CREATE OR REPLACE VIEW failure_steps
(
  day Date COMMENT 'Day the journeys started (UTC).',
  failure_step LowCardinality(String) COMMENT 'What failed, e.g. web.form_error; failure or abandoned where the source names no step.',
  failed_channel LowCardinality(String) COMMENT 'Path label of the failed leg: CHANNEL or CHANNEL.SELF_SERVICE.',
  intent LowCardinality(String) COMMENT 'Intent of the session it failed in; empty if none.',
  rescued_by LowCardinality(String) COMMENT 'Path label of the next success in the journey; empty if there was none.',
  failed_legs UInt64 COMMENT 'Legs that failed so.',
  sessions UInt64 COMMENT 'Distinct sessions with one. Does not add up over rows.',
  journeys UInt64 COMMENT 'Distinct journeys with one. Does not add up over rows.',
  spent_ms Int64 COMMENT 'Failure debt in time: length of the failed legs and of those after them, up to the next failure or success. Adds up. Milliseconds.',
  delay_ms Int64 COMMENT 'From the start of the failed legs to the start of the success that followed, 0 where none did. Milliseconds.',
  costs Map(String, Int64) COMMENT 'Failure debt in money: cost of the same legs as spent_ms by currency, minor units; empty if unknown.'
)
AS SELECT
  day,
  failure_step,
  failed_channel,
  intent,
  rescued_by,
  count() AS failed_legs,
  uniqExact(customer_id, session_id) AS sessions,
  uniqExact(customer_id, journey_id) AS journeys,
  sum(stretch_ms) AS spent_ms,
  sum(if(rescued_by = '', 0, dateDiff('millisecond', failed_at, rescued_at))) AS delay_ms,
  mapApply((currency, known) -> (currency, sumMap(stretch.costs)[currency]),
    sumMap(mapApply((currency, cost) -> (currency, 1), stretch.costs))) AS costs
FROM
(
  SELECT
    *,
    argMinIf(failed_channel, mark, NOT is_failed) OVER later AS rescued_by,
    argMinIf(failed_at, mark, NOT is_failed) OVER later AS rescued_at
  FROM
  (
    -- A stretch begins with a leg that failed or succeeded and holds those after it that did neither.
    SELECT
      customer_id,
      journey_id,
      mark,
      any(toDate(journey_started_at, 'UTC')) AS day,
      argMin(is_failed, place) AS is_failed,
      argMin(failure_step, place) AS failure_step,
      argMin(label, place) AS failed_channel,
      argMin(session_intent, place) AS intent,
      argMin(session_id, place) AS session_id,
      min(arrived_at) AS failed_at,
      sum(dateDiff('millisecond', arrived_at, ended_at)) AS stretch_ms,
      mapApply((currency, known) -> (currency, sumMap(marked.costs)[currency]),
        sumMap(mapApply((currency, cost) -> (currency, 1), marked.costs))) AS costs
    FROM
    (
      SELECT *, sum(is_failed OR outcome = 'SUCCESS') OVER (PARTITION BY customer_id, journey_id ORDER BY place) AS mark
      FROM journey_legs(
        from = {from:DateTime64(3, 'UTC')}, to = {to:DateTime64(3, 'UTC')}, window_days = {window_days:UInt16},
        scope = {scope:String})
    ) AS marked
    GROUP BY customer_id, journey_id, mark
    HAVING mark > 0
  )
  WINDOW later AS (
    PARTITION BY customer_id, journey_id ORDER BY mark DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
) AS stretch
WHERE is_failed
GROUP BY day, failure_step, failed_channel, intent, rescued_by
COMMENT 'What failed, where, what it cost until it worked: failure_steps(from = …, to = …, window_days = 7, scope = \'any\').';
