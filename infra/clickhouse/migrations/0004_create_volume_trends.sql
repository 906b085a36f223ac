-- Events carry no sign, so distinct counts can be kept as states; unlike the metrics over sessions and legs.
CREATE TABLE IF NOT EXISTS volume_trends_15m
(
  bucket_start DateTime('UTC') COMMENT 'Start of the 15 minutes (UTC).',
  channel LowCardinality(String) COMMENT 'Channel of the events.',
  direction LowCardinality(String) COMMENT 'Who approached whom.',
  intent LowCardinality(String) COMMENT 'Intent stated on the events; empty if none.',
  events SimpleAggregateFunction(sum, UInt64) COMMENT 'Events.',
  contacts AggregateFunction(uniqExact, String, String, String, UInt8, String) COMMENT 'State of the distinct contacts: read by uniqExactMerge.',
  customers AggregateFunction(uniqExact, String) COMMENT 'State of the distinct customers: read by uniqExactMerge.'
)
ENGINE = AggregatingMergeTree
PARTITION BY toYear(bucket_start)
ORDER BY (bucket_start, channel, direction, intent)
SETTINGS non_replicated_deduplication_window = 200000
COMMENT 'Volume in 15-minute buckets as mergeable states. Read volume_trends instead.';

-- A contact is what the source joined: contact_id and interaction_id share one space of values, and an event with
-- neither is a contact of its own (the number before the value keeps it apart).
CREATE MATERIALIZED VIEW IF NOT EXISTS volume_trends_from_landing TO volume_trends_15m {columns of volume_trends_15m}
AS SELECT
  toStartOfFifteenMinutes(occurred_at) AS bucket_start,
  channel,
  direction,
  intent,
  count() AS events,
  uniqExactState(
    customer_id,
    source_system,
    source_instance,
    toUInt8(contact_id != '' OR interaction_id != ''),
    multiIf(contact_id != '', contact_id, interaction_id != '', interaction_id, event_id)
  ) AS contacts,
  uniqExactState(customer_id) AS customers
FROM interactions_landing
WHERE customer_id != ''
GROUP BY bucket_start, channel, direction, intent
COMMENT 'Fills volume_trends_15m from each block that load inserts. Read volume_trends instead.';

CREATE VIEW IF NOT EXISTS volume_trends
(
  bucket_start DateTime('UTC') COMMENT 'Start of the 15 minutes (UTC) in which the events occurred.',
  channel LowCardinality(String) COMMENT 'Channel of the events.',
  direction LowCardinality(String) COMMENT 'Who approached whom: INBOUND, OUTBOUND, INTERNAL or UNKNOWN.',
  intent LowCardinality(String) COMMENT 'Intent stated on the events; empty if none.',
  events UInt64 COMMENT 'Events. Adds up over buckets.',
  contacts UInt64 COMMENT 'Distinct contacts with an event in this bucket. Does not add up over buckets, channels or intents.',
  customers UInt64 COMMENT 'Distinct customers with an event in this bucket. Does not add up over buckets, channels or intents.'
)
AS SELECT
  bucket_start,
  channel,
  direction,
  intent,
  sum(volume_trends_15m.events) AS events,
  uniqExactMerge(volume_trends_15m.contacts) AS contacts,
  uniqExactMerge(volume_trends_15m.customers) AS customers
FROM volume_trends_15m
GROUP BY bucket_start, channel, direction, intent
COMMENT 'How much came in, by 15 minutes, channel, direction and intent. Events of customers only, late ones included. contacts and customers are distinct per row: they do NOT add up over buckets (one contact is counted in every bucket it touches); over longer times merge the states of volume_trends_15m. A bucket is complete when its end is at or before the watermark in pipeline_status less the lateness.';
