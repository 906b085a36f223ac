-- As interactions has since 0028: a month without a leg of the person is not read.
ALTER TABLE legs ADD INDEX IF NOT EXISTS by_customer customer_id TYPE bloom_filter(0.01) GRANULARITY 1;

ALTER TABLE legs MATERIALIZE INDEX by_customer;

-- The answers are those of 0037. The engine analyses a view with parameters twice, once to know its columns: each expression and each level
-- costs double. So one window instead of four, no more than one level outside it, and the end of the range where the person is looked up. The join is
-- of one thread: its sides are small, and a join of several is longer in the making than in the joining.
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
  toLowCardinality(if(is_joined, of_leg.3, '')) AS leg_outcome,
  if(is_joined, of_leg.4, '') AS session_id,
  if(is_joined, of_leg.1, '') AS leg_id,
  if(is_joined, of_leg.2, '') AS contact_id,
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
    anyLastIf(leg.row, leg.leg_id != '') OVER (
      PARTITION BY source_system, source_instance, interaction_id = '', if(interaction_id = '', event_id, interaction_id)
      ORDER BY occurred_at, sequence, id_order
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS of_leg
  FROM interactions AS event
  LEFT JOIN
  (
    SELECT leg_id, (leg_id, contact_id, outcome, session_id) AS row
    FROM legs FINAL PREWHERE customer_id = {customer_id:String} WHERE sign = 1
  ) AS leg ON leg.leg_id = event.event_id
  PREWHERE customer_id = {customer_id:String}
    AND occurred_at < ifNull({to:Nullable(DateTime64(3, 'UTC'))}, toDateTime64('2299-01-01', 3, 'UTC'))
)
-- Only what is shown: a leg may begin before the range.
WHERE occurred_at >= ifNull({from:Nullable(DateTime64(3, 'UTC'))}, toDateTime64('1970-01-01', 3, 'UTC'))
ORDER BY occurred_at, sequence, id_order
SETTINGS join_algorithm = 'hash'
COMMENT 'What one person went through, event by event across all channels: customer_timeline(customer_id = …, from = NULL, to = NULL). What was tried, felt, asked and resolved, the words themselves where they are stored, and the session and leg that each event belongs to.';
