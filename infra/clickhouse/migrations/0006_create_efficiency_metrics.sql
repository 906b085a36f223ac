-- Only sums of sign * x: a leg taken back subtracts exactly what it added, whatever the order.
CREATE TABLE IF NOT EXISTS efficiency_metrics_15m
(
  bucket_start DateTime('UTC') COMMENT 'Start of the 15 minutes in which the legs arrived (UTC).',
  channel LowCardinality(String) COMMENT 'Channel of the legs.',
  queue LowCardinality(String) COMMENT 'Queue of the legs; empty if none.',
  legs Int64 COMMENT 'Legs: sum of sign.',
  offered Int64 COMMENT 'Legs that entered a queue.',
  answered Int64 COMMENT 'Legs that left the queue by an answer.',
  abandoned Int64 COMMENT 'Legs that were abandoned in the queue.',
  short_abandoned Int64 COMMENT 'Legs abandoned within the short-abandon limit.',
  flow_outs Int64 COMMENT 'Legs that left the queue otherwise.',
  handled Int64 COMMENT 'Legs whose handling is complete.',
  talk_ms Int64 COMMENT 'Talk of handled legs. Milliseconds.',
  hold_ms Int64 COMMENT 'Hold of handled legs. Milliseconds.',
  acw_ms Int64 COMMENT 'After-contact work of handled legs. Milliseconds.',
  waits_answered Int64 COMMENT 'Answered legs whose wait is known.',
  wait_ms_answered Int64 COMMENT 'Wait of answered legs. Milliseconds.',
  waits_abandoned Int64 COMMENT 'Abandoned legs whose wait is known.',
  wait_ms_abandoned Int64 COMMENT 'Wait of abandoned legs. Milliseconds.',
  transfers Int64 COMMENT 'Legs that were transferred.'
)
ENGINE = SummingMergeTree
PARTITION BY toYear(bucket_start)
ORDER BY (bucket_start, channel, queue)
SETTINGS non_replicated_deduplication_window = 200000
COMMENT 'Efficiency in 15-minute buckets as signed sums. Read efficiency_metrics instead.';

CREATE MATERIALIZED VIEW IF NOT EXISTS efficiency_metrics_from_legs TO efficiency_metrics_15m {columns of efficiency_metrics_15m}
AS SELECT
  toStartOfFifteenMinutes(l.arrived_at) AS bucket_start,
  l.channel AS channel,
  l.queue AS queue,
  sum(toInt64(l.sign)) AS legs,
  sum(l.sign * toInt64(l.queued_at IS NOT NULL)) AS offered,
  sum(l.sign * toInt64(l.left_by = 'ANSWERED')) AS answered,
  sum(l.sign * toInt64(l.left_by = 'ABANDONED')) AS abandoned,
  sum(l.sign * toInt64(l.short_abandoned)) AS short_abandoned,
  sum(l.sign * toInt64(l.left_by = 'FLOW_OUT')) AS flow_outs,
  sum(l.sign * toInt64(l.handled_at IS NOT NULL)) AS handled,
  sum(l.sign * if(l.handled_at IS NOT NULL, ifNull(l.talk_ms, 0), 0)) AS talk_ms,
  sum(l.sign * if(l.handled_at IS NOT NULL, ifNull(l.hold_ms, 0), 0)) AS hold_ms,
  sum(l.sign * if(l.handled_at IS NOT NULL, ifNull(l.acw_ms, 0), 0)) AS acw_ms,
  sum(l.sign * toInt64(l.left_by = 'ANSWERED' AND l.wait_ms IS NOT NULL)) AS waits_answered,
  sum(l.sign * if(l.left_by = 'ANSWERED', ifNull(l.wait_ms, 0), 0)) AS wait_ms_answered,
  sum(l.sign * toInt64(l.left_by = 'ABANDONED' AND l.wait_ms IS NOT NULL)) AS waits_abandoned,
  sum(l.sign * if(l.left_by = 'ABANDONED', ifNull(l.wait_ms, 0), 0)) AS wait_ms_abandoned,
  sum(l.sign * toInt64(l.transferred)) AS transfers
FROM legs AS l
GROUP BY bucket_start, channel, queue
COMMENT 'Fills efficiency_metrics_15m from each block that load inserts. Read efficiency_metrics instead.';

CREATE VIEW IF NOT EXISTS efficiency_metrics
(
  bucket_start DateTime('UTC') COMMENT 'Start of the 15 minutes (UTC) in which the legs arrived: a window owns the demand that entered it.',
  channel LowCardinality(String) COMMENT 'Channel of the legs.',
  queue LowCardinality(String) COMMENT 'Queue of the legs; empty if none.',
  legs Int64 COMMENT 'Legs that arrived, queued or not.',
  offered Int64 COMMENT 'Legs that entered a queue: answered, abandoned, flowed out or still waiting.',
  answered Int64 COMMENT 'Offered legs that an agent answered.',
  abandoned Int64 COMMENT 'Offered legs abandoned before an answer, short ones included.',
  short_abandoned Int64 COMMENT 'Abandoned legs that waited no longer than the short-abandon limit (5 s).',
  flow_outs Int64 COMMENT 'Offered legs that left the queue otherwise: callback, voicemail, another queue.',
  handled Int64 COMMENT 'Legs whose handling by an agent is complete, offered or not.',
  talk_ms Int64 COMMENT 'Talk time of handled legs, hold excluded. Milliseconds.',
  hold_ms Int64 COMMENT 'Hold time of handled legs. Milliseconds.',
  acw_ms Int64 COMMENT 'After-contact work of handled legs. Milliseconds.',
  wait_ms_answered Int64 COMMENT 'Queue wait of answered legs. Milliseconds.',
  wait_ms_abandoned Int64 COMMENT 'Queue wait of abandoned legs. Milliseconds.',
  transfers Int64 COMMENT 'Legs that were transferred.',
  asa_ms Nullable(Float64) COMMENT 'Average speed of answer: wait of answered legs over those whose wait is known. Milliseconds; NULL if there are none.',
  aht_ms Nullable(Float64) COMMENT 'Average handle time: (talk + hold + after-contact work) over handled legs. Milliseconds; NULL if there are none.',
  answer_rate Nullable(Float64) COMMENT 'answered / offered, 0 to 1; NULL if none was offered.',
  abandon_rate Nullable(Float64) COMMENT 'abandoned / offered, 0 to 1; NULL if none was offered.',
  abandon_rate_excl_short Nullable(Float64) COMMENT '(abandoned - short_abandoned) / (offered - short_abandoned), 0 to 1; NULL if none remains.',
  transfer_rate Nullable(Float64) COMMENT 'transfers / handled; NULL if none was handled.'
)
AS SELECT
  bucket_start,
  channel,
  queue,
  sum(signed.legs) AS legs,
  sum(signed.offered) AS offered,
  sum(signed.answered) AS answered,
  sum(signed.abandoned) AS abandoned,
  sum(signed.short_abandoned) AS short_abandoned,
  sum(signed.flow_outs) AS flow_outs,
  sum(signed.handled) AS handled,
  sum(signed.talk_ms) AS talk_ms,
  sum(signed.hold_ms) AS hold_ms,
  sum(signed.acw_ms) AS acw_ms,
  sum(signed.wait_ms_answered) AS wait_ms_answered,
  sum(signed.wait_ms_abandoned) AS wait_ms_abandoned,
  sum(signed.transfers) AS transfers,
  wait_ms_answered / nullIf(sum(signed.waits_answered), 0) AS asa_ms,
  (talk_ms + hold_ms + acw_ms) / nullIf(handled, 0) AS aht_ms,
  answered / nullIf(offered, 0) AS answer_rate,
  abandoned / nullIf(offered, 0) AS abandon_rate,
  (abandoned - short_abandoned) / nullIf(offered - short_abandoned, 0) AS abandon_rate_excl_short,
  transfers / nullIf(handled, 0) AS transfer_rate
FROM efficiency_metrics_15m AS signed
GROUP BY bucket_start, channel, queue
HAVING legs != 0
COMMENT 'Efficiency per 15 minutes of arrival, channel and queue. Over longer times sum the numbers and divide the sums; never average the rates.';
