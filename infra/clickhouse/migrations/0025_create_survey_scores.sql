-- What customers answer when asked, and how their tone changes while they are served.
CREATE VIEW IF NOT EXISTS survey_responses
(
  source_system LowCardinality(String) COMMENT 'System of the survey.',
  source_instance LowCardinality(String) COMMENT 'Installation of that system; empty if there is only one.',
  survey_id String COMMENT 'The survey: interaction_id of its events, else contact_id, else event_id.',
  survey_kind LowCardinality(String) COMMENT 'CSAT, NPS, CES or FCR; UNKNOWN if not given. A survey with questions of two kinds is two rows.',
  customer_id String COMMENT 'Who was asked.',
  surveyed_at DateTime64(3, 'UTC') COMMENT 'invited_at, else answered_at (UTC): a row belongs to the time of its invitation.',
  invited_at Nullable(DateTime64(3, 'UTC')) COMMENT 'First invitation (UTC), reminders do not count; NULL if the source tells of none.',
  answered_at Nullable(DateTime64(3, 'UTC')) COMMENT 'Last answer (UTC): it takes the place of those before. NULL if none.',
  score Nullable(Float64) COMMENT 'The answer on its own scale; NULL if none.',
  scale_min Nullable(Float64) COMMENT 'Worst answer possible: as sent, else 1 for CSAT and CES, 0 for NPS and FCR. Above scale_max when low is good.',
  scale_max Nullable(Float64) COMMENT 'Best answer possible: as sent, else CSAT 5, NPS 10, CES 7, FCR 1.',
  is_valid Bool COMMENT 'Answered within its scale; NPS on 0 to 10 only. What is not valid is counted apart.',
  is_positive Bool COMMENT 'Valid, and CSAT or FCR in the top quarter of the scale (4 and 5 of 5), NPS 9 or 10, CES in the top third (5 to 7 of 7).',
  is_negative Bool COMMENT 'Valid, and NPS 0 to 6; always false for the other kinds.',
  leg_id String COMMENT 'The last leg with an agent before surveyed_at, of the survey\'s contact or interaction if it names one that has, else of the customer, within 30 days; empty if none.',
  contact_id String COMMENT 'Contact of that leg; empty if none.',
  agent_id LowCardinality(String) COMMENT 'Agent of that leg; empty if none.',
  queue LowCardinality(String) COMMENT 'Queue of that leg; empty if none.',
  channel LowCardinality(String) COMMENT 'Channel of that leg, not of the survey; empty if none.'
)
AS WITH
  {from:DateTime64(3, 'UTC')} AS range_from,
  {to:DateTime64(3, 'UTC')} AS range_to,
  surveys AS
  (
    SELECT
      source_system, source_instance, survey_id, survey_kind,
      argMin(customer, place) AS customer_id,
      argMin((contact, interaction_id), place) AS about,
      min(if(is_answer, NULL, occurred_at)) AS invited_at,
      max(if(is_answer, occurred_at, NULL)) AS answered_at,
      ifNull(invited_at, answered_at) AS surveyed_at,
      argMax((survey_score, survey_scale_min, survey_scale_max), (is_answer, place)) AS last,
      if(answered_at IS NULL, NULL, last.1) AS score,
      coalesce(last.2, multiIf(survey_kind IN ('CSAT', 'CES'), 1, survey_kind IN ('NPS', 'FCR'), 0, NULL)) AS scale_min,
      coalesce(last.3, multiIf(survey_kind = 'CSAT', 5, survey_kind = 'NPS', 10, survey_kind = 'CES', 7, survey_kind = 'FCR', 1, NULL)) AS scale_max
    FROM
    (
      SELECT
        source_system, source_instance, interaction_id, interactions.contact_id AS contact, interactions.customer_id AS customer, survey_kind,
        multiIf(interaction_id != '', interaction_id, contact != '', contact, event_id) AS survey_id,
        occurred_at, (occurred_at, ifNull(source_sequence, -1), event_id) AS place,
        survey_score, survey_scale_min, survey_scale_max,
        event_type = 'survey.answered' AS is_answer
      FROM interactions
      WHERE (event_type = 'survey.invited' OR (event_type = 'survey.answered' AND survey_score IS NOT NULL)) AND customer != ''
        AND occurred_at >= range_from - INTERVAL 30 DAY AND occurred_at < range_to + INTERVAL 30 DAY
    )
    GROUP BY source_system, source_instance, survey_id, survey_kind
    HAVING surveyed_at >= range_from AND surveyed_at < range_to
  ),
  served AS
  (
    SELECT
      source_system, source_instance, survey_id, survey_kind,
      argMax(
        (legs.leg_id, legs.contact_id, toString(legs.agent_id), toString(legs.queue), toString(legs.channel)),
        (
          (about.1 != '' AND about.1 = legs.contact_id) OR (about.2 != '' AND about.2 = legs.interaction_id),
          legs.answered_at, legs.leg_id
        )) AS leg
    FROM surveys
    INNER JOIN
    (
      SELECT customer_id, leg_id, contact_id, interaction_id, agent_id, queue, channel, assumeNotNull(answered_at) AS answered_at
      FROM legs_current
      WHERE agent_id != '' AND answered_at IS NOT NULL AND customer_id IN (SELECT customer_id FROM surveys)
        AND arrived_at >= range_from - INTERVAL 60 DAY AND arrived_at < range_to
    ) AS legs ON legs.customer_id = surveys.customer_id
    WHERE legs.answered_at <= surveyed_at AND legs.answered_at >= surveyed_at - INTERVAL 30 DAY
    GROUP BY source_system, source_instance, survey_id, survey_kind
  )
SELECT
  surveys.source_system AS source_system, surveys.source_instance AS source_instance, surveys.survey_id AS survey_id,
  surveys.survey_kind AS survey_kind, customer_id, assumeNotNull(surveyed_at) AS surveyed_at, invited_at, answered_at, score, scale_min, scale_max,
  -- From 0, the worst, to 1, the best; multiplied before it is divided, whole numbers stay exact.
  toBool(ifNull(
    scale_max != scale_min AND (score - scale_min) / (scale_max - scale_min) BETWEEN 0 AND 1
      AND (surveys.survey_kind != 'NPS' OR (scale_min = 0 AND scale_max = 10)), false)) AS is_valid,
  toBool(is_valid AND ifNull(
    multiIf(
      surveys.survey_kind IN ('CSAT', 'FCR'), 4 * (score - scale_min) / (scale_max - scale_min) >= 3,
      surveys.survey_kind = 'CES', 3 * (score - scale_min) / (scale_max - scale_min) >= 2,
      surveys.survey_kind = 'NPS', score >= 9,
      false), false)) AS is_positive,
  toBool(is_valid AND surveys.survey_kind = 'NPS' AND ifNull(score <= 6, false)) AS is_negative,
  leg.1 AS leg_id, leg.2 AS contact_id, leg.3 AS agent_id, leg.4 AS queue, leg.5 AS channel
FROM surveys
LEFT JOIN served ON served.source_system = surveys.source_system AND served.source_instance = surveys.source_instance
  AND served.survey_id = surveys.survey_id AND served.survey_kind = surveys.survey_kind
COMMENT 'Surveys one by one: survey_responses(from = …, to = …), those whose invitation (answer, if there was none) lies in [from, to), with the agent\'s leg they are about. Invitations and answers more than 30 days outside the range are not read.';

CREATE VIEW IF NOT EXISTS survey_scores
(
  survey_kind LowCardinality(String) COMMENT 'CSAT, NPS, CES or FCR; UNKNOWN if not given.',
  scale_min Nullable(Float64) COMMENT 'Worst answer possible. Scores of different scales are not averaged together.',
  scale_max Nullable(Float64) COMMENT 'Best answer possible.',
  group_value String COMMENT 'What it is grouped by: nothing (by = \'all\'), or agent, queue or channel of the last leg with an agent.',
  invitations UInt64 COMMENT 'Surveys with an invitation.',
  invited_responses UInt64 COMMENT 'Those of them with a valid answer.',
  response_rate Nullable(Float64) COMMENT 'invited_responses / invitations, 0 to 1; NULL without invitations.',
  responses UInt64 COMMENT 'Surveys with a valid answer, invited or not: the denominator of all scores.',
  invalid_responses UInt64 COMMENT 'Answers outside their scale, or NPS on another scale than 0 to 10: in no score.',
  is_small_sample Bool COMMENT 'Fewer than 30 responses: do not compare, chance moves the score more than people do.',
  positive UInt64 COMMENT 'Responses in the top boxes; NPS: promoters (9 and 10).',
  negative UInt64 COMMENT 'NPS: detractors (0 to 6); 0 for the other kinds.',
  csat Nullable(Float64) COMMENT 'positive / responses, 0 to 1; NULL without responses and for other kinds.',
  nps Nullable(Float64) COMMENT '100 × (positive - negative) / responses, -100 to 100; NULL without responses and for other kinds.',
  ces Nullable(Float64) COMMENT 'Share that found it easy: positive / responses, 0 to 1; NULL without responses and for other kinds.',
  fcr_survey Nullable(Float64) COMMENT 'Share that says the first contact resolved it: positive / responses, 0 to 1; NULL without responses and for other kinds.',
  score_sum Float64 COMMENT 'Sum of valid scores, on their scale.',
  mean_score Nullable(Float64) COMMENT 'score_sum / responses, on the scale; NULL without responses.'
)
AS SELECT
  survey_kind, scale_min, scale_max,
  multiIf(
    {by:String} = 'all', '',
    {by:String} = 'agent', toString(agent_id),
    {by:String} = 'queue', toString(queue),
    {by:String} = 'channel', toString(channel),
    toString(throwIf(true, 'by must be all, agent, queue or channel'))) AS group_value,
  countIf(invited_at IS NOT NULL) AS invitations,
  countIf(invited_at IS NOT NULL AND is_valid) AS invited_responses,
  invited_responses / nullIf(invitations, 0) AS response_rate,
  countIf(is_valid) AS responses,
  countIf(answered_at IS NOT NULL AND NOT is_valid) AS invalid_responses,
  toBool(responses < 30) AS is_small_sample,
  countIf(is_positive) AS positive,
  countIf(is_negative) AS negative,
  if(survey_kind = 'CSAT', positive / nullIf(responses, 0), NULL) AS csat,
  if(survey_kind = 'NPS', 100 * (toInt64(positive) - toInt64(negative)) / nullIf(responses, 0), NULL) AS nps,
  if(survey_kind = 'CES', positive / nullIf(responses, 0), NULL) AS ces,
  if(survey_kind = 'FCR', positive / nullIf(responses, 0), NULL) AS fcr_survey,
  sumIf(assumeNotNull(score), is_valid) AS score_sum,
  score_sum / nullIf(responses, 0) AS mean_score
FROM survey_responses(from = {from:DateTime64(3, 'UTC')}, to = {to:DateTime64(3, 'UTC')})
GROUP BY survey_kind, scale_min, scale_max, group_value
COMMENT 'Survey scores with the numbers behind them: survey_scores(from = …, to = …, by = \'all\' | \'agent\' | \'queue\' | \'channel\'), by time of invitation. Over several rows sum the counts and divide the sums.';

CREATE VIEW IF NOT EXISTS sentiment_shifts
(
  source_system LowCardinality(String) COMMENT 'System of the contact.',
  source_instance LowCardinality(String) COMMENT 'Installation of that system; empty if there is only one.',
  contact_id String COMMENT 'The contact as the source joined it, else the interaction.',
  customer_id String COMMENT 'The person of its first scored event.',
  channel LowCardinality(String) COMMENT 'Channel of its first scored event.',
  emotion_model LowCardinality(String) COMMENT 'Model that gave the scores. Scores of different models do not compare: one row per model.',
  started_at DateTime64(3, 'UTC') COMMENT 'Time of its first scored event (UTC).',
  score_count UInt64 COMMENT 'Scored events.',
  third_count UInt64 COMMENT 'Scores in its first third, and in its last: score_count / 3, rounded up.',
  begin_sum Float64 COMMENT 'Sum of the scores of the first third.',
  end_sum Float64 COMMENT 'Sum of the scores of the last third.',
  begin_mean Float64 COMMENT 'begin_sum / third_count, -1 to 1.',
  end_mean Float64 COMMENT 'end_sum / third_count, -1 to 1.',
  sentiment_shift Nullable(Float64) COMMENT '(end_mean - begin_mean) / 2, -1 to 1: above 0 the customer left in a better mood. NULL with a single score.'
)
AS SELECT
  source_system, source_instance, contact_key AS contact_id,
  customer AS customer_id, on_channel AS channel, emotion_model, first_at AS started_at, score_count,
  intDiv(score_count + 2, 3) AS third_count,
  arraySum(arraySlice(scores, 1, third_count)) AS begin_sum,
  arraySum(arraySlice(scores, -toInt64(third_count))) AS end_sum,
  begin_sum / third_count AS begin_mean,
  end_sum / third_count AS end_mean,
  if(score_count > 1, (end_mean - begin_mean) / 2, NULL) AS sentiment_shift
FROM
(
  SELECT
    source_system, source_instance, contact_key, emotion_model,
    argMin(interactions.customer_id, place) AS customer,
    argMin(interactions.channel, place) AS on_channel,
    min(occurred_at) AS first_at,
    count() AS score_count,
    arrayMap(scored -> scored.2, arraySort(groupArray((place, assumeNotNull(emotion_score))))) AS scores
  FROM
  (
    SELECT
      *,
      if(interactions.contact_id != '', interactions.contact_id, interaction_id) AS contact_key,
      (occurred_at, ifNull(source_sequence, -1), event_id) AS place
    FROM interactions
    WHERE emotion_score IS NOT NULL AND interactions.customer_id != '' AND contact_key != ''
      AND occurred_at >= {from:DateTime64(3, 'UTC')} - INTERVAL 7 DAY AND occurred_at < {to:DateTime64(3, 'UTC')} + INTERVAL 7 DAY
  ) AS interactions
  GROUP BY source_system, source_instance, contact_key, emotion_model
  HAVING first_at >= {from:DateTime64(3, 'UTC')} AND first_at < {to:DateTime64(3, 'UTC')}
)
COMMENT 'How the customer\'s tone changed: sentiment_shifts(from = …, to = …), one row per contact and model, for contacts whose first score lies in [from, to). Never of a worker. What lies more than 7 days outside the range is not read.';
