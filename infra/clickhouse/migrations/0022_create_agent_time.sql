-- What agents do with their time, from the statuses that staff events report. Rows of the two tables are the users'.
CREATE TABLE IF NOT EXISTS agent_status_classes
(
  source_system LowCardinality(String) DEFAULT '' COMMENT 'System whose status is meant; empty for any. A row that names the system goes before one that does not.',
  status String COMMENT 'The status as the source writes it. Capitals, spaces and punctuation do not matter.',
  class LowCardinality(String) COMMENT 'What it means: AVAILABLE (idle, ready for contacts), ON_CONTACT, ACW (after-contact work), BREAK (any other pause while signed in), TRAINING, MEETING, OFFLINE (not paid) or ABSENCE (leave, sickness).',
  status_key String MATERIALIZED replaceRegexpAll(lowerUTF8(status), '[\\s\\p{P}]+', '') COMMENT 'The status in small letters, without spaces and punctuation: what is compared.',
  CONSTRAINT class_is_known CHECK class IN ('AVAILABLE', 'ON_CONTACT', 'ACW', 'BREAK', 'TRAINING', 'MEETING', 'OFFLINE', 'ABSENCE')
)
ENGINE = ReplacingMergeTree
ORDER BY (status_key, source_system)
COMMENT 'What each agent status means. Comes with the names that well-known systems use; insert rows for your own, the last inserted wins. A status that is not here is class UNKNOWN.';

-- Left out on purpose: 'busy' (on a contact in one product, not to be disturbed in another) and what is neither.
INSERT INTO agent_status_classes (source_system, status, class)
SELECT row.1, row.2, row.3
FROM
(
  SELECT arrayJoin(arrayConcat(
    arrayMap(s -> ('', s, 'AVAILABLE'), ['available', 'ready', 'online', 'on queue', 'idle', 'routable', 'waiting', 'avail',
      'auto in', 'manual in', 'unpaused', 'accepting']),
    arrayMap(s -> ('', s, 'ON_CONTACT'), ['on contact', 'on call', 'in call', 'connected', 'connected on hold', 'talking',
      'interacting', 'communicating', 'hold', 'on hold', 'reserved', 'ringing', 'incoming', 'connecting', 'dialing', 'acd']),
    arrayMap(s -> ('', s, 'ACW'), ['acw', 'after contact work', 'after call work', 'wrap up', 'wrapping', 'work', 'work ready',
      'work not ready', 'post contact']),
    arrayMap(s -> ('', s, 'BREAK'), ['break', 'short break', 'lunch', 'meal', 'rest', 'coffee', 'away', 'be right back', 'aux',
      'paused', 'not ready', 'not routable', 'unavailable', 'not responding', 'missed', 'personal']),
    arrayMap(s -> ('', s, 'TRAINING'), ['training', 'coaching', 'e-learning', 'onboarding']),
    arrayMap(s -> ('', s, 'MEETING'), ['meeting', 'team meeting', 'huddle', 'one to one']),
    arrayMap(s -> ('', s, 'OFFLINE'), ['offline', 'logged out', 'logged off', 'logout', 'logoff', 'signed out', 'invisible']),
    arrayMap(s -> ('', s, 'ABSENCE'), ['absence', 'absent', 'sick', 'sick leave', 'leave', 'holiday', 'vacation', 'annual leave',
      'time off', 'pto']),
    [('twilio', 'busy', 'ON_CONTACT')])) AS row
)
WHERE (SELECT count() FROM agent_status_classes) = 0;

CREATE TABLE IF NOT EXISTS agent_schedules
(
  agent_id String COMMENT 'The agent: actor.id of the staff events.',
  starts_at DateTime64(3, 'UTC') COMMENT 'When the activity is to begin (UTC).',
  ends_at DateTime64(3, 'UTC') COMMENT 'When it is to end (UTC); a later row of the agent that begins earlier ends it then.',
  activity LowCardinality(String) COMMENT 'What is planned, in the classes of agent_status_classes. AVAILABLE, ON_CONTACT and ACW all mean: on queue.',
  CONSTRAINT activity_is_known CHECK activity IN ('AVAILABLE', 'ON_CONTACT', 'ACW', 'BREAK', 'TRAINING', 'MEETING', 'OFFLINE', 'ABSENCE')
)
ENGINE = ReplacingMergeTree
ORDER BY (agent_id, starts_at)
COMMENT 'Who is planned to do what, for adherence and conformance in agent_time. Empty until you fill it. A row of the same agent and start replaces the one before; with ends_at = starts_at it takes it back.';

-- An agent has one status at a time, whichever system reported it last; of several at one instant the last in order.
CREATE VIEW IF NOT EXISTS agent_status_intervals
(
  agent_id String COMMENT 'The agent: actor.id of the staff events.',
  team LowCardinality(String) COMMENT 'Team as the status that began the interval names it; empty if it does not.',
  status LowCardinality(String) COMMENT 'The status as the source writes it (attributes.status, else outcome.code); empty if it gave none.',
  class LowCardinality(String) COMMENT 'What it means, by agent_status_classes; UNKNOWN if it is not there.',
  started_at DateTime64(3, 'UTC') COMMENT 'Start (UTC), not before from.',
  ended_at DateTime64(3, 'UTC') COMMENT 'End (UTC): the next status, at the latest to. With no next status, the watermark if that is before to.',
  duration_ms Int64 COMMENT 'ended_at - started_at. Milliseconds.',
  is_open Bool COMMENT 'No later status is known before to: the end is only where the view stops looking.'
)
AS WITH
  {from:DateTime64(3, 'UTC')} AS range_from,
  {to:DateTime64(3, 'UTC')} AS range_to,
  least(range_to, ifNull((SELECT min(watermark) FROM pipeline_status WHERE topic = 'interactions.enriched'), range_to)) AS known_to,
  classes AS (SELECT source_system, status_key, class FROM agent_status_classes FINAL)
SELECT
  runs.agent_id AS agent_id,
  runs.team AS team,
  runs.status AS status,
  multiIf(own.class != '', own.class, common.class != '', common.class, 'UNKNOWN') AS class,
  greatest(runs.at, range_from) AS started_at,
  if(runs.next_at IS NULL, known_to, assumeNotNull(runs.next_at)) AS ended_at,
  toUnixTimestamp64Milli(ended_at) - toUnixTimestamp64Milli(started_at) AS duration_ms,
  toBool(runs.next_at IS NULL) AS is_open
FROM
(
  SELECT *, leadInFrame(toNullable(at)) OVER (PARTITION BY agent_id ORDER BY at ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS next_at
  FROM
  (
    SELECT
      agent_id, at, team, status, system, key,
      row_number() OVER in_order AS number,
      lagInFrame(key) OVER in_order AS key_before,
      lagInFrame(system) OVER in_order AS system_before,
      lagInFrame(team) OVER in_order AS team_before
    FROM
    (
      SELECT
        actor_id AS agent_id, occurred_at AS at, actor_team AS team, source_system AS system,
        -- Of low cardinality, so that each status is taken apart once and not for every event.
        toLowCardinality(if(attributes['status'] != '', attributes['status'], toString(outcome_code))) AS status,
        replaceRegexpAll(lowerUTF8(status), '[\\s\\p{P}]+', '') AS key,
        leadInFrame(toNullable(occurred_at)) OVER (
          PARTITION BY actor_id ORDER BY occurred_at, ifNull(source_sequence, -1), event_id
          ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS following
      FROM interactions
      -- A status set longer than 31 days before is not known.
      WHERE customer_id = '' AND event_type = 'agent.status_changed' AND actor_id != ''
        AND occurred_at >= range_from - INTERVAL 31 DAY AND occurred_at < range_to
    )
    WHERE following IS NULL OR following != at
    WINDOW in_order AS (PARTITION BY agent_id ORDER BY at ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
  )
  WHERE number = 1 OR key != key_before OR system != system_before OR team != team_before
) AS runs
LEFT JOIN classes AS own ON own.status_key = runs.key AND own.source_system = runs.system
LEFT JOIN (SELECT status_key, class FROM classes WHERE source_system = '') AS common ON common.status_key = runs.key
WHERE ended_at > started_at
COMMENT 'What each agent did when: agent_status_intervals(from = …, to = …), one row per agent and unbroken stretch of one status and team, cut to [from, to). Before an agent\'s first status there is no row.';

-- Boundaries of statuses, schedules, contacts and local days cut an agent's time into pieces within which all is one.
CREATE VIEW IF NOT EXISTS agent_time
(
  day Date COMMENT 'Day in time_zone; the first and last are cut at from and at to, or at the watermark if that is before.',
  agent_id String COMMENT 'The agent: actor.id of the staff events.',
  team LowCardinality(String) COMMENT 'Team that the agent\'s last status of the day, or before it, names; empty if none.',
  available_ms Int64 COMMENT 'Idle: status AVAILABLE and no contact. Milliseconds.',
  on_contact_ms Int64 COMMENT 'With one contact or several at once (counted once), after-contact work included: status ON_CONTACT or ACW, or AVAILABLE while a leg is between answer and end of handling. Milliseconds of the clock.',
  break_ms Int64 COMMENT 'Status BREAK. Milliseconds.',
  training_ms Int64 COMMENT 'Status TRAINING. Milliseconds.',
  meeting_ms Int64 COMMENT 'Status MEETING. Milliseconds.',
  absence_ms Int64 COMMENT 'Status ABSENCE, or planned as ABSENCE while OFFLINE or without a status. Milliseconds.',
  unclassified_ms Int64 COMMENT 'A status that agent_status_classes does not know: paid, but no part of occupancy or shrinkage. Milliseconds.',
  offline_ms Int64 COMMENT 'Status OFFLINE, planned absence excluded. Milliseconds.',
  paid_ms Int64 COMMENT 'All of the above but OFFLINE. Milliseconds.',
  occupancy Nullable(Float64) COMMENT 'on_contact_ms / (on_contact_ms + available_ms), 0 to 1; NULL if both are 0.',
  handled Int64 COMMENT 'Legs of the agent whose handling was completed on the day.',
  handled_timed Int64 COMMENT 'Those of them with a talk, hold or after-contact time.',
  handle_ms Int64 COMMENT 'Talk + hold + after-contact work of those legs. Milliseconds; with contacts side by side more than the clock.',
  utilisation Nullable(Float64) COMMENT 'handle_ms / paid_ms: can exceed 1 with contacts side by side. NULL if nothing is paid, or legs were handled and none is timed.',
  utilisation_wall Nullable(Float64) COMMENT 'on_contact_ms / paid_ms, 0 to 1: contacts side by side count once. NULL if nothing is paid.',
  shrinkage_internal_ms Int64 COMMENT 'break_ms + training_ms + meeting_ms. Milliseconds.',
  shrinkage_external_ms Int64 COMMENT 'absence_ms. Milliseconds.',
  shrinkage Nullable(Float64) COMMENT '(shrinkage_internal_ms + shrinkage_external_ms) / paid_ms, 0 to 1; NULL if nothing is paid.',
  shrinkage_internal Nullable(Float64) COMMENT 'shrinkage_internal_ms / paid_ms, 0 to 1; NULL if nothing is paid.',
  shrinkage_external Nullable(Float64) COMMENT 'shrinkage_external_ms / paid_ms, 0 to 1; NULL if nothing is paid.',
  scheduled_ms Int64 COMMENT 'Planned time but OFFLINE and ABSENCE. Milliseconds; 0 if agent_schedules holds none.',
  adherent_ms Int64 COMMENT 'Planned time in which the agent did what was planned (on queue, or the very class). Milliseconds.',
  adherence Nullable(Float64) COMMENT 'adherent_ms / scheduled_ms, 0 to 1; NULL if nothing is planned.',
  scheduled_on_queue_ms Int64 COMMENT 'Time planned on queue. Milliseconds.',
  on_queue_ms Int64 COMMENT 'available_ms + on_contact_ms, planned or not. Milliseconds.',
  conformance Nullable(Float64) COMMENT 'on_queue_ms / scheduled_on_queue_ms: how much, not when; can exceed 1. NULL if no time on queue is planned.'
)
AS WITH
  {from:DateTime64(3, 'UTC')} AS range_from,
  {to:DateTime64(3, 'UTC')} AS range_to,
  toUnixTimestamp64Milli(range_from) AS from_ms,
  -- Beyond the watermark nobody is known to have kept to a plan or not.
  toUnixTimestamp64Milli(least(range_to, ifNull((SELECT min(watermark) FROM pipeline_status WHERE topic = 'interactions.enriched'), range_to))) AS to_ms,
  arrayFilter(
    midnight_ms -> midnight_ms > from_ms AND midnight_ms < to_ms,
    arrayMap(
      number -> toInt64(toUnixTimestamp(toDateTime(toDate(range_from, {time_zone:String}) + number, {time_zone:String}))) * 1000,
      range(toUInt64(dateDiff('day', range_from, range_to) + 3)))) AS midnights,
  plans AS
  (
    SELECT agent_id, activity, greatest(plan_ms, from_ms) AS start_ms, least(planned_end_ms, next_ms, to_ms) AS end_ms
    FROM
    (
      SELECT
        agent_id, activity, toUnixTimestamp64Milli(starts_at) AS plan_ms, toUnixTimestamp64Milli(ends_at) AS planned_end_ms,
        leadInFrame(plan_ms, 1, to_ms) OVER (PARTITION BY agent_id ORDER BY plan_ms ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS next_ms
      FROM agent_schedules FINAL
      WHERE ends_at > starts_at AND starts_at < range_to AND ends_at > range_from - INTERVAL 31 DAY
    )
    WHERE end_ms > start_ms
  ),
  -- What changes when; NULL what stays. An end is '', which gives way to what begins at the same instant.
  marks AS
  (
    SELECT
      agent_id, mark.1 AS at_ms, mark.2 AS class, if(class IS NULL, NULL, toString(team)) AS team,
      CAST(NULL, 'Nullable(String)') AS activity, 0 AS contact, 0 AS handled, 0 AS handled_timed, toInt64(0) AS handle_ms
    FROM
    (
      SELECT
        agent_id, team, toUnixTimestamp64Milli(started_at) AS start_ms, least(toUnixTimestamp64Milli(ended_at), to_ms) AS end_ms,
        arrayConcat(
          [(start_ms, toNullable(toString(class))), (end_ms, '')],
          arrayMap(midnight_ms -> (midnight_ms, CAST(NULL, 'Nullable(String)')), arrayFilter(midnight_ms -> midnight_ms > start_ms AND midnight_ms < end_ms, midnights))
        ) AS status_marks
      FROM agent_status_intervals(from = {from:DateTime64(3, 'UTC')}, to = {to:DateTime64(3, 'UTC')})
      WHERE end_ms > start_ms
    )
    ARRAY JOIN status_marks AS mark
    UNION ALL
    SELECT agent_id, mark.1, NULL, NULL, mark.2, 0, 0, 0, 0
    FROM
    (
      SELECT
        agent_id,
        arrayConcat(
          [(start_ms, toNullable(toString(activity))), (end_ms, '')],
          arrayMap(midnight_ms -> (midnight_ms, CAST(NULL, 'Nullable(String)')), arrayFilter(midnight_ms -> midnight_ms > start_ms AND midnight_ms < end_ms, midnights))
        ) AS plan_marks
      FROM plans
    )
    ARRAY JOIN plan_marks AS mark
    UNION ALL
    SELECT agent_id, mark.1, NULL, NULL, NULL, mark.2, mark.3, mark.3 AND is_timed, if(mark.3, leg_ms, 0)
    FROM
    (
      SELECT
        agent_id,
        coalesce(talk_ms, hold_ms, acw_ms) IS NOT NULL AS is_timed,
        ifNull(talk_ms, 0) + ifNull(hold_ms, 0) + ifNull(acw_ms, 0) AS leg_ms,
        toUnixTimestamp64Milli(assumeNotNull(answered_at)) AS start_ms,
        toUnixTimestamp64Milli(ifNull(handled_at, ended_at)) AS end_ms,
        [(greatest(start_ms, from_ms), 1, false), (least(end_ms, to_ms), -1, handled_at IS NOT NULL AND end_ms < to_ms)] AS leg_marks
      FROM legs_current
      WHERE agent_id != '' AND answered_at IS NOT NULL AND start_ms < to_ms AND end_ms >= from_ms
        AND arrived_at >= range_from - INTERVAL 31 DAY AND arrived_at < range_to
    )
    ARRAY JOIN leg_marks AS mark
  ),
  pieces AS
  (
    SELECT
      agent_id, at_ms, handled, handled_timed, handle_ms,
      leadInFrame(at_ms, 1, at_ms) OVER (PARTITION BY agent_id ORDER BY at_ms ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) - at_ms AS ms,
      ifNull(anyLast(team) OVER so_far, '') AS team_now,
      ifNull(anyLast(class) OVER so_far, '') AS class_now,
      ifNull(anyLast(activity) OVER so_far, '') AS plan,
      sum(contact) OVER so_far > 0 AS has_contact,
      multiIf(
        class_now IN ('ON_CONTACT', 'ACW') OR (class_now = 'AVAILABLE' AND has_contact), 'ON_CONTACT',
        class_now IN ('', 'OFFLINE') AND plan = 'ABSENCE', 'ABSENCE',
        class_now) AS doing,
      doing IN ('AVAILABLE', 'ON_CONTACT') AS on_queue,
      plan IN ('AVAILABLE', 'ON_CONTACT', 'ACW') AS plan_on_queue
    FROM
    (
      SELECT
        agent_id, at_ms, max(m.class) AS class, max(m.activity) AS activity, argMax(m.team, m.class != '') AS team, sum(m.contact) AS contact,
        toInt64(sum(m.handled)) AS handled, toInt64(sum(m.handled_timed)) AS handled_timed, sum(m.handle_ms) AS handle_ms
      FROM marks AS m
      GROUP BY agent_id, at_ms
    )
    WINDOW so_far AS (PARTITION BY agent_id ORDER BY at_ms ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
  ),
  days AS
  (
    SELECT
      toDate(fromUnixTimestamp64Milli(at_ms, 'UTC'), {time_zone:String}) AS day, agent_id,
      argMax(team_now, at_ms) AS team,
      sum(p.handled) AS handled, sum(p.handled_timed) AS handled_timed, sum(p.handle_ms) AS handle_ms,
      sumIf(ms, doing = 'AVAILABLE') AS available_ms,
      sumIf(ms, doing = 'ON_CONTACT') AS on_contact_ms,
      sumIf(ms, doing = 'BREAK') AS break_ms,
      sumIf(ms, doing = 'TRAINING') AS training_ms,
      sumIf(ms, doing = 'MEETING') AS meeting_ms,
      sumIf(ms, doing = 'ABSENCE') AS absence_ms,
      sumIf(ms, doing = 'UNKNOWN') AS unclassified_ms,
      sumIf(ms, doing = 'OFFLINE') AS offline_ms,
      sumIf(ms, doing NOT IN ('', 'OFFLINE')) AS paid_ms,
      sumIf(ms, plan NOT IN ('', 'OFFLINE', 'ABSENCE')) AS scheduled_ms,
      sumIf(ms, plan NOT IN ('', 'OFFLINE', 'ABSENCE') AND if(plan_on_queue, on_queue, doing = plan)) AS adherent_ms,
      sumIf(ms, plan_on_queue) AS scheduled_on_queue_ms,
      sumIf(ms, on_queue) AS on_queue_ms
    FROM pieces AS p
    GROUP BY day, agent_id
    HAVING sumIf(ms, class_now != '' OR plan != '') > 0
  )
SELECT
  day, agent_id, team,
  available_ms, on_contact_ms, break_ms, training_ms, meeting_ms, absence_ms, unclassified_ms, offline_ms, paid_ms,
  on_contact_ms / nullIf(on_contact_ms + available_ms, 0) AS occupancy,
  handled, handled_timed, handle_ms,
  if(handled > 0 AND handled_timed = 0, NULL, handle_ms / nullIf(paid_ms, 0)) AS utilisation,
  on_contact_ms / nullIf(paid_ms, 0) AS utilisation_wall,
  break_ms + training_ms + meeting_ms AS shrinkage_internal_ms,
  absence_ms AS shrinkage_external_ms,
  (shrinkage_internal_ms + shrinkage_external_ms) / nullIf(paid_ms, 0) AS shrinkage,
  shrinkage_internal_ms / nullIf(paid_ms, 0) AS shrinkage_internal,
  shrinkage_external_ms / nullIf(paid_ms, 0) AS shrinkage_external,
  scheduled_ms, adherent_ms, adherent_ms / nullIf(scheduled_ms, 0) AS adherence,
  scheduled_on_queue_ms, on_queue_ms, on_queue_ms / nullIf(scheduled_on_queue_ms, 0) AS conformance
FROM days
COMMENT 'Agents\' time per local day: agent_time(from = …, to = …, time_zone = \'Europe/Berlin\'). Over days, agents or teams sum the milliseconds and divide the sums; never average the rates. About time only: nothing here judges a worker\'s mood.';
