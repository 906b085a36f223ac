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
      agent_id, at, last.1 AS team, last.2 AS status, last.3 AS system,
      replaceRegexpAll(lowerUTF8(status), '[\\s\\p{P}]+', '') AS key,
      row_number() OVER in_order AS number,
      lagInFrame((key, system)) OVER in_order AS before
    FROM
    (
      SELECT
        actor_id AS agent_id,
        occurred_at AS at,
        argMax(
          (toString(actor_team), if(attributes['status'] != '', attributes['status'], toString(outcome_code)), toString(source_system)),
          (ifNull(source_sequence, -1), event_id)) AS last
      FROM interactions
      -- A status set longer than 31 days before is not known.
      WHERE customer_id = '' AND event_type = 'agent.status_changed' AND actor_id != ''
        AND occurred_at >= range_from - INTERVAL 31 DAY AND occurred_at < range_to
      GROUP BY agent_id, at
    )
    WINDOW in_order AS (PARTITION BY agent_id ORDER BY at ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
  )
  WHERE number = 1 OR before != (key, system)
) AS runs
LEFT JOIN classes AS own ON own.status_key = runs.key AND own.source_system = runs.system
LEFT JOIN (SELECT status_key, class FROM classes WHERE source_system = '') AS common ON common.status_key = runs.key
WHERE ended_at > started_at
COMMENT 'What each agent did when: agent_status_intervals(from = …, to = …), one row per agent and unbroken stretch of one status, cut to [from, to). Before an agent\'s first status there is no row.';

-- Boundaries of statuses, schedules, contacts and local days cut an agent's time into pieces within which all is one.
CREATE VIEW IF NOT EXISTS agent_time
(
  day Date COMMENT 'Day in time_zone; the first and last are cut at from and at to, or at the watermark if that is before.',
  agent_id String COMMENT 'The agent: actor.id of the staff events.',
  team LowCardinality(String) COMMENT 'Team of the agent\'s last status in the range; empty if it names none.',
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
  statuses AS
  (
    SELECT
      agent_id, team, class,
      toUnixTimestamp64Milli(started_at) AS start_ms,
      least(toUnixTimestamp64Milli(ended_at), to_ms) AS end_ms
    FROM agent_status_intervals(from = {from:DateTime64(3, 'UTC')}, to = {to:DateTime64(3, 'UTC')})
    WHERE end_ms > start_ms
  ),
  plans AS
  (
    SELECT
      agent_id, activity,
      greatest(start_ms, from_ms) AS start_ms,
      least(planned_end_ms, next_ms, to_ms) AS end_ms
    FROM
    (
      SELECT
        agent_id, activity, toUnixTimestamp64Milli(starts_at) AS start_ms, toUnixTimestamp64Milli(ends_at) AS planned_end_ms,
        leadInFrame(start_ms, 1, to_ms) OVER (PARTITION BY agent_id ORDER BY start_ms ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS next_ms
      FROM agent_schedules FINAL
      WHERE ends_at > starts_at AND starts_at < range_to AND ends_at > range_from - INTERVAL 31 DAY
    )
    WHERE end_ms > start_ms
  ),
  contacts AS
  (
    SELECT
      agent_id, talk_ms, hold_ms, acw_ms, handled_at,
      toUnixTimestamp64Milli(assumeNotNull(answered_at)) AS start_ms,
      toUnixTimestamp64Milli(ifNull(handled_at, ended_at)) AS end_ms
    FROM legs_current
    WHERE agent_id != '' AND answered_at IS NOT NULL AND start_ms < to_ms AND ifNull(handled_at, ended_at) >= range_from
      AND arrived_at >= range_from - INTERVAL 31 DAY AND arrived_at < range_to
  ),
  marks AS
  (
    SELECT agent_id, start_ms AS at_ms, toNullable(toString(class)) AS class, CAST(NULL, 'Nullable(String)') AS activity, 0 AS contact
    FROM statuses
    UNION ALL SELECT agent_id, max(end_ms), '', NULL, 0 FROM statuses GROUP BY agent_id
    UNION ALL SELECT agent_id, start_ms, NULL, toString(activity), 0 FROM plans
    -- A plan's end, unless another plan begins there.
    UNION ALL SELECT agent_id, end_ms, NULL, '', 0 FROM plans WHERE (agent_id, end_ms) NOT IN (SELECT agent_id, start_ms FROM plans)
    UNION ALL SELECT agent_id, greatest(start_ms, from_ms), NULL, NULL, 1 FROM contacts
    UNION ALL SELECT agent_id, least(end_ms, to_ms), NULL, NULL, -1 FROM contacts
    UNION ALL
    SELECT agent_id, midnight_ms, NULL, NULL, 0
    FROM (SELECT DISTINCT agent_id FROM (SELECT agent_id FROM statuses UNION ALL SELECT agent_id FROM plans)) AS agents
    CROSS JOIN
    (
      SELECT toInt64(toUnixTimestamp(toDateTime(toDate(range_from, {time_zone:String}) + number, {time_zone:String}))) * 1000 AS midnight_ms
      FROM numbers(toUInt64(dateDiff('day', range_from, range_to) + 2))
      WHERE midnight_ms > from_ms AND midnight_ms < to_ms
    ) AS midnights
  ),
  pieces AS
  (
    SELECT
      agent_id, at_ms,
      leadInFrame(at_ms, 1, at_ms) OVER (PARTITION BY agent_id ORDER BY at_ms ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) - at_ms AS ms,
      ifNull(anyLast(class) OVER so_far, '') AS class_now,
      ifNull(anyLast(activity) OVER so_far, '') AS plan,
      sum(contact) OVER so_far > 0 AS has_contact,
      multiIf(
        class_now IN ('ON_CONTACT', 'ACW') OR (class_now = 'AVAILABLE' AND has_contact), 'ON_CONTACT',
        class_now IN ('', 'OFFLINE') AND plan = 'ABSENCE', 'ABSENCE',
        class_now) AS doing,
      doing IN ('AVAILABLE', 'ON_CONTACT') AS on_queue,
      plan IN ('AVAILABLE', 'ON_CONTACT', 'ACW') AS plan_on_queue
    FROM (SELECT agent_id, at_ms, any(class) AS class, any(activity) AS activity, sum(contact) AS contact FROM marks GROUP BY agent_id, at_ms)
    WINDOW so_far AS (PARTITION BY agent_id ORDER BY at_ms ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
  ),
  days AS
  (
    SELECT
      toDate(fromUnixTimestamp64Milli(at_ms, 'UTC'), {time_zone:String}) AS day, agent_id,
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
    FROM pieces
    GROUP BY day, agent_id
    HAVING sumIf(ms, class_now != '' OR plan != '') > 0
  ),
  handling AS
  (
    SELECT
      toDate(assumeNotNull(handled_at), {time_zone:String}) AS day, agent_id,
      toInt64(count()) AS handled,
      toInt64(countIf(coalesce(talk_ms, hold_ms, acw_ms) IS NOT NULL)) AS handled_timed,
      sum(ifNull(talk_ms, 0) + ifNull(hold_ms, 0) + ifNull(acw_ms, 0)) AS handle_ms
    FROM contacts
    WHERE handled_at >= range_from AND toUnixTimestamp64Milli(assumeNotNull(handled_at)) < to_ms
    GROUP BY day, agent_id
  )
SELECT
  days.day AS day, days.agent_id AS agent_id, teams.team AS team,
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
LEFT JOIN handling ON handling.day = days.day AND handling.agent_id = days.agent_id
LEFT JOIN (SELECT agent_id, argMax(team, end_ms) AS team FROM statuses GROUP BY agent_id) AS teams ON teams.agent_id = days.agent_id
COMMENT 'Agents\' time per local day: agent_time(from = …, to = …, time_zone = \'Europe/Berlin\'). Over days, agents or teams sum the milliseconds and divide the sums; never average the rates. About time only: nothing here judges a worker\'s mood.';
