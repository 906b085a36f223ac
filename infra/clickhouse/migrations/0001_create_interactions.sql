-- One row an event. The landing table holds nothing: its views fill the real tables, so that one insert reaches
-- all of them under one deduplication token (each target keeps its own window of tokens).
-- Adaptive write buffers: else a part over 10 MB takes two full buffers a column, 440 MB for 100,000 rows instead of 100.
CREATE TABLE IF NOT EXISTS interactions
(
  event_id String COMMENT 'Identity of the event: the sender\'s, else derived from its source. One row an event; repeats sent in are not here.' CODEC(ZSTD(1)),
  event_type LowCardinality(String) COMMENT 'What happened, dotted, e.g. queue.entered, message.sent, order.placed.',
  occurred_at DateTime64(3, 'UTC') COMMENT 'When it happened at the source (UTC).' CODEC(DoubleDelta, ZSTD(1)),
  received_at DateTime64(3, 'UTC') COMMENT 'When this system accepted the event (UTC).' CODEC(DoubleDelta, ZSTD(1)),
  observed_at Nullable(DateTime64(3, 'UTC')) COMMENT 'When the source recorded it (UTC); NULL if the source does not say.' CODEC(DoubleDelta, ZSTD(1)),
  customer_id String COMMENT 'The person: the sender\'s customer_id where it gave a verified one, else ~type:… derived from another identity; empty for staff events.' CODEC(ZSTD(1)),
  identity_type LowCardinality(String) COMMENT 'Type of the identity that customer_id came from; empty for staff events.',
  identity_verified Bool COMMENT 'Whether the source vouched for that identity.',
  late Bool COMMENT 'Whether it was more than the lateness (1 h) older than the newest event when it arrived: counted here at once, joined to sessions by the repair.',
  sessionised Bool COMMENT 'Whether it takes part in sessions and legs; marketing, survey and staff events do not.',
  source_system LowCardinality(String) COMMENT 'System that sent it.',
  source_instance LowCardinality(String) COMMENT 'Installation of that system; empty if there is only one.',
  source_event_id String COMMENT 'Id of the event in that system; empty if none.' CODEC(ZSTD(1)),
  source_sequence Nullable(Int64) COMMENT 'Order given by the source: breaks ties of occurred_at; NULL if none.' CODEC(T64, ZSTD(1)),
  channel LowCardinality(String) COMMENT 'Channel of the dealing: VOICE, EMAIL, WEB, CHAT, … A bot or a voice menu is a stage, not a channel.',
  provider LowCardinality(String) COMMENT 'Carrier of the channel, e.g. the messaging network; empty if unknown.',
  direction LowCardinality(String) COMMENT 'Who approached whom: INBOUND, OUTBOUND, INTERNAL or UNKNOWN.',
  stage LowCardinality(String) COMMENT 'Part of the dealing: SELF_SERVICE, QUEUE, AGENT, …; where the source gives none it follows the event type.',
  interaction_id String COMMENT 'One connection on one channel, as the source names it; empty if none.' CODEC(ZSTD(1)),
  contact_id String COMMENT 'Chain of connections (transfers, callbacks), as the source joined them; empty if none.' CODEC(ZSTD(1)),
  previous_interaction_id String COMMENT 'The connection that this one continues; empty if none.' CODEC(ZSTD(1)),
  thread_id String COMMENT 'Mail or message thread; empty if none.' CODEC(ZSTD(1)),
  case_id String COMMENT 'Case or ticket; empty if none.' CODEC(ZSTD(1)),
  order_id String COMMENT 'Order; empty if none.' CODEC(ZSTD(1)),
  campaign_id LowCardinality(String) COMMENT 'Campaign; empty if none.',
  actor_type LowCardinality(String) COMMENT 'Who acted: CUSTOMER, AGENT, BOT, SYSTEM, SUPERVISOR, THIRD_PARTY or UNKNOWN.',
  actor_id String COMMENT 'Id of who acted; empty if unknown.' CODEC(ZSTD(1)),
  actor_team LowCardinality(String) COMMENT 'Team of who acted; empty if unknown.',
  agent_id LowCardinality(String) COMMENT 'The agent, when an agent acted; empty otherwise.',
  queue LowCardinality(String) COMMENT 'Queue: its id, else its name; empty if none.',
  queue_name LowCardinality(String) COMMENT 'Name of the queue; empty if none.',
  queue_skill LowCardinality(String) COMMENT 'Skill asked for; empty if none.',
  intent LowCardinality(String) COMMENT 'What the contact is about: most confident label of kind INTENT; empty if none.',
  intent_confidence Nullable(Float64) COMMENT 'Confidence of the intent, 0 to 1; NULL if not given.' CODEC(ZSTD(1)),
  intent_model LowCardinality(String) COMMENT 'Model or system that gave the intent; empty if not given.',
  topic LowCardinality(String) COMMENT 'Most confident label of kind TOPIC; empty if none.',
  reason LowCardinality(String) COMMENT 'Most confident label of kind REASON, e.g. a wrap-up code; empty if none.',
  desire LowCardinality(String) COMMENT 'What the customer wants to happen: most confident label of kind DESIRE; empty if none.',
  emotion_score Nullable(Float64) COMMENT 'The customer\'s emotion, from -1 (bad) to 1 (good); NULL if unknown. Never of a worker.' CODEC(ZSTD(1)),
  emotion_label LowCardinality(String) COMMENT 'Label of the emotion; empty if none.',
  emotion_model LowCardinality(String) COMMENT 'Model or system that gave the emotion; scores of different models do not compare.',
  emotion_raw Nullable(Float64) COMMENT 'The vendor\'s own figure of the emotion, before scaling; NULL if none.' CODEC(ZSTD(1)),
  outcome LowCardinality(String) COMMENT 'Result that the source states on this event: SUCCESS, PARTIAL, FAILURE, ABANDONED, ESCALATED, DEFERRED, NEUTRAL or UNKNOWN.',
  outcome_code LowCardinality(String) COMMENT 'The source\'s own code of the result; empty if none.',
  resolved_by LowCardinality(String) COMMENT 'Who resolved it: bot, human, customer, timeout, automation or operator; empty if not given.',
  disconnect_by LowCardinality(String) COMMENT 'Who ended it; empty if not given.',
  goal LowCardinality(String) COMMENT 'Goal reached by this event; empty if none.',
  wait_ms Nullable(Int64) COMMENT 'Time in queue before an answer or a hang-up. Milliseconds; NULL if not given.' CODEC(T64, ZSTD(1)),
  ring_ms Nullable(Int64) COMMENT 'Time an offer rang. Milliseconds; NULL if not given.' CODEC(T64, ZSTD(1)),
  ivr_ms Nullable(Int64) COMMENT 'Time in the voice menu. Milliseconds; NULL if not given.' CODEC(T64, ZSTD(1)),
  talk_ms Nullable(Int64) COMMENT 'Time in conversation, hold excluded. Milliseconds; NULL if not given.' CODEC(T64, ZSTD(1)),
  hold_ms Nullable(Int64) COMMENT 'Time on hold. Milliseconds; NULL if not given.' CODEC(T64, ZSTD(1)),
  acw_ms Nullable(Int64) COMMENT 'After-contact work. Milliseconds; NULL if not given.' CODEC(T64, ZSTD(1)),
  focus_ms Nullable(Int64) COMMENT 'Time an agent had this conversation in focus (asynchronous channels). Milliseconds; NULL if not given.' CODEC(T64, ZSTD(1)),
  response_ms Nullable(Int64) COMMENT 'Time to a response. Milliseconds; NULL if not given.' CODEC(T64, ZSTD(1)),
  total_ms Nullable(Int64) COMMENT 'Whole length. Milliseconds; NULL if not given.' CODEC(T64, ZSTD(1)),
  commerce_type LowCardinality(String) COMMENT 'Commercial side of the event: VIEW, CART, ORDER, REFUND, CANCEL, OFFER, SIGNAL; UNKNOWN if none.',
  commerce_product_ids Array(String) COMMENT 'Products concerned.' CODEC(ZSTD(1)),
  commerce_value_minor Nullable(Int64) COMMENT 'Value in minor units (cents); NULL if none.' CODEC(T64, ZSTD(1)),
  commerce_currency LowCardinality(String) COMMENT 'ISO 4217 currency of the value; empty if none.',
  commerce_offered Nullable(Bool) COMMENT 'Whether an offer was made; NULL if not given.',
  commerce_accepted Nullable(Bool) COMMENT 'Whether the offer was accepted; NULL if not given.',
  survey_kind LowCardinality(String) COMMENT 'Kind of survey: CSAT, NPS, CES or FCR; UNKNOWN if none.',
  survey_score Nullable(Float64) COMMENT 'The answer, on the survey\'s own scale; NULL if none.' CODEC(ZSTD(1)),
  survey_scale_min Nullable(Float64) COMMENT 'Lowest answer possible; NULL if none.' CODEC(ZSTD(1)),
  survey_scale_max Nullable(Float64) COMMENT 'Highest answer possible; NULL if none.' CODEC(ZSTD(1)),
  quality_form LowCardinality(String) COMMENT 'Form of a quality evaluation; empty if none.',
  quality_score_pct Nullable(Float64) COMMENT 'Score of a quality evaluation, 0 to 100; NULL if none.' CODEC(ZSTD(1)),
  quality_evaluator LowCardinality(String) COMMENT 'Who evaluated; empty if none.',
  cost_minor Nullable(Int64) COMMENT 'Cost of this event in minor units (cents); NULL if not given.' CODEC(T64, ZSTD(1)),
  cost_currency LowCardinality(String) COMMENT 'ISO 4217 currency of the cost; empty if none.',
  page_url String COMMENT 'URL of the page or screen; empty if none.' CODEC(ZSTD(1)),
  page_path String COMMENT 'Path of the page; empty if none.' CODEC(ZSTD(1)),
  page_title String COMMENT 'Title of the page; empty if none.' CODEC(ZSTD(1)),
  page_referrer String COMMENT 'Where the visit came from; empty if unknown.' CODEC(ZSTD(1)),
  language LowCardinality(String) COMMENT 'Language of the text; empty if unknown.',
  failure_step LowCardinality(String) COMMENT 'The step that this event shows to have failed, e.g. ivr.opt_out; empty if none.',
  attributes Map(LowCardinality(String), String) COMMENT 'Anything else the source sent.' CODEC(ZSTD(1)),
  kafka_partition UInt16 COMMENT 'Partition of the topic interactions.enriched that it came by; events of one person share it.'
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(occurred_at)
ORDER BY (customer_id, occurred_at, event_id)
SETTINGS non_replicated_deduplication_window = 200000, min_columns_to_activate_adaptive_write_buffer = 10
COMMENT 'Every event of every channel, one row each, made flat. For trends over time prefer volume_trends; for what a person went through, sessions_current and legs_current.';

CREATE TABLE IF NOT EXISTS interactions_landing AS interactions
ENGINE = Null
COMMENT 'Where load inserts events: it stores nothing itself, materialized views on it fill interactions and volume_trends. Always empty to read.';

CREATE MATERIALIZED VIEW IF NOT EXISTS interactions_from_landing TO interactions {columns of interactions}
AS SELECT * FROM interactions_landing
COMMENT 'Fills interactions from each block that load inserts. Read interactions instead.';
