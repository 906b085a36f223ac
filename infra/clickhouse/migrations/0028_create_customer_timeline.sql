-- One person is in few of the parts: the filter leaves out the others, else a granule of each must be read. Parts that are
-- there already get it by a mutation in the background. interactions is no materialized view: ALTER is harmless.
ALTER TABLE interactions ADD INDEX IF NOT EXISTS by_customer customer_id TYPE bloom_filter(0.01) GRANULARITY 1;

ALTER TABLE interactions MATERIALIZE INDEX by_customer;

-- A leg is known by its first event (leg_id). The leg of any event is the last one that begins at or before it, among the
-- events of one connection: that is how sessionize cuts legs. Tables are read here rather than their _current views:
-- each of those adds 10 ms of planning. PREWHERE, since with FINAL (and a join) the engine does not move the condition
-- there by itself and reads all columns of 8,192 rows a part: half the time. It is safe on a column of the sorting key.
CREATE VIEW IF NOT EXISTS customer_timeline
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
  event_id String COMMENT 'Identity of the event.'
)
AS SELECT
  occurred_at, channel, stage, direction, event_type, actor_type, tried, failure_step, emotion_score, emotion_label,
  intent, desire, outcome,
  CAST(if(is_joined, ifNull(of_leg.3, ''), ''), 'LowCardinality(String)') AS leg_outcome,
  if(is_joined, ifNull(of_leg.4, ''), '') AS session_id,
  if(is_joined, ifNull(of_leg.1, ''), '') AS leg_id,
  if(is_joined, ifNull(of_leg.2, ''), '') AS contact_id,
  interaction_id, queue, agent_id, late, event_id
FROM
(
  SELECT
    occurred_at, channel, stage, direction, event_type, actor_type, failure_step, emotion_score,
    emotion_label, intent, desire, outcome, interaction_id, queue, agent_id, late, event_id,
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
COMMENT 'What one person went through, event by event across all channels: customer_timeline(customer_id = …, from = NULL, to = NULL). What was tried, felt, asked and resolved, and the session and leg that each event belongs to.';
