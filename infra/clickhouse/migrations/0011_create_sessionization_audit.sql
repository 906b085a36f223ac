-- Sessions recomputed from interactions and compared with what is there. Three readings of a customer's events stand
-- side by side: `found` (sessions_current), `in_time` (recomputed without late events) and `repaired` (with them);
-- `both` where a customer has no late event and the latter two are one. Times are milliseconds since the epoch.
CREATE VIEW IF NOT EXISTS sessionization_audit
(
  customer_id String COMMENT 'The person.',
  session_id String COMMENT 'The session: event_id of its first event.',
  started_at DateTime64(3, 'UTC') COMMENT 'Its start (UTC): as expected, or as found where none is expected.',
  reason LowCardinality(String) COMMENT 'differs: start, end or a count is not what is expected. missing: expected and not found. surplus: found and not expected, or found more than once. late_unrepaired: late events wait for the repair, and will make it what is expected.',
  expected_started_at Nullable(DateTime64(3, 'UTC')) COMMENT 'Start, recomputed from interactions (UTC); NULL if none is expected.',
  found_started_at Nullable(DateTime64(3, 'UTC')) COMMENT 'Start in sessions_current (UTC); NULL if it is not there.',
  expected_ended_at Nullable(DateTime64(3, 'UTC')) COMMENT 'End, recomputed from interactions (UTC); NULL if none is expected.',
  found_ended_at Nullable(DateTime64(3, 'UTC')) COMMENT 'End in sessions_current (UTC); NULL if it is not there.',
  expected_event_count Nullable(UInt64) COMMENT 'Events, recomputed from interactions; NULL if none is expected.',
  found_event_count Nullable(UInt64) COMMENT 'Events in sessions_current; NULL if it is not there.',
  expected_contact_count Nullable(UInt64) COMMENT 'Contacts, recomputed from interactions; NULL if none is expected.',
  found_contact_count Nullable(UInt64) COMMENT 'Contacts in sessions_current; NULL if it is not there.',
  late_event_count UInt64 COMMENT 'Late events that wait for the repair, in this session and those that overlap it; 0 unless the reason is late_unrepaired.'
)
AS WITH
  toUnixTimestamp64Milli({from:DateTime64(3, 'UTC')}) AS range_from_ms,
  toUnixTimestamp64Milli({to:DateTime64(3, 'UTC')}) AS range_to_ms,
  ifNull(
    toUnixTimestamp64Milli({up_to:Nullable(DateTime64(3, 'UTC'))}),
    (SELECT toUnixTimestamp64Milli(audit_safe_until) FROM audit_safe_until)
  ) AS until_ms,
  (SELECT toInt64(max(greatest(gap_ms, contact_join_ms))) FROM session_rules FINAL) AS largest_gap_ms,
  (SELECT max(rule_version) FROM session_rules FINAL) AS newest_rules,

  -- Sessions that touch the range are read whole: by how much theirs reach beyond it, for customers with such ones.
  -- A largest gap more is read on each side, so that an event which should have joined them is seen.
  reaching AS
  (
    SELECT
      customer_id,
      max(greatest(range_from_ms - toUnixTimestamp64Milli(started_at), 0)) AS before_ms,
      max(greatest(toUnixTimestamp64Milli(ended_at) - range_to_ms, 0)) AS after_ms
    FROM sessions_current
    WHERE started_at < {to:DateTime64(3, 'UTC')} AND ended_at >= {from:DateTime64(3, 'UTC')}
      AND (started_at < {from:DateTime64(3, 'UTC')} OR ended_at > {to:DateTime64(3, 'UTC')})
    GROUP BY customer_id
  ),
  range_from_ms - largest_gap_ms AS margin_from_ms,
  range_to_ms + largest_gap_ms AS margin_to_ms,
  fromUnixTimestamp64Milli(margin_from_ms - (SELECT max(before_ms) FROM reaching), 'UTC') AS read_from,
  fromUnixTimestamp64Milli(margin_to_ms + (SELECT max(after_ms) FROM reaching), 'UTC') AS read_to,

  found AS
  (
    SELECT
      customer_id, session_id, rule_version, event_count, contact_count,
      toUnixTimestamp64Milli(started_at) AS started_ms,
      toUnixTimestamp64Milli(ended_at) AS ended_ms,
      started_ms < margin_from_ms - before_ms OR ended_ms > margin_to_ms + after_ms AS is_cut
    FROM sessions_current
    LEFT JOIN reaching USING (customer_id)
    WHERE ended_ms >= margin_from_ms - before_ms AND started_ms <= margin_to_ms + after_ms
  ),

  -- From when on which version of the rules holds for a customer: that of the session an event lies in, else of the
  -- one before, else of the first. Runs of one version are recomputed apart, borders between runs are taken as found.
  rule_runs AS
  (
    SELECT customer_id, rule_version, if(number = 1, toInt64(-1e15), started_ms) AS since_ms
    FROM
    (
      SELECT
        customer_id, rule_version, started_ms,
        row_number() OVER in_order AS number,
        lagInFrame(rule_version) OVER in_order AS version_before
      FROM found
      WINDOW in_order AS (PARTITION BY customer_id ORDER BY started_ms ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
    )
    WHERE number = 1 OR rule_version != version_before
  ),

  late_customers AS
  (
    SELECT customer_id
    FROM interactions
    WHERE late AND sessionised AND occurred_at >= read_from AND occurred_at <= read_to
  ),
  events AS
  (
    SELECT
      customer_id, event_id, channel,
      toUnixTimestamp64Milli(occurred_at) AS at_ms,
      ifNull(source_sequence, -1) AS sequence,
      contact_id = '' AND interaction_id = '' AS is_alone,
      sipHash128(
        customer_id, source_system, source_instance, is_alone,
        multiIf(is_alone, event_id, contact_id = '', interaction_id, contact_id)
      ) AS contact,
      -- A late event that came only after late_customers was read is left out.
      CAST(
        multiIf(
          customer_id NOT IN (SELECT customer_id FROM late_customers), if(late, [], ['both']),
          late, ['repaired'],
          ['in_time', 'repaired']),
        'Array(Enum8(\'both\' = 0, \'in_time\' = 1, \'repaired\' = 2, \'found\' = 3))') AS in_readings
    FROM interactions
    LEFT JOIN reaching USING (customer_id)
    WHERE sessionised AND occurred_at >= read_from AND occurred_at <= read_to
      AND at_ms >= margin_from_ms - before_ms AND at_ms <= margin_to_ms + after_ms
  ),
  ruled AS
  (
    SELECT
      events.customer_id AS customer_id, event_id, at_ms, sequence, contact,
      arrayJoin(in_readings) AS reading,
      rule_runs.since_ms AS run,
      toInt64(rules.gap_ms) AS gap_ms,
      toInt64(rules.contact_join_ms) AS contact_join_ms
    FROM events
    ASOF LEFT JOIN rule_runs ON rule_runs.customer_id = events.customer_id AND rule_runs.since_ms <= events.at_ms
    LEFT JOIN (SELECT * FROM session_rules FINAL) AS rules
      ON rules.rule_version = if(rule_runs.rule_version = 0, newest_rules, rule_runs.rule_version)
      AND rules.channel = events.channel
  ),
  -- Sums over a window with ORDER BY alone take in all rows of one time: their order does not matter.
  contacts AS
  (
    SELECT
      any(customer_id) AS customer_id, reading, run,
      min(at_ms) AS covers_from_ms,
      max(at_ms + gap_ms) AS covers_to_ms,
      max(at_ms) AS last_ms,
      -- The total order. The services compare ids by UTF-16 units, this engine by bytes: they disagree only on what
      -- begins with EE or EF in UTF-8 (U+E000 to U+FFFF), which UTF-16 puts behind all else.
      min((at_ms, sequence, replaceAll(replaceAll(event_id, '\xEE', '\xFE'), '\xEF', '\xFF')) AS place) AS first_place,
      argMin(event_id, place) AS first_event_id,
      count() AS events
    FROM
    (
      SELECT *, sum(at_ms - before_ms > contact_join_ms) OVER (PARTITION BY contact, reading, run ORDER BY at_ms) AS segment
      FROM
      (
        SELECT
          *,
          lagInFrame(at_ms, 1, at_ms) OVER (
            PARTITION BY contact, reading, run ORDER BY at_ms
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS before_ms
        FROM ruled
      )
    )
    GROUP BY contact, reading, run, segment
  ),
  recomputed AS
  (
    SELECT
      customer_id, reading,
      argMin(first_event_id, first_place) AS session_id,
      min(covers_from_ms) AS started_ms,
      max(last_ms) AS ended_ms,
      sum(events) AS event_count,
      count() AS contact_count
    FROM
    (
      SELECT *, sum(covers_from_ms > covered_to_ms) OVER (PARTITION BY customer_id, reading, run ORDER BY covers_from_ms) AS session
      FROM
      (
        SELECT
          *,
          max(covers_to_ms) OVER (
            PARTITION BY customer_id, reading, run ORDER BY covers_from_ms
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS covered_to_ms
        FROM contacts
      )
    )
    GROUP BY customer_id, reading, run, session
  ),

  -- A stretch is what overlaps, of all readings together: it is right or wrong as a whole.
  stretches AS
  (
    SELECT
      *,
      sum(started_ms > occupied_to_ms) OVER (PARTITION BY customer_id ORDER BY started_ms) AS stretch,
      CAST(
        (started_ms, ended_ms, event_count, contact_count),
        'Tuple(started_ms Int64, ended_ms Int64, event_count UInt64, contact_count UInt64)') AS session
    FROM
    (
      SELECT
        *,
        max(ended_ms) OVER (
          PARTITION BY customer_id ORDER BY started_ms
          ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS occupied_to_ms
      FROM
      (
        SELECT customer_id, reading, session_id, started_ms, ended_ms, event_count, contact_count, false AS is_cut
        FROM recomputed
        UNION ALL
        SELECT customer_id, 'found' AS reading, session_id, started_ms, ended_ms, event_count, contact_count, is_cut
        FROM found
      )
    )
  ),
  compared AS
  (
    SELECT
      customer_id, stretch, session_id,
      countIf(reading = 'found') AS found_rows,
      countIf(reading IN ('in_time', 'both')) AS in_time_rows,
      countIf(reading IN ('repaired', 'both')) AS repaired_rows,
      anyIf(session, reading = 'found') AS found_session,
      anyIf(session, reading IN ('in_time', 'both')) AS in_time_session,
      anyIf(session, reading IN ('repaired', 'both')) AS repaired_session,
      sumIf(event_count, reading = 'found') AS found_events,
      max(is_cut) AS is_cut,
      min(started_ms) AS first_ms,
      max(ended_ms) AS last_ms,
      maxIf(ended_ms, reading != 'found') AS last_expected_ms
    FROM stretches
    GROUP BY customer_id, stretch, session_id
  ),
  judged AS
  (
    SELECT
      *,
      sum(in_time_session.event_count) OVER stretch AS in_time_total,
      sum(repaired_session.event_count) OVER stretch AS repaired_total,
      sum(found_events) OVER stretch AS found_total,
      min(found_rows = in_time_rows AND found_session = in_time_session) OVER stretch AS is_in_time,
      min(found_rows = repaired_rows AND found_session = repaired_session) OVER stretch AS is_repaired,
      max(is_cut) OVER stretch AS stretch_is_cut,
      -- No late event is in sessions, or some are and some are not. A session that was not read whole cannot be
      -- compared before they are repaired.
      repaired_total > in_time_total
        AND (is_in_time OR stretch_is_cut OR (found_total > in_time_total AND found_total < repaired_total)) AS waits,
      waits OR found_total > in_time_total AS as_repaired,
      if(as_repaired, repaired_rows, in_time_rows) AS expected_rows,
      if(as_repaired, repaired_session, in_time_session) AS expected_session,
      min(first_ms) OVER stretch AS stretch_from_ms,
      max(last_ms) OVER stretch AS stretch_to_ms,
      max(last_expected_ms) OVER stretch AS expected_to_ms
    FROM compared
    WINDOW stretch AS (PARTITION BY customer_id, stretch)
  )
SELECT
  customer_id,
  session_id,
  fromUnixTimestamp64Milli(if(expected_rows > 0, expected_session.started_ms, found_session.started_ms), 'UTC') AS started_at,
  multiIf(
    waits, 'late_unrepaired',
    found_rows = 0, 'missing',
    expected_rows = 0 OR found_rows > 1, 'surplus',
    'differs'
  ) AS reason,
  if(expected_rows > 0, fromUnixTimestamp64Milli(expected_session.started_ms, 'UTC'), NULL) AS expected_started_at,
  if(found_rows > 0, fromUnixTimestamp64Milli(found_session.started_ms, 'UTC'), NULL) AS found_started_at,
  if(expected_rows > 0, fromUnixTimestamp64Milli(expected_session.ended_ms, 'UTC'), NULL) AS expected_ended_at,
  if(found_rows > 0, fromUnixTimestamp64Milli(found_session.ended_ms, 'UTC'), NULL) AS found_ended_at,
  if(expected_rows > 0, expected_session.event_count, NULL) AS expected_event_count,
  if(found_rows > 0, found_session.event_count, NULL) AS found_event_count,
  if(expected_rows > 0, expected_session.contact_count, NULL) AS expected_contact_count,
  if(found_rows > 0, found_session.contact_count, NULL) AS found_contact_count,
  multiIf(NOT waits, 0, stretch_is_cut, repaired_total - in_time_total, repaired_total - found_total) AS late_event_count
FROM judged
WHERE NOT is_repaired
  AND NOT (found_rows = expected_rows AND found_session = expected_session)
  AND (expected_rows > 0 OR NOT waits)
  AND stretch_from_ms < range_to_ms AND stretch_to_ms >= range_from_ms
  AND if(expected_to_ms > 0, expected_to_ms, stretch_to_ms) + largest_gap_ms < until_ms
COMMENT 'Sessions that are not what interactions make them: sessionization_audit(from = …, to = …, up_to = NULL) recomputes those that have a time in the range and are final. Empty but for late_unrepaired, and for that too after the repair.';
