-- What statuses of cases mean, when you are open, and how many cases were open at a time.
CREATE TABLE IF NOT EXISTS case_status_classes
(
  source_system LowCardinality(String) DEFAULT '' COMMENT 'System whose status is meant; empty for any. A row that names the system goes before one that does not.',
  status String COMMENT 'The status of a case as the source writes it. Capitals, spaces and punctuation do not matter.',
  class LowCardinality(String) COMMENT 'What it means: NEW, OPEN (waits for us), PENDING (waits for the customer), ON_HOLD (waits for others) or SOLVED.',
  status_key String MATERIALIZED replaceRegexpAll(lowerUTF8(status), '[\\s\\p{P}]+', '') COMMENT 'The status in small letters, without spaces and punctuation: what is compared.',
  CONSTRAINT class_is_known CHECK class IN ('NEW', 'OPEN', 'PENDING', 'ON_HOLD', 'SOLVED')
)
ENGINE = ReplacingMergeTree
ORDER BY (status_key, source_system)
COMMENT 'What each status of a case means. Comes with common names; insert rows for your own, the last inserted wins. A status that is not here changes nothing.';

INSERT INTO case_status_classes (source_system, status, class)
SELECT row.1, row.2, row.3
FROM
(
  SELECT arrayJoin(arrayConcat(
    arrayMap(s -> ('', s, 'NEW'), ['new', 'created', 'unassigned']),
    arrayMap(s -> ('', s, 'OPEN'), ['open', 'opened', 'reopened', 're-opened', 'in progress', 'assigned', 'active', 'working']),
    arrayMap(s -> ('', s, 'PENDING'), ['pending', 'waiting', 'waiting on customer', 'waiting for customer', 'awaiting customer']),
    arrayMap(s -> ('', s, 'ON_HOLD'), ['hold', 'on hold', 'snoozed', 'waiting on third party', 'waiting for third party', 'escalated']),
    arrayMap(s -> ('', s, 'SOLVED'), ['solved', 'resolved', 'closed', 'done', 'completed']),
    -- There a conversation is pending while the bot has it: it waits for us.
    [('chatwoot', 'pending', 'NEW')])) AS row
)
WHERE (SELECT count() FROM case_status_classes) = 0;

CREATE TABLE IF NOT EXISTS business_hours
(
  schedule String COMMENT 'Name of the schedule; all rows of one name have one time zone.',
  weekday UInt8 COMMENT 'Day on which it opens: 1 Monday to 7 Sunday.',
  opens_at String COMMENT 'When it opens on the clock there: HH:MM.',
  closes_at String COMMENT 'When it closes: HH:MM up to 24:00. At or before opens_at it is the next day.',
  time_zone LowCardinality(String) COMMENT 'Time zone of the clock, e.g. Europe/Berlin.',
  valid_from Date DEFAULT '1970-01-01' COMMENT 'First day on which it opens by this row.',
  valid_to Date DEFAULT '2149-06-06' COMMENT 'Last day on which it opens by this row. To change the hours end the row and add another: history keeps the hours of its time.',
  CONSTRAINT weekday_is_one CHECK weekday BETWEEN 1 AND 7,
  CONSTRAINT times_are_times CHECK match(opens_at, '^([01]\\d|2[0-3]):[0-5]\\d$') AND match(closes_at, '^(([01]\\d|2[0-3]):[0-5]\\d|24:00)$')
)
ENGINE = ReplacingMergeTree
ORDER BY (schedule, weekday, opens_at, valid_from)
COMMENT 'When you are open, per schedule: several rows a day for breaks. Empty until you fill it. A row of the same schedule, weekday, opening and valid_from replaces the one before.';

CREATE TABLE IF NOT EXISTS business_holidays
(
  schedule String COMMENT 'Name of the schedule.',
  day Date COMMENT 'Day in the schedule\'s time zone that is closed from midnight to midnight.',
  name String COMMENT 'What the day is called.'
)
ENGINE = ReplacingMergeTree
ORDER BY (schedule, day)
COMMENT 'Days on which a schedule is closed. Empty until you fill it.';

-- A clock time means the first instant of the day at which the clock shows that time or a later one. On a day with a
-- change of clock at `changes_at`: counted with the offset before it if that comes out before the change, else with
-- the one after it, and not before the change. The engine knows changes to the quarter of an hour.
CREATE VIEW IF NOT EXISTS business_open_intervals
(
  opened_at DateTime64(3, 'UTC') COMMENT 'Start of a stretch of business time (UTC).',
  closed_at DateTime64(3, 'UTC') COMMENT 'Its end (UTC).',
  open_before_ms Int64 COMMENT 'Business time of the stretches before it, from the day of from on. Milliseconds.'
)
AS WITH
  assumeNotNull((
    SELECT if(count() = 0 OR throwIf(uniqExact(time_zone) > 1, 'the rows of a schedule must have one time zone'), 'UTC', toString(any(time_zone)))
    FROM business_hours FINAL
    WHERE schedule = {schedule:String}
  )) AS zone,
  days AS
  (
    SELECT
      toDate({from:DateTime64(3, 'UTC')}) - 2 + number AS day,
      toInt64(toUnixTimestamp(toDateTime(day, zone))) AS starts_s,
      toInt64(toUnixTimestamp(toDateTime(day + 1, zone))) AS ends_s,
      timezoneOffset(toDateTime(starts_s, zone)) AS offset_before_s,
      timezoneOffset(toDateTime(ends_s - 1, zone)) AS offset_after_s,
      if(
        offset_before_s = offset_after_s, ends_s,
        starts_s + 900 * arrayFirst(k -> timezoneOffset(toDateTime(starts_s + 900 * k, zone)) != offset_before_s, range(1, 110))) AS changes_at_s
    FROM numbers(toUInt64(greatest(dateDiff('day', {from:DateTime64(3, 'UTC')}, {to:DateTime64(3, 'UTC')}), 0) + 5))
  ),
  -- What goes over midnight is two pieces: the second lies in the day after, which may be a holiday.
  pieces AS
  (
    SELECT opens_on + piece.1 AS day, piece.2 AS opens_s, piece.3 AS closes_s
    FROM
    (
      SELECT
        days.day AS opens_on,
        3600 * toInt64(substring(opens_at, 1, 2)) + 60 * toInt64(substring(opens_at, 4, 2)) AS from_s,
        3600 * toInt64(substring(closes_at, 1, 2)) + 60 * toInt64(substring(closes_at, 4, 2)) AS to_s,
        if(to_s > from_s, [(0, from_s, to_s)], [(0, from_s, toInt64(86400)), (1, toInt64(0), to_s)]) AS parts
      FROM days
      CROSS JOIN (SELECT * FROM business_hours FINAL WHERE schedule = {schedule:String}) AS hours
      WHERE hours.weekday = toDayOfWeek(days.day) AND days.day BETWEEN hours.valid_from AND hours.valid_to
    )
    ARRAY JOIN parts AS piece
    WHERE day NOT IN (SELECT business_holidays.day FROM business_holidays FINAL WHERE schedule = {schedule:String})
  ),
  instants AS
  (
    SELECT
      toInt64(days.day) * 86400 + opens_s - offset_before_s AS opens_before_s,
      toInt64(days.day) * 86400 + closes_s - offset_before_s AS closes_before_s,
      least(greatest(if(opens_before_s < changes_at_s, opens_before_s, greatest(toInt64(days.day) * 86400 + opens_s - offset_after_s, changes_at_s)), starts_s), ends_s) AS start_s,
      least(greatest(if(closes_before_s < changes_at_s, closes_before_s, greatest(toInt64(days.day) * 86400 + closes_s - offset_after_s, changes_at_s)), starts_s), ends_s) AS end_s
    FROM pieces
    INNER JOIN days ON days.day = pieces.day
    WHERE end_s > start_s
  )
SELECT
  fromUnixTimestamp64Milli(1000 * island_start_s, 'UTC') AS opened_at,
  fromUnixTimestamp64Milli(1000 * island_end_s, 'UTC') AS closed_at,
  1000 * (sum(island_end_s - island_start_s) OVER (ORDER BY island_start_s ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) - (island_end_s - island_start_s)) AS open_before_ms
FROM
(
  SELECT min(start_s) AS island_start_s, max(end_s) AS island_end_s
  FROM
  (
    SELECT *, sum(start_s > reached_s) OVER (ORDER BY start_s, end_s ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS island
    FROM (SELECT *, max(end_s) OVER (ORDER BY start_s, end_s ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached_s FROM instants)
  )
  GROUP BY island
)
COMMENT 'Business time of a schedule, without overlaps, holidays left out: business_open_intervals(schedule = …, from = …, to = …), whole days of the schedule\'s time zone around [from, to]. Exact over changes of clock.';

-- The statuses of cases as events tell them: what both views of the backlog are made of.
CREATE VIEW IF NOT EXISTS case_changes
(
  source_system LowCardinality(String) COMMENT 'System of the case.',
  source_instance LowCardinality(String) COMMENT 'Installation of that system; empty if there is only one.',
  case_key String COMMENT 'The case: case_id of the event, else contact_id, else interaction_id.',
  channel LowCardinality(String) COMMENT 'Channel of the case\'s first event in the range.',
  opened_at DateTime64(3, 'UTC') COMMENT 'When the case\'s first event in the range happened (UTC).',
  changed_at DateTime64(3, 'UTC') COMMENT 'When this event happened (UTC).',
  number UInt64 COMMENT 'Running number of its events in the range: 1 opens it.',
  class_before LowCardinality(String) COMMENT 'Class of its status before the event; NEW before the first.',
  class LowCardinality(String) COMMENT 'Class of its status from the event on, by case_status_classes: NEW, OPEN, PENDING, ON_HOLD or SOLVED.',
  next_at Nullable(DateTime64(3, 'UTC')) COMMENT 'Its next event in the range (UTC); NULL if none.'
)
AS WITH
  classes AS (SELECT source_system, status_key, class FROM case_status_classes FINAL)
SELECT
  source_system, source_instance, case_key, ordered[1].4 AS channel, ordered[1].1 AS opened_at,
  change.1 AS changed_at, change.2 AS number, change.3 AS class_before, change.4 AS class, change.5 AS next_at
FROM
(
  SELECT
    source_system, source_instance, case_key,
    arraySort(groupArray((at, sequence, event_id, case_channel, told))) AS ordered,
    -- '' says nothing and is filled from before.
    arrayFill(class -> class != '', arrayPushFront(arrayMap(one -> one.5, ordered), 'NEW')) AS all_classes,
    arrayMap(one -> toNullable(one.1), ordered) AS times
  FROM
  (
    SELECT
      events.source_system AS source_system, source_instance, case_key, case_channel, at, sequence, event_id,
      multiIf(own.class != '', own.class, common.class) AS given,
      toString(multiIf(
        event_type = 'case.resolved', 'SOLVED',
        event_type = 'case.opened', if(given IN ('', 'SOLVED'), 'NEW', given),
        event_type = 'case.reopened', if(given IN ('', 'SOLVED'), 'OPEN', given),
        given)) AS told
    FROM
    (
      SELECT
        source_system, source_instance, multiIf(case_id != '', case_id, contact_id != '', contact_id, interaction_id) AS case_key,
        interactions.channel AS case_channel, event_type, occurred_at AS at, ifNull(source_sequence, -1) AS sequence, event_id,
        replaceRegexpAll(lowerUTF8(if(attributes['status'] != '', attributes['status'], toString(outcome_code))), '[\\s\\p{P}]+', '') AS status_key
      FROM interactions
      WHERE occurred_at >= {from:DateTime64(3, 'UTC')} AND occurred_at <= {to:DateTime64(3, 'UTC')}
        AND event_type IN ('case.opened', 'case.status_changed', 'case.reopened', 'case.resolved') AND case_key != ''
    ) AS events
    LEFT JOIN classes AS own ON own.status_key = events.status_key AND own.source_system = events.source_system
    LEFT JOIN (SELECT status_key, class FROM classes WHERE source_system = '') AS common ON common.status_key = events.status_key
  )
  GROUP BY source_system, source_instance, case_key
)
ARRAY JOIN arrayZip(
  arrayMap(one -> one.1, ordered), arrayEnumerate(ordered), arrayPopBack(all_classes), arrayPopFront(all_classes),
  arrayPushBack(arrayPopFront(times), NULL)) AS change
COMMENT 'Every event of a case with the class of its status before and after: case_changes(from = …, to = …), both included. A case is known from its first event in the range on.';

CREATE VIEW IF NOT EXISTS backlog
(
  channel LowCardinality(String) COMMENT 'Channel of the cases\' first events.',
  class LowCardinality(String) COMMENT 'NEW, OPEN, PENDING or ON_HOLD: class of their status at that time.',
  open_cases UInt64 COMMENT 'Cases open at that time: opened, less solved, net of those reopened.',
  age_under_1d UInt64 COMMENT 'Those of them opened less than 24 h before.',
  age_1d_to_3d UInt64 COMMENT 'Opened from 24 h to less than 3 × 24 h before.',
  age_3d_to_7d UInt64 COMMENT 'Opened from 3 to less than 7 × 24 h before.',
  age_7d_to_30d UInt64 COMMENT 'Opened from 7 to less than 30 × 24 h before.',
  age_over_30d UInt64 COMMENT 'Opened 30 × 24 h before or earlier.',
  oldest_opened_at DateTime64(3, 'UTC') COMMENT 'Opening of the oldest of them (UTC).',
  oldest_open_age_ms Int64 COMMENT 'Its age at that time, from its opening, whatever was reopened since. Milliseconds.'
)
AS WITH
  toUnixTimestamp64Milli({at:DateTime64(3, 'UTC')}) AS at_ms
SELECT
  channel, class,
  count() AS open_cases,
  countIf(age_ms < 86400000) AS age_under_1d,
  countIf(age_ms >= 86400000 AND age_ms < 259200000) AS age_1d_to_3d, countIf(age_ms >= 259200000 AND age_ms < 604800000) AS age_3d_to_7d,
  countIf(age_ms >= 604800000 AND age_ms < 2592000000) AS age_7d_to_30d,
  countIf(age_ms >= 2592000000) AS age_over_30d,
  min(opened_at) AS oldest_opened_at,
  max(age_ms) AS oldest_open_age_ms
FROM
(
  SELECT
    changes.channel AS channel, changes.class AS class, changes.opened_at AS opened_at, at_ms - toUnixTimestamp64Milli(opened_at) AS age_ms
  FROM case_changes(from = {at:DateTime64(3, 'UTC')} - INTERVAL 400 DAY, to = {at:DateTime64(3, 'UTC')}) AS changes
  WHERE next_at IS NULL
)
WHERE class != 'SOLVED'
GROUP BY channel, class
COMMENT 'Cases open at a time: backlog(at = …), one row per channel and class. From events of cases alone, up to and including that time; what happened to a case more than 400 days before is not read.';

CREATE VIEW IF NOT EXISTS backlog_daily
(
  day Date COMMENT 'Day in time_zone.',
  snapshot_at DateTime64(3, 'UTC') COMMENT 'The midnight that ends it (UTC): the backlog is as it was just before.',
  channel LowCardinality(String) COMMENT 'Channel of the cases\' first events.',
  opened UInt64 COMMENT 'Cases opened on the day.',
  reopened UInt64 COMMENT 'Times that a solved case was reopened on the day.',
  solved UInt64 COMMENT 'Times that a case became solved on the day.',
  open_cases UInt64 COMMENT 'Cases open when the day ended: those of the day before + opened + reopened - solved.',
  age_under_1d UInt64 COMMENT 'Those of them opened less than 24 h before.',
  age_1d_to_3d UInt64 COMMENT 'Opened from 24 h to less than 3 × 24 h before.',
  age_3d_to_7d UInt64 COMMENT 'Opened from 3 to less than 7 × 24 h before.',
  age_7d_to_30d UInt64 COMMENT 'Opened from 7 to less than 30 × 24 h before.',
  age_over_30d UInt64 COMMENT 'Opened 30 × 24 h before or earlier.',
  oldest_open_age_ms Nullable(Int64) COMMENT 'Age of the oldest of them, from its opening. Milliseconds; NULL if none is open.'
)
AS WITH
  (SELECT min(watermark) FROM pipeline_status WHERE topic = 'interactions.enriched') AS watermark,
  toDate({from:DateTime64(3, 'UTC')}, {time_zone:String}) AS first_day,
  -- Only days that have ended.
  toDate(least({to:DateTime64(3, 'UTC')}, ifNull(watermark, {to:DateTime64(3, 'UTC')})), {time_zone:String}) AS end_day,
  -- One cell a change for what flows on its day, and one a day for the case that is open when the day ends.
  cells AS
  (
    SELECT
      channel, cell.1 AS day,
      sum(cell.2) AS opened, sum(cell.3) AS reopened, sum(cell.4) AS solved,
      countIf(cell.5) AS open_cases,
      countIf(cell.5 AND age_ms < 86400000) AS age_under_1d,
      countIf(cell.5 AND age_ms >= 86400000 AND age_ms < 259200000) AS age_1d_to_3d,
      countIf(cell.5 AND age_ms >= 259200000 AND age_ms < 604800000) AS age_3d_to_7d,
      countIf(cell.5 AND age_ms >= 604800000 AND age_ms < 2592000000) AS age_7d_to_30d,
      countIf(cell.5 AND age_ms >= 2592000000) AS age_over_30d,
      maxIf(age_ms, cell.5) AS oldest_ms
    FROM
    (
      SELECT
        channel, opened_ms, cell,
        toInt64(toUnixTimestamp(toDateTime(cell.1 + 1, {time_zone:String}))) * 1000 - opened_ms AS age_ms
      FROM
      (
        SELECT
          channel, opened_ms,
          toDate(changed_at, {time_zone:String}) AS changed_on,
          if(next_at IS NULL, end_day, toDate(assumeNotNull(next_at), {time_zone:String})) AS next_on,
          [(changed_on, toUInt8(number = 1), class_before = 'SOLVED' AND class != 'SOLVED', class_before != 'SOLVED' AND class = 'SOLVED', toUInt8(0))] AS flow,
          -- Open when a day ends: what the case became on that day or before, and was not yet changed again.
          arrayMap(
            number -> (first_day + number, toUInt8(0), toUInt8(0), toUInt8(0), toUInt8(1)),
            if(class = 'SOLVED', [], range(
              toUInt64(greatest(dateDiff('day', first_day, changed_on), 0)),
              toUInt64(greatest(dateDiff('day', first_day, least(next_on, end_day)), 0))))) AS stock
        FROM
        (
          SELECT *, toUnixTimestamp64Milli(opened_at) AS opened_ms
          FROM case_changes(from = {from:DateTime64(3, 'UTC')} - INTERVAL 400 DAY, to = {to:DateTime64(3, 'UTC')})
        )
      )
      ARRAY JOIN arrayConcat(flow, stock) AS cell
    )
    GROUP BY channel, day
  )
SELECT
  day, toDateTime64(toDateTime(day + 1, {time_zone:String}), 3, 'UTC') AS snapshot_at, channel,
  cell.2 AS opened, cell.3 AS reopened, cell.4 AS solved, cell.5 AS open_cases,
  cell.6 AS age_under_1d, cell.7 AS age_1d_to_3d, cell.8 AS age_3d_to_7d, cell.9 AS age_7d_to_30d, cell.10 AS age_over_30d,
  if(open_cases > 0, cell.11, NULL) AS oldest_open_age_ms
FROM
(
  SELECT
    channel,
    groupArray((cells.day, opened, reopened, solved, open_cases, age_under_1d, age_1d_to_3d, age_3d_to_7d, age_7d_to_30d, age_over_30d, oldest_ms)) AS of_channel
  FROM cells
  GROUP BY channel
)
ARRAY JOIN
  arrayMap(number -> first_day + number, range(toUInt64(greatest(dateDiff('day', first_day, end_day), 0)))) AS day,
  arrayMap(
    number -> arrayFirst(one -> one.1 = first_day + number, of_channel),
    range(toUInt64(greatest(dateDiff('day', first_day, end_day), 0)))) AS cell
COMMENT 'The backlog at each local midnight: backlog_daily(from = …, to = …, time_zone = \'Europe/Berlin\'), one row per whole day that ended by to and the watermark, and channel. What happened to a case more than 400 days before from is not read.';
