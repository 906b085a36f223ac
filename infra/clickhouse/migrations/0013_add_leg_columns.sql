-- What the metrics of self-service, messages, holds, cost and emotion need of a leg. Load is stopped meanwhile: the view
-- that fills legs is made anew and does not recognise blocks that went through the old one. Rows from before hold the
-- defaults; `make resessionize` computes them anew.
ALTER TABLE legs
  ADD COLUMN IF NOT EXISTS resolved_by LowCardinality(String) COMMENT 'Who resolved it, the last that the source states: bot, human, customer, timeout, automation or operator; empty if it does not say.' AFTER transferred,
  ADD COLUMN IF NOT EXISTS goal LowCardinality(String) COMMENT 'First goal reached in it; empty if none.' AFTER resolved_by,
  ADD COLUMN IF NOT EXISTS case_id String COMMENT 'First case or ticket that its events name; empty if none.' CODEC(ZSTD(1)) AFTER goal,
  ADD COLUMN IF NOT EXISTS order_id String COMMENT 'First order that its events name; empty if none.' CODEC(ZSTD(1)) AFTER case_id,
  ADD COLUMN IF NOT EXISTS hold_count UInt32 COMMENT 'How often the customer was put on hold.' CODEC(T64, ZSTD(1)) AFTER order_id,
  ADD COLUMN IF NOT EXISTS unanswered_offer_count UInt32 COMMENT 'Offers to agents that were rejected or timed out.' CODEC(T64, ZSTD(1)) AFTER hold_count,
  ADD COLUMN IF NOT EXISTS customer_message_count UInt32 COMMENT 'Messages the customer sent.' CODEC(T64, ZSTD(1)) AFTER unanswered_offer_count,
  ADD COLUMN IF NOT EXISTS agent_message_count UInt32 COMMENT 'Messages agents sent to the customer; notes among colleagues (direction INTERNAL) do not count.' CODEC(T64, ZSTD(1)) AFTER customer_message_count,
  ADD COLUMN IF NOT EXISTS bot_message_count UInt32 COMMENT 'Messages bots sent to the customer.' CODEC(T64, ZSTD(1)) AFTER agent_message_count,
  ADD COLUMN IF NOT EXISTS first_reply_at Nullable(DateTime64(3, 'UTC')) COMMENT 'First message of an agent to the customer (UTC), bots and notes among colleagues aside; NULL if none.' CODEC(DoubleDelta, ZSTD(1)) AFTER bot_message_count,
  ADD COLUMN IF NOT EXISTS abandoned_in LowCardinality(String) COMMENT 'Where the customer gave up: QUEUE, RING (an offer to an agent was ringing), HOLD, IVR (hung up in the voice menu, nothing reached, no people after it); empty if not, or if somebody else ended it.' AFTER first_reply_at,
  ADD COLUMN IF NOT EXISTS contact_intent Bool COMMENT 'Whether something in it shows the wish for help or contact: contact page, help article or search, a bot opened, a person asked for (in the bot, in the menu).' AFTER abandoned_in,
  ADD COLUMN IF NOT EXISTS cost_minor Nullable(Int64) COMMENT 'Sum of its costs in its currency, in minor units (cents); NULL if none is known.' CODEC(T64, ZSTD(1)) AFTER contact_intent,
  ADD COLUMN IF NOT EXISTS cost_currency LowCardinality(String) COMMENT 'ISO 4217 currency of the cost: that of the first event with one, costs in others are left out; empty if none.' AFTER cost_minor,
  ADD COLUMN IF NOT EXISTS emotion_start Nullable(Float64) COMMENT 'First known emotion score of the customer in it, -1 to 1; NULL if none.' CODEC(ZSTD(1)) AFTER cost_currency,
  ADD COLUMN IF NOT EXISTS emotion_end Nullable(Float64) COMMENT 'Last known emotion score of the customer in it, -1 to 1; NULL if none.' CODEC(ZSTD(1)) AFTER emotion_start;

-- Engine Null: there is nothing in it to convert.
ALTER TABLE sessions_landing MODIFY COLUMN legs Array(Tuple(
  leg_id String, interaction_id String, contact_id String, session_id String, channel String, stage String,
  queue String, agent_id String, direction String, intent String, arrived_at DateTime64(3, 'UTC'),
  queued_at Nullable(DateTime64(3, 'UTC')), answered_at Nullable(DateTime64(3, 'UTC')),
  ended_at DateTime64(3, 'UTC'), wait_ms Nullable(Int64), ring_ms Nullable(Int64), ivr_ms Nullable(Int64),
  talk_ms Nullable(Int64), hold_ms Nullable(Int64), acw_ms Nullable(Int64), focus_ms Nullable(Int64),
  offer_count UInt32, handled_at Nullable(DateTime64(3, 'UTC')), left_by String, flow_out_kind String,
  disconnect_by String, transfer_kind String, failure_step String, outcome String, short_abandoned Bool,
  transferred Bool, resolved_by String, goal String, case_id String, order_id String, hold_count UInt32,
  unanswered_offer_count UInt32, customer_message_count UInt32, agent_message_count UInt32,
  bot_message_count UInt32, first_reply_at Nullable(DateTime64(3, 'UTC')), abandoned_in String,
  contact_intent Bool, cost_minor Nullable(Int64), cost_currency String, emotion_start Nullable(Float64),
  emotion_end Nullable(Float64), version UInt64, sign Int8)) COMMENT 'Leg rows that change together.';

DROP VIEW IF EXISTS legs_from_landing;

CREATE MATERIALIZED VIEW IF NOT EXISTS legs_from_landing TO legs {columns of legs}
AS SELECT
  customer_id,
  `row.leg_id` AS leg_id, `row.interaction_id` AS interaction_id, `row.contact_id` AS contact_id,
  `row.session_id` AS session_id, `row.channel` AS channel, `row.stage` AS stage, `row.queue` AS queue,
  `row.agent_id` AS agent_id, `row.direction` AS direction, `row.intent` AS intent, `row.arrived_at` AS arrived_at,
  `row.queued_at` AS queued_at, `row.answered_at` AS answered_at, `row.ended_at` AS ended_at,
  `row.wait_ms` AS wait_ms, `row.ring_ms` AS ring_ms, `row.ivr_ms` AS ivr_ms, `row.talk_ms` AS talk_ms,
  `row.hold_ms` AS hold_ms, `row.acw_ms` AS acw_ms, `row.focus_ms` AS focus_ms, `row.offer_count` AS offer_count,
  `row.handled_at` AS handled_at, `row.left_by` AS left_by, `row.flow_out_kind` AS flow_out_kind,
  `row.disconnect_by` AS disconnect_by, `row.transfer_kind` AS transfer_kind, `row.failure_step` AS failure_step,
  `row.outcome` AS outcome, `row.short_abandoned` AS short_abandoned, `row.transferred` AS transferred,
  `row.resolved_by` AS resolved_by, `row.goal` AS goal, `row.case_id` AS case_id, `row.order_id` AS order_id,
  `row.hold_count` AS hold_count, `row.unanswered_offer_count` AS unanswered_offer_count,
  `row.customer_message_count` AS customer_message_count, `row.agent_message_count` AS agent_message_count,
  `row.bot_message_count` AS bot_message_count, `row.first_reply_at` AS first_reply_at,
  `row.abandoned_in` AS abandoned_in, `row.contact_intent` AS contact_intent, `row.cost_minor` AS cost_minor,
  `row.cost_currency` AS cost_currency, `row.emotion_start` AS emotion_start, `row.emotion_end` AS emotion_end,
  `row.version` AS version, `row.sign` AS sign,
  kafka_partition
FROM (SELECT customer_id, untuple(l) AS row, kafka_partition FROM sessions_landing ARRAY JOIN legs AS l)
COMMENT 'Fills legs from each block that load inserts. Read legs or legs_current instead.';

CREATE OR REPLACE VIEW legs_current
(
  customer_id String COMMENT 'The person.',
  leg_id String COMMENT 'Identity of the leg: event_id of its first event.',
  interaction_id String COMMENT 'The connection as the source names it; empty if none.',
  contact_id String COMMENT 'The contact it belongs to, after joining transfers and reconnects.',
  session_id String COMMENT 'Its session; empty beyond a session\'s first 200 legs (counted, not joined).',
  channel LowCardinality(String) COMMENT 'Channel of the leg.',
  stage LowCardinality(String) COMMENT 'SELF_SERVICE, or the human stage furthest reached.',
  queue LowCardinality(String) COMMENT 'Queue: its id, else its name; empty if none.',
  agent_id LowCardinality(String) COMMENT 'Agent who joined last; empty if none.',
  direction LowCardinality(String) COMMENT 'Who approached whom: INBOUND, OUTBOUND, INTERNAL or UNKNOWN.',
  intent LowCardinality(String) COMMENT 'Most confident intent in it; empty if none.',
  arrived_at DateTime64(3, 'UTC') COMMENT 'Time of its first event (UTC).',
  queued_at Nullable(DateTime64(3, 'UTC')) COMMENT 'When it entered the queue (UTC); NULL if it never did.',
  answered_at Nullable(DateTime64(3, 'UTC')) COMMENT 'When an agent joined (UTC); NULL if none did.',
  ended_at DateTime64(3, 'UTC') COMMENT 'Time of its last event (UTC).',
  wait_ms Nullable(Int64) COMMENT 'Time in queue before an answer or a hang-up. Milliseconds; NULL if unknown.',
  ring_ms Nullable(Int64) COMMENT 'Time an offer rang. Milliseconds; NULL if unknown.',
  ivr_ms Nullable(Int64) COMMENT 'Time in the voice menu. Milliseconds; NULL if unknown.',
  talk_ms Nullable(Int64) COMMENT 'Time in conversation, hold excluded. Milliseconds; NULL if unknown.',
  hold_ms Nullable(Int64) COMMENT 'Time on hold. Milliseconds; NULL if unknown.',
  acw_ms Nullable(Int64) COMMENT 'After-contact work. Milliseconds; NULL if unknown.',
  focus_ms Nullable(Int64) COMMENT 'Time an agent had this conversation in focus (asynchronous channels). Milliseconds; NULL if unknown.',
  offer_count UInt32 COMMENT 'Offers to agents.',
  handled_at Nullable(DateTime64(3, 'UTC')) COMMENT 'When handling was complete (UTC); NULL if it is not.',
  left_by LowCardinality(String) COMMENT 'How it left the queue: ANSWERED, ABANDONED or FLOW_OUT (callback, voicemail, another queue); empty while it waits or if it never queued.',
  flow_out_kind LowCardinality(String) COMMENT 'How it left the queue otherwise; empty if it did not.',
  disconnect_by LowCardinality(String) COMMENT 'Who ended it; empty if unknown.',
  transfer_kind LowCardinality(String) COMMENT 'Kind of its transfer; empty if none.',
  failure_step LowCardinality(String) COMMENT 'The first step that failed in it; empty if none.',
  outcome LowCardinality(String) COMMENT 'Outcome of the leg: SUCCESS, PARTIAL, FAILURE, ABANDONED, ESCALATED, DEFERRED, NEUTRAL or UNKNOWN.',
  short_abandoned Bool COMMENT 'Abandoned within the short-abandon limit (5 s): often a wrong number.',
  transferred Bool COMMENT 'Whether it was transferred.',
  resolved_by LowCardinality(String) COMMENT 'Who resolved it, the last that the source states: bot, human, customer, timeout, automation or operator; empty if it does not say.',
  goal LowCardinality(String) COMMENT 'First goal reached in it; empty if none.',
  case_id String COMMENT 'First case or ticket that its events name; empty if none.',
  order_id String COMMENT 'First order that its events name; empty if none.',
  hold_count UInt32 COMMENT 'How often the customer was put on hold.',
  unanswered_offer_count UInt32 COMMENT 'Offers to agents that were rejected or timed out.',
  customer_message_count UInt32 COMMENT 'Messages the customer sent.',
  agent_message_count UInt32 COMMENT 'Messages agents sent to the customer; notes among colleagues (direction INTERNAL) do not count.',
  bot_message_count UInt32 COMMENT 'Messages bots sent to the customer.',
  first_reply_at Nullable(DateTime64(3, 'UTC')) COMMENT 'First message of an agent to the customer (UTC), bots and notes among colleagues aside; NULL if none.',
  abandoned_in LowCardinality(String) COMMENT 'Where the customer gave up: QUEUE, RING (an offer to an agent was ringing), HOLD, IVR (hung up in the voice menu, nothing reached, no people after it); empty if not, or if somebody else ended it.',
  contact_intent Bool COMMENT 'Whether something in it shows the wish for help or contact: contact page, help article or search, a bot opened, a person asked for (in the bot, in the menu).',
  cost_minor Nullable(Int64) COMMENT 'Sum of its costs in its currency, in minor units (cents); NULL if none is known.',
  cost_currency LowCardinality(String) COMMENT 'ISO 4217 currency of the cost: that of the first event with one, costs in others are left out; empty if none.',
  emotion_start Nullable(Float64) COMMENT 'First known emotion score of the customer in it, -1 to 1; NULL if none.',
  emotion_end Nullable(Float64) COMMENT 'Last known emotion score of the customer in it, -1 to 1; NULL if none.',
  version UInt64 COMMENT 'Number of the change that made this row; a row with sign -1 carries the number of the row it takes back.'
)
AS SELECT
  customer_id,
  leg_id, interaction_id, contact_id, session_id, channel, stage, queue, agent_id, direction, intent, arrived_at,
  queued_at, answered_at, ended_at, wait_ms, ring_ms, ivr_ms, talk_ms, hold_ms, acw_ms, focus_ms, offer_count,
  handled_at, left_by, flow_out_kind, disconnect_by, transfer_kind, failure_step, outcome, short_abandoned,
  transferred,
  resolved_by, goal, case_id, order_id, hold_count, unanswered_offer_count, customer_message_count,
  agent_message_count, bot_message_count, first_reply_at, abandoned_in, contact_intent, cost_minor, cost_currency,
  emotion_start, emotion_end, version
FROM legs FINAL
WHERE sign = 1
COMMENT 'Legs as they are now, one row each: one connection on one channel, split where it goes from self-service to a human or back.';
