-- What customers said, and who says what they meant. customer_timeline is the one of 0028 with language and text.
CREATE OR REPLACE VIEW customer_timeline
(
  occurred_at DateTime64(3, 'UTC') COMMENT 'When it happened (UTC).',
  channel LowCardinality(String) COMMENT 'Channel of the dealing.',
  stage LowCardinality(String) COMMENT 'Part of the dealing: SELF_SERVICE, QUEUE, AGENT, …',
  direction LowCardinality(String) COMMENT 'Who approached whom: INBOUND, OUTBOUND, INTERNAL or UNKNOWN.',
  event_type LowCardinality(String) COMMENT 'What happened, dotted, e.g. queue.entered.',
  actor_type LowCardinality(String) COMMENT 'Who acted: CUSTOMER, AGENT, BOT, SYSTEM, …; UNKNOWN where the source does not say.',
  tried String COMMENT 'What was tried, in the source\'s words: the page, else the queue, else the products, else the attributes; empty if none is given.',
  failure_step LowCardinality(String) COMMENT 'What this event shows to have failed, e.g. ivr.opt_out; empty if nothing.',
  emotion_score Nullable(Float64) COMMENT 'What the customer felt, from -1 (bad) to 1 (good); NULL if unknown.',
  emotion_label LowCardinality(String) COMMENT 'What the customer felt, as a label; empty if unknown.',
  intent LowCardinality(String) COMMENT 'What the customer asked about; empty where this event does not say.',
  desire LowCardinality(String) COMMENT 'What the customer wants to happen; empty where this event does not say.',
  outcome LowCardinality(String) COMMENT 'Result that the source states on this event; UNKNOWN for most.',
  leg_outcome LowCardinality(String) COMMENT 'Outcome of the leg it belongs to; empty if it belongs to none.',
  session_id String COMMENT 'Its session; empty for events that belong to none (marketing, surveys, receipts of messages), for late ones that wait for the repair, and beyond a session\'s first 200 legs.',
  leg_id String COMMENT 'Its leg; empty if it belongs to none.',
  contact_id String COMMENT 'Its contact, after joining transfers and reconnects; empty if it belongs to none.',
  interaction_id String COMMENT 'The connection as the source names it; empty if none.',
  queue LowCardinality(String) COMMENT 'Queue; empty where this event names none.',
  agent_id LowCardinality(String) COMMENT 'The agent, when an agent acted; empty otherwise.',
  late Bool COMMENT 'Whether it arrived too late to join its session at once.',
  event_id String COMMENT 'Identity of the event.',
  language LowCardinality(String) COMMENT 'Language of what was written or said; empty if unknown.',
  text String COMMENT 'What was written or said, redacted; empty if none, or where storing it is off (STORE_TEXT of enrich).'
)
AS SELECT
  occurred_at, channel, stage, direction, event_type, actor_type, tried, failure_step, emotion_score, emotion_label,
  intent, desire, outcome,
  CAST(if(is_joined, ifNull(of_leg.3, ''), ''), 'LowCardinality(String)') AS leg_outcome,
  if(is_joined, ifNull(of_leg.4, ''), '') AS session_id,
  if(is_joined, ifNull(of_leg.1, ''), '') AS leg_id,
  if(is_joined, ifNull(of_leg.2, ''), '') AS contact_id,
  interaction_id, queue, agent_id, late, event_id, language, text
FROM
(
  SELECT
    occurred_at, channel, stage, direction, event_type, actor_type, failure_step, emotion_score,
    emotion_label, intent, desire, outcome, interaction_id, queue, agent_id, late, event_id, language, text,
    multiIf(
      page_path != '', page_path,
      queue != '', queue,
      notEmpty(commerce_product_ids), arrayStringConcat(commerce_product_ids, ', '),
      arrayStringConcat(arrayMap((k, v) -> concat(k, '=', v), mapKeys(attributes), mapValues(attributes)), ', ')
    ) AS tried,
    sessionised AND (NOT late OR event_id IN (
      SELECT event_id FROM late_repairs WHERE customer_id = {customer_id:String} AND repaired_at IS NOT NULL
    )) AS is_joined,
    ifNull(source_sequence, -1) AS sequence,
    -- The order of ids is that of the services (UTF-16 units): see sessionization_audit.
    replaceAll(replaceAll(event_id, '\xEE', '\xFE'), '\xEF', '\xFF') AS id_order,
    (anyLast(leg.row.1) OVER connection, anyLast(leg.row.2) OVER connection,
      anyLast(leg.row.3) OVER connection, anyLast(leg.row.4) OVER connection) AS of_leg
  FROM interactions AS event
  LEFT JOIN
  (
    -- Nullable, so that anyLast passes over events that begin no leg.
    SELECT leg_id, (toNullable(leg_id), toNullable(contact_id), toNullable(outcome), toNullable(session_id)) AS row
    FROM legs FINAL PREWHERE customer_id = {customer_id:String} WHERE sign = 1
  ) AS leg ON leg.leg_id = event.event_id
  PREWHERE customer_id = {customer_id:String}
  WHERE occurred_at < ifNull({to:Nullable(DateTime64(3, 'UTC'))}, toDateTime64('2299-01-01', 3, 'UTC'))
  WINDOW connection AS (
    PARTITION BY source_system, source_instance, interaction_id = '', if(interaction_id = '', event_id, interaction_id)
    ORDER BY occurred_at, sequence, id_order
    ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
) AS event
-- Only what is shown: a leg may begin before the range.
WHERE event.occurred_at >= ifNull({from:Nullable(DateTime64(3, 'UTC'))}, toDateTime64('1970-01-01', 3, 'UTC'))
ORDER BY event.occurred_at, event.sequence, event.id_order
COMMENT 'What one person went through, event by event across all channels: customer_timeline(customer_id = …, from = NULL, to = NULL). What was tried, felt, asked and resolved, the words themselves where they are stored, and the session and leg that each event belongs to.';

CREATE OR REPLACE VIEW customer_voice
(
  hour DateTime('UTC') COMMENT 'Start of the hour (UTC).',
  channel LowCardinality(String) COMMENT 'Channel of the dealing.',
  language LowCardinality(String) COMMENT 'Language of the text; empty if unknown, or where only a judgement came (a call that a machine listened to).',
  intent LowCardinality(String) COMMENT 'What it is about; empty if unknown.',
  desire LowCardinality(String) COMMENT 'What the customer wants to happen; empty if unknown.',
  emotion_label LowCardinality(String) COMMENT 'What the customer felt; empty if none or unknown.',
  emotion_model LowCardinality(String) COMMENT 'Who judged the emotion; empty if nobody. Scores of different models do not compare.',
  events UInt64 COMMENT 'Events of customers whose text was read, or with an emotion or a desire.',
  scored UInt64 COMMENT 'Those of them with an emotion score.',
  score_sum Float64 COMMENT 'Sum of their scores, each -1 (bad) to 1 (good).',
  negative UInt64 COMMENT 'Those of the scored with a score below -0.25.',
  mean_score Nullable(Float64) COMMENT 'score_sum / scored; NULL if none is scored.'
)
AS SELECT
  toStartOfHour(event.occurred_at, 'UTC') AS hour, event.channel AS channel, event.language AS language, event.intent AS intent,
  event.desire AS desire, event.emotion_label AS emotion_label, event.emotion_model AS emotion_model,
  count() AS events,
  count(event.emotion_score) AS scored,
  sum(ifNull(event.emotion_score, 0)) AS score_sum,
  countIf(ifNull(event.emotion_score, 0) < -0.25) AS negative,
  if(scored = 0, NULL, score_sum / scored) AS mean_score
FROM interactions AS event
WHERE event.occurred_at >= {from:DateTime64(3, 'UTC')} AND event.occurred_at < {to:DateTime64(3, 'UTC')}
  AND event.actor_type IN ('CUSTOMER', 'UNKNOWN') AND event.customer_id != ''
  AND (event.language != '' OR event.emotion_score IS NOT NULL OR event.desire != '')
GROUP BY hour, channel, language, intent, desire, emotion_label, emotion_model
COMMENT 'What customers say, by hour, channel, language, intent, desire and emotion: customer_voice(from = …, to = …). Counts and sums add up over rows; means do not.';

CREATE OR REPLACE VIEW text_models
(
  kind LowCardinality(String) COMMENT 'What is judged: intent, desire or emotion.',
  model LowCardinality(String) COMMENT 'Model or system that judged; empty where nobody could tell: it is unknown.',
  language LowCardinality(String) COMMENT 'Language of the text; empty if unknown.',
  texts UInt64 COMMENT 'Texts of customers.',
  labels UInt64 COMMENT 'Different labels given.',
  top_label LowCardinality(String) COMMENT 'The most frequent of them; empty if none.',
  top_texts UInt64 COMMENT 'Texts with it: a model that says one thing of everything shows here.',
  sure UInt64 COMMENT 'Texts with a stated confidence of at least 0.7. Emotions carry none.',
  with_confidence UInt64 COMMENT 'Texts with a stated confidence.',
  confidence_sum Float64 COMMENT 'Sum of the stated confidences.',
  mean_confidence Nullable(Float64) COMMENT 'confidence_sum / with_confidence; NULL if none is stated.'
)
AS SELECT
  kind, model, language,
  sum(n) AS texts,
  countIf(label != '') AS labels,
  if(labels = 0, '', argMax(label, (label != '', n))) AS top_label,
  maxIf(n, label != '') AS top_texts,
  sum(sure_n) AS sure,
  sum(stated_n) AS with_confidence,
  sum(confidences) AS confidence_sum,
  if(with_confidence = 0, NULL, confidence_sum / with_confidence) AS mean_confidence
FROM
(
  SELECT
    judged.1 AS kind, judged.2 AS label, if(judged.2 = '', '', judged.3) AS model, event.language AS language,
    count() AS n,
    countIf(judged.4 >= 0.7) AS sure_n,
    countIf(judged.4 IS NOT NULL) AS stated_n,
    sum(ifNull(judged.4, 0)) AS confidences
  FROM interactions AS event
  ARRAY JOIN [
    tuple('intent', toString(event.intent), toString(event.intent_model), event.intent_confidence),
    tuple('desire', toString(event.desire), toString(event.desire_model), event.desire_confidence),
    tuple('emotion', toString(event.emotion_label), toString(event.emotion_model), CAST(NULL, 'Nullable(Float64)'))
  ] AS judged
  WHERE event.occurred_at >= {from:DateTime64(3, 'UTC')} AND event.occurred_at < {to:DateTime64(3, 'UTC')}
    AND event.actor_type IN ('CUSTOMER', 'UNKNOWN') AND event.customer_id != '' AND event.language != ''
  GROUP BY kind, label, model, language
)
GROUP BY kind, model, language
COMMENT 'How sure those are who judge what customers write, and how much stays unknown, by kind, model and language: text_models(from = …, to = …).';
