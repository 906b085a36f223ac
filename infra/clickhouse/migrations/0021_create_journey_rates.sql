-- Rates over journeys: counts stand beside every rate, so that sums can be divided anew.
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
  from = {from:DateTime64(3, 'UTC')}, to = {to:DateTime64(3, 'UTC')}, window_days = ifNull({window_days:Nullable(UInt16)}, 7),
  scope = ifNull({scope:Nullable(String)}, 'any'), as_of = {as_of:Nullable(DateTime64(3, 'UTC'))}) AS journey
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
    from = {from:DateTime64(3, 'UTC')}, to = {to:DateTime64(3, 'UTC')}, window_days = ifNull({window_days:Nullable(UInt16)}, 7),
    scope = ifNull({scope:Nullable(String)}, 'any'), as_of = {as_of:Nullable(DateTime64(3, 'UTC'))}) AS journey
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
          from = {from:DateTime64(3, 'UTC')}, to = {to:DateTime64(3, 'UTC')}, window_days = ifNull({window_days:Nullable(UInt16)}, 7),
          scope = ifNull({scope:Nullable(String)}, 'any'))
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
        from = {from:DateTime64(3, 'UTC')}, to = {to:DateTime64(3, 'UTC')}, window_days = ifNull({window_days:Nullable(UInt16)}, 7),
        scope = ifNull({scope:Nullable(String)}, 'any'))
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
