-- A conversation is read as segments: each ends with a human reply or a solution. What the customer wrote in a segment
-- is one wait, however many messages.
CREATE VIEW IF NOT EXISTS conversation_metrics
(
  source_system LowCardinality(String) COMMENT 'System of the conversation.',
  source_instance LowCardinality(String) COMMENT 'Installation of that system; empty if there is only one.',
  conversation_id String COMMENT 'The conversation: case_id of its events, else contact_id, else interaction_id.',
  customer_id String COMMENT 'The person of its first event.',
  channel LowCardinality(String) COMMENT 'Channel of its first event.',
  started_at DateTime64(3, 'UTC') COMMENT 'Its first event (UTC).',
  opened_at DateTime64(3, 'UTC') COMMENT 'Its case.opened, else started_at (UTC): from here resolution counts.',
  handoff_at Nullable(DateTime64(3, 'UTC')) COMMENT 'First handoff by a bot (UTC); NULL if none.',
  first_reply_at Nullable(DateTime64(3, 'UTC')) COMMENT 'First public message of a human agent to something asked (UTC); NULL if none: a bot\'s or system\'s message, a note, an agent who only joined are no reply.',
  first_response_from_start_ms Nullable(Int64) COMMENT 'first_reply_at - started_at, bot included. Milliseconds; NULL without a reply.',
  first_response_from_handoff_ms Nullable(Int64) COMMENT 'Human reply to the first handoff less handoff_at. Milliseconds; NULL without a handoff, or if no reply came before a solution.',
  first_response_from_waiting_ms Nullable(Int64) COMMENT 'The first answered wait: from the customer\'s first unanswered message, or the bot\'s handoff after it. Milliseconds; NULL without one.',
  responses_after_reopen UInt64 COMMENT 'Reopenings that a human replied to before the next solution.',
  response_after_reopen_ms Int64 COMMENT 'Sum of those replies less their reopenings. Milliseconds.',
  reply_count UInt64 COMMENT 'Answered waits: runs of customer messages that a human replied to, each counted once.',
  total_reply_time_ms Int64 COMMENT 'Sum of the answered waits. Milliseconds; over reply_count it is the average agent response.',
  customer_response_count UInt64 COMMENT 'Times that the customer wrote after a human reply, no solution in between.',
  customer_response_ms Int64 COMMENT 'Sum of the times from the last human reply to that message. Milliseconds.',
  customer_message_count UInt64 COMMENT 'Messages of the customer.',
  agent_message_count UInt64 COMMENT 'Public messages of human agents.',
  is_waiting Bool COMMENT 'The customer waits for a human reply.',
  waiting_since Nullable(DateTime64(3, 'UTC')) COMMENT 'Since when (UTC); NULL if the customer does not wait.',
  is_solved Bool COMMENT 'Whether it is solved now (at up_to).',
  solve_count UInt64 COMMENT 'Times it became solved.',
  reopen_count UInt64 COMMENT 'Times it was solved and became something else.',
  first_resolution_ms Nullable(Int64) COMMENT 'First solution less opened_at. Milliseconds; NULL unless solved now.',
  full_resolution_ms Nullable(Int64) COMMENT 'Last solution less opened_at. Milliseconds; NULL unless solved now.',
  requester_wait_ms Nullable(Int64) COMMENT 'From opened_at to the last solution in classes NEW, OPEN and ON_HOLD. Milliseconds; NULL unless solved now.',
  agent_wait_ms Nullable(Int64) COMMENT 'The same in class PENDING: the customer\'s turn. Milliseconds; NULL unless solved now.',
  on_hold_ms Nullable(Int64) COMMENT 'The same in class ON_HOLD, part of requester_wait_ms. Milliseconds; NULL unless solved now.',
  business_first_response_from_start_ms Nullable(Int64) COMMENT 'As first_response_from_start_ms, business time of the schedule only. Milliseconds; NULL also if the schedule has no hours.',
  business_first_response_from_handoff_ms Nullable(Int64) COMMENT 'As first_response_from_handoff_ms, business time only. Milliseconds.',
  business_first_response_from_waiting_ms Nullable(Int64) COMMENT 'As first_response_from_waiting_ms, business time only. Milliseconds.',
  business_response_after_reopen_ms Nullable(Int64) COMMENT 'As response_after_reopen_ms, business time only. Milliseconds.',
  business_total_reply_time_ms Nullable(Int64) COMMENT 'As total_reply_time_ms, business time only. Milliseconds.',
  business_first_resolution_ms Nullable(Int64) COMMENT 'As first_resolution_ms, business time only. Milliseconds.',
  business_full_resolution_ms Nullable(Int64) COMMENT 'As full_resolution_ms, business time only. Milliseconds.',
  business_requester_wait_ms Nullable(Int64) COMMENT 'As requester_wait_ms, business time only. Milliseconds.',
  business_agent_wait_ms Nullable(Int64) COMMENT 'As agent_wait_ms, business time only. Milliseconds.',
  business_on_hold_ms Nullable(Int64) COMMENT 'As on_hold_ms, business time only. Milliseconds.'
)
AS WITH
  {from:DateTime64(3, 'UTC')} AS range_from,
  {to:DateTime64(3, 'UTC')} AS range_to,
  ifNull({up_to:Nullable(DateTime64(3, 'UTC'))}, toDateTime64('2299-12-31 00:00:00', 3, 'UTC')) AS known_to,
  range_from - INTERVAL 90 DAY AS read_from,
  (SELECT count() > 0 FROM business_hours FINAL WHERE schedule = {schedule:String}) AS has_hours,
  classes AS (SELECT source_system, status_key, class FROM case_status_classes FINAL),
  touched AS
  (
    SELECT DISTINCT source_system, source_instance, multiIf(case_id != '', case_id, contact_id != '', contact_id, interaction_id) AS conversation_id
    FROM interactions
    WHERE occurred_at >= range_from AND occurred_at < least(range_to, known_to) AND sessionised AND conversation_id != ''
  ),
  -- Kinds: C customer's message, H human's public message, B handoff by a bot, S change of a case's status, '' anything else.
  events AS
  (
    SELECT
      source_system, source_instance, multiIf(case_id != '', case_id, contact_id != '', contact_id, interaction_id) AS conversation_id,
      customer_id, channel, event_type, toUnixTimestamp64Milli(occurred_at) AS at_ms, (ifNull(source_sequence, -1), event_id) AS place,
      lower(attributes['visibility']) IN ('internal', 'private') OR lower(attributes['public']) IN ('false', '0')
        OR lower(attributes['private']) IN ('true', '1') OR direction = 'INTERNAL' AS is_private,
      multiIf(
        event_type = 'bot.handoff_requested', 'B',
        startsWith(event_type, 'case.'), 'S',
        event_type != 'message.sent' OR is_private, '',
        actor_type = 'CUSTOMER' OR (actor_type = 'UNKNOWN' AND direction = 'INBOUND'), 'C',
        actor_type IN ('AGENT', 'SUPERVISOR'), 'H',
        '') AS kind,
      if(kind = 'S', replaceRegexpAll(lowerUTF8(if(attributes['status'] != '', attributes['status'], toString(outcome_code))), '[\\s\\p{P}]+', ''), '') AS status_key,
      1 AS one
    FROM interactions
    WHERE occurred_at >= read_from AND occurred_at < known_to AND sessionised
      AND (source_system, source_instance, conversation_id) IN (SELECT source_system, source_instance, conversation_id FROM touched)
  ),
  clocked AS
  (
    SELECT
      events.source_system AS source_system, source_instance, conversation_id, customer_id, channel, event_type, at_ms, place, kind,
      if(has_hours, hours.open_before_ms + greatest(least(at_ms, hours.closed_ms) - hours.opened_ms, 0), NULL) AS open_ms,
      multiIf(own.class != '', own.class, common.class) AS given,
      toNullable(multiIf(
        kind != 'S', NULL,
        event_type = 'case.resolved', 'SOLVED',
        event_type = 'case.opened', if(given IN ('', 'SOLVED'), 'NEW', given),
        event_type = 'case.reopened', if(given IN ('', 'SOLVED'), 'OPEN', given),
        nullIf(given, ''))) AS class
    FROM events
    ASOF LEFT JOIN
    (
      SELECT 1 AS one, toUnixTimestamp64Milli(opened_at) AS opened_ms, toUnixTimestamp64Milli(closed_at) AS closed_ms, open_before_ms
      FROM business_open_intervals(
        schedule = {schedule:String}, from = {from:DateTime64(3, 'UTC')} - INTERVAL 92 DAY,
        to = least(ifNull({up_to:Nullable(DateTime64(3, 'UTC'))}, toDateTime64('2299-12-31 00:00:00', 3, 'UTC')), (SELECT max(occurred_at) FROM interactions)))
    ) AS hours ON hours.one = events.one AND hours.opened_ms <= events.at_ms
    LEFT JOIN classes AS own ON own.status_key = events.status_key AND own.source_system = events.source_system
    LEFT JOIN (SELECT status_key, class FROM classes WHERE source_system = '') AS common ON common.status_key = events.status_key
  ),
  stated AS
  (
    SELECT
      *,
      -- Whatever a case's system tells before it says opened counts as opened too.
      if(countIf(event_type = 'case.opened') OVER whole > 0, minIf(at_ms, kind = 'S') OVER whole, min(at_ms) OVER whole) AS opened_ms,
      ifNull(anyLast(class) OVER before, 'NEW') AS class_before,
      ifNull(class, class_before) AS class_after,
      class_after = 'SOLVED' AND class_before != 'SOLVED' AS is_solve,
      class_after != 'SOLVED' AND class_before = 'SOLVED' AS is_reopen,
      kind = 'H' AND countIf(kind IN ('C', 'B') OR event_type = 'case.opened') OVER before > 0 AS is_reply,
      leadInFrame(at_ms, 1, at_ms) OVER after - at_ms AS lasts_ms,
      leadInFrame(open_ms, 1, open_ms) OVER after - open_ms AS lasts_open_ms
    FROM clocked
    WINDOW
      whole AS (PARTITION BY source_system, source_instance, conversation_id),
      before AS (PARTITION BY source_system, source_instance, conversation_id ORDER BY at_ms, place ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING),
      after AS (PARTITION BY source_system, source_instance, conversation_id ORDER BY at_ms, place ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)
  ),
  numbered AS
  (
    SELECT
      *,
      countIf(kind = 'H' OR is_solve) OVER (
        PARTITION BY source_system, source_instance, conversation_id ORDER BY at_ms, place
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS segment,
      at_ms >= opened_ms AND class_after IN ('NEW', 'OPEN', 'ON_HOLD') AS is_ours
    FROM stated
  ),
  -- min and max over if(…, NULL) are NULL when nothing is like that. The business clock never goes back, so its least
  -- reading belongs to the least time.
  segments AS
  (
    SELECT
      source_system, source_instance, conversation_id, segment,
      min((at_ms, place)) AS first_place, argMin(customer_id, (at_ms, place)) AS first_customer, argMin(channel, (at_ms, place)) AS first_channel,
      min(at_ms) AS start_ms, min(n.opened_ms) AS opened_ms, argMax(class_after, (at_ms, place)) AS last_class,
      min(if(kind = 'B', at_ms, NULL)) AS handoff_ms, min(if(kind = 'B', open_ms, NULL)) AS handoff_open_ms,
      min(if(kind = 'C', at_ms, NULL)) AS written_ms,
      ifNull(handoff_ms, written_ms) AS asked_ms,
      ifNull(handoff_open_ms, min(if(kind = 'C', open_ms, NULL))) AS asked_open_ms,
      min(if(is_reopen, at_ms, NULL)) AS reopened_ms, min(if(is_reopen, open_ms, NULL)) AS reopened_open_ms,
      min(if(kind = 'H', at_ms, NULL)) AS replied_ms, min(if(kind = 'H', open_ms, NULL)) AS replied_open_ms,
      max(n.is_reply) AS is_reply,
      min(if(is_solve, at_ms, NULL)) AS solved_ms, min(if(is_solve, open_ms, NULL)) AS solved_open_ms,
      min(open_ms) AS start_open_ms, min(if(at_ms >= n.opened_ms, open_ms, NULL)) AS opened_open_ms,
      countIf(kind = 'C') AS written, countIf(kind IN ('C', 'H', 'S') OR event_type = 'message.sent') AS is_talk, countIf(is_reopen) AS reopened,
      sumIf(lasts_ms, is_ours) AS ours_ms, sumIf(lasts_open_ms, is_ours) AS ours_open_ms,
      sumIf(lasts_ms, at_ms >= n.opened_ms AND class_after = 'PENDING') AS theirs_ms,
      sumIf(lasts_open_ms, at_ms >= n.opened_ms AND class_after = 'PENDING') AS theirs_open_ms,
      sumIf(lasts_ms, is_ours AND class_after = 'ON_HOLD') AS hold_ms, sumIf(lasts_open_ms, is_ours AND class_after = 'ON_HOLD') AS hold_open_ms
    FROM numbered AS n
    GROUP BY source_system, source_instance, conversation_id, segment
  ),
  followed AS
  (
    SELECT
      *,
      lagInFrame(replied_ms) OVER (
        PARTITION BY source_system, source_instance, conversation_id ORDER BY segment
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS previous_reply_ms,
      asked_ms IS NOT NULL AND replied_ms IS NOT NULL AS is_answered,
      reopened_ms IS NOT NULL AND replied_ms IS NOT NULL AS is_answered_after_reopen
    FROM segments
  ),
  conversations AS
  (
    SELECT
      source_system, source_instance, conversation_id,
      argMin(first_customer, segment) AS customer_id,
      argMin(first_channel, segment) AS channel,
      min(start_ms) AS started_ms, min(start_open_ms) AS started_open_ms,
      any(f.opened_ms) AS opened_ms, min(f.opened_open_ms) AS opened_open_ms,
      min(f.handoff_ms) AS handoff_ms,
      min(if(is_reply, replied_ms, NULL)) AS first_reply_ms, min(if(is_reply, replied_open_ms, NULL)) AS first_reply_open_ms,
      -- Of the first segment with a handoff, and of the first answered one; -1: none.
      argMin(ifNull(replied_ms - f.handoff_ms, -1), if(f.handoff_ms IS NULL, 1e18, toFloat64(segment))) AS handoff_response_ms,
      argMin(ifNull(replied_open_ms - f.handoff_open_ms, -1), if(f.handoff_ms IS NULL, 1e18, toFloat64(segment))) AS handoff_response_open_ms,
      argMin(ifNull(replied_ms - asked_ms, -1), if(is_answered, toFloat64(segment), 1e18)) AS waiting_response_ms,
      argMin(ifNull(replied_open_ms - asked_open_ms, -1), if(is_answered, toFloat64(segment), 1e18)) AS waiting_response_open_ms,
      countIf(is_answered_after_reopen) AS responses_after_reopen,
      ifNull(sumIf(replied_ms - reopened_ms, is_answered_after_reopen), 0) AS response_after_reopen_ms,
      ifNull(sumIf(replied_open_ms - reopened_open_ms, is_answered_after_reopen), 0) AS response_after_reopen_open_ms,
      countIf(is_answered) AS reply_count,
      ifNull(sumIf(replied_ms - asked_ms, is_answered), 0) AS total_reply_time_ms,
      ifNull(sumIf(replied_open_ms - asked_open_ms, is_answered), 0) AS total_reply_open_ms,
      count(written_ms - previous_reply_ms) AS customer_response_count,
      ifNull(sum(written_ms - previous_reply_ms), 0) AS customer_response_ms,
      sum(written) AS customer_message_count,
      count(replied_ms) AS agent_message_count,
      max(if(replied_ms IS NULL AND solved_ms IS NULL, asked_ms, NULL)) AS waiting_ms,
      toBool(argMax(last_class, segment) = 'SOLVED') AS is_solved,
      count(solved_ms) AS solve_count,
      sum(f.reopened) AS reopen_count,
      min(solved_ms) AS first_solved_ms, min(solved_open_ms) AS first_solved_open_ms,
      max(solved_ms) AS last_solved_ms, max(solved_open_ms) AS last_solved_open_ms,
      ifNull(sum(f.ours_ms), 0) AS ours_ms, ifNull(sum(f.ours_open_ms), 0) AS ours_open_ms,
      ifNull(sum(f.theirs_ms), 0) AS theirs_ms, ifNull(sum(f.theirs_open_ms), 0) AS theirs_open_ms,
      ifNull(sum(f.hold_ms), 0) AS hold_ms, ifNull(sum(f.hold_open_ms), 0) AS hold_open_ms,
      sum(is_talk) AS talk
    FROM followed AS f
    GROUP BY source_system, source_instance, conversation_id
  )
SELECT
  source_system, source_instance, conversation_id, customer_id, channel,
  fromUnixTimestamp64Milli(started_ms, 'UTC') AS started_at,
  fromUnixTimestamp64Milli(opened_ms, 'UTC') AS opened_at,
  fromUnixTimestamp64Milli(handoff_ms, 'UTC') AS handoff_at,
  fromUnixTimestamp64Milli(first_reply_ms, 'UTC') AS first_reply_at,
  first_reply_ms - started_ms AS first_response_from_start_ms,
  nullIf(handoff_response_ms, -1) AS first_response_from_handoff_ms,
  nullIf(waiting_response_ms, -1) AS first_response_from_waiting_ms,
  responses_after_reopen, response_after_reopen_ms, reply_count, total_reply_time_ms, customer_response_count, customer_response_ms,
  customer_message_count, agent_message_count,
  toBool(waiting_ms IS NOT NULL) AS is_waiting,
  fromUnixTimestamp64Milli(waiting_ms, 'UTC') AS waiting_since,
  is_solved, solve_count, reopen_count,
  if(is_solved, first_solved_ms - opened_ms, NULL) AS first_resolution_ms,
  if(is_solved, last_solved_ms - opened_ms, NULL) AS full_resolution_ms,
  if(is_solved, ours_ms, NULL) AS requester_wait_ms,
  if(is_solved, theirs_ms, NULL) AS agent_wait_ms,
  if(is_solved, hold_ms, NULL) AS on_hold_ms,
  first_reply_open_ms - started_open_ms AS business_first_response_from_start_ms,
  if(has_hours, nullIf(handoff_response_open_ms, -1), NULL) AS business_first_response_from_handoff_ms,
  if(has_hours, nullIf(waiting_response_open_ms, -1), NULL) AS business_first_response_from_waiting_ms,
  if(has_hours, response_after_reopen_open_ms, NULL) AS business_response_after_reopen_ms,
  if(has_hours, total_reply_open_ms, NULL) AS business_total_reply_time_ms,
  if(is_solved, first_solved_open_ms - opened_open_ms, NULL) AS business_first_resolution_ms,
  if(is_solved, last_solved_open_ms - opened_open_ms, NULL) AS business_full_resolution_ms,
  if(is_solved AND has_hours, ours_open_ms, NULL) AS business_requester_wait_ms,
  if(is_solved AND has_hours, theirs_open_ms, NULL) AS business_agent_wait_ms,
  if(is_solved AND has_hours, hold_open_ms, NULL) AS business_on_hold_ms
FROM conversations
WHERE talk > 0 AND started_ms >= toUnixTimestamp64Milli(range_from) AND started_ms < toUnixTimestamp64Milli(range_to)
COMMENT 'Response and resolution of conversations and cases: conversation_metrics(from = …, to = …, up_to = NULL, schedule = \'\'), one row per conversation that started in [from, to) and has a message or a case, as it stood at up_to (NULL: now). What lies more than 90 days before from is not read. Calls have no messages: for them see legs_current.';
