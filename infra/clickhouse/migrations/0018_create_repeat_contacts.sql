-- One pass over a customer's contacts, latest first, so that the frame only grows: linear in their number.
CREATE OR REPLACE VIEW contact_followups
(
  customer_id String COMMENT 'The person.',
  contact_id String COMMENT 'The contact.',
  first_leg_id String COMMENT 'Its first leg.',
  day Date COMMENT 'Day it started (UTC).',
  started_at DateTime64(3, 'UTC') COMMENT 'Its first event (UTC).',
  ended_at DateTime64(3, 'UTC') COMMENT 'Its last event, wrap-up included (UTC).',
  identity LowCardinality(String) COMMENT 'verified, derived or anonymous.',
  identified Bool COMMENT 'Not anonymous: what the person did next can be seen.',
  kind LowCardinality(String) COMMENT 'ASSISTED, SELF_SERVICE, DIRECT, VISIT or OTHER.',
  is_contact Bool COMMENT 'Whether it counts as a contact.',
  is_inbound Bool COMMENT 'Whether it is a contact that the organisation did not begin.',
  direction LowCardinality(String) COMMENT 'Who began it.',
  channel LowCardinality(String) COMMENT 'Channel of its first leg.',
  first_queue LowCardinality(String) COMMENT 'Its first queue; empty if none.',
  intent LowCardinality(String) COMMENT 'Its intent; empty if none.',
  engaged Bool COMMENT 'Whether the customer did anything.',
  begins_in_self_service Bool COMMENT 'Whether self-service came before any queue or people.',
  human_legs UInt64 COMMENT 'Legs with a queue or people.',
  first_human_channel LowCardinality(String) COMMENT 'Channel of the first of them; empty if none.',
  answered Bool COMMENT 'Whether an agent joined.',
  outcome LowCardinality(String) COMMENT 'Its outcome.',
  resolved_by LowCardinality(String) COMMENT 'Who resolved it; empty if it was not closed.',
  autonomous Bool COMMENT 'Resolved without a queue or people.',
  goal LowCardinality(String) COMMENT 'Goal reached; empty if none.',
  contact_intent Bool COMMENT 'Shows the wish to make contact.',
  comparable Bool COMMENT 'False where a scope is asked for and this contact has no value to compare, e.g. no intent.',
  elapsed Bool COMMENT 'Whether its window lies wholly before as_of.',
  measured Bool COMMENT 'Identified, comparable and elapsed: only these tell whether something followed.',
  followed Bool COMMENT 'Whether an inbound contact of the same customer (and scope) starts after its start and at most window_hours after its end. One that starts before it ends counts.',
  next_contact_id String COMMENT 'The first inbound contact that starts after it, however late; empty if none.',
  next_started_at Nullable(DateTime64(3, 'UTC')) COMMENT 'When that starts (UTC); NULL if there is none.',
  next_channel LowCardinality(String) COMMENT 'Channel of its first leg; empty if none.',
  followed_by_people Bool COMMENT 'Like followed, by a contact that reaches a queue or people.',
  next_people_channel LowCardinality(String) COMMENT 'Channel on which the first such contact first reaches them; empty if none.'
)
AS WITH
  ifNull({as_of:Nullable(DateTime64(3, 'UTC'))}, (SELECT audit_safe_until FROM audit_safe_until)) AS known_until
SELECT
  customer_id, contact_id, first_leg_id, toDate(started_at, 'UTC') AS day, started_at, ended_at, identity,
  toBool(identity != 'anonymous') AS identified,
  kind, is_contact, is_inbound, direction, first_channel AS channel, first_queue, intent, engaged,
  begins_in_self_service, human_legs, first_human_channel, answered, outcome, resolved_by, autonomous, goal,
  contact_intent,
  comparable,
  toBool(ifNull(window_ends_at <= known_until, false)) AS elapsed,
  toBool(identified AND comparable AND elapsed) AS measured,
  toBool(comparable AND ifNull(next_started_at <= window_ends_at, false)) AS followed,
  next_contact_id,
  next_started_at,
  next_channel,
  toBool(comparable AND ifNull(next_people_at <= window_ends_at, false)) AS followed_by_people,
  next_people_channel
FROM
(
  SELECT
    *,
    ended_at + toIntervalHour(ifNull({window_hours:Nullable(UInt32)}, 168)) AS window_ends_at,
    multiIf(ifNull({intent_scope:Nullable(String)}, 'any') = 'same', intent, ifNull({intent_scope:Nullable(String)}, 'any') = 'order', order_id, '') AS scope,
    toBool(ifNull({intent_scope:Nullable(String)}, 'any') = 'any' OR scope != '') AS comparable,
    if(ifNull({channel_scope:Nullable(String)}, 'any') = 'same', first_channel, '') AS channel_of_scope,
    minIf(toNullable(started_at), is_inbound) OVER later AS next_started_at,
    argMinIf(contact_id, (started_at, first_leg_id), is_inbound) OVER later AS next_contact_id,
    argMinIf(first_channel, (started_at, first_leg_id), is_inbound) OVER later AS next_channel,
    minIf(toNullable(started_at), is_inbound AND human_legs > 0) OVER later AS next_people_at,
    argMinIf(first_human_channel, (started_at, first_leg_id), is_inbound AND human_legs > 0) OVER later AS next_people_channel
  FROM contacts(
    from = {from:DateTime64(3, 'UTC')},
    to = {to:DateTime64(3, 'UTC')} + INTERVAL 7 DAY + toIntervalHour(ifNull({window_hours:Nullable(UInt32)}, 168)))
  WINDOW later AS (
    PARTITION BY customer_id, scope, channel_of_scope ORDER BY started_at DESC, first_leg_id DESC
    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
)
WHERE started_at < {to:DateTime64(3, 'UTC')}
  AND throwIf(ifNull({intent_scope:Nullable(String)}, 'any') NOT IN ('any', 'same', 'order'), 'intent_scope is any, same or order') = 0
  AND throwIf(ifNull({channel_scope:Nullable(String)}, 'any') NOT IN ('any', 'same'), 'channel_scope is any or same') = 0
COMMENT 'What followed each contact that starts in [from, to): contact_followups(from = …, to = …, window_hours = 168, intent_scope = \'any\', channel_scope = \'any\', as_of = NULL). intent_scope: any, same (intent) or order. channel_scope: any or same. as_of: time up to which everything is known; NULL takes audit_safe_until. The rows behind repeat_contacts, containment, escalation_leaks and durable_resolution.';

-- Rates over contacts. Counts stand beside every rate: over longer times or fewer columns sum the counts and divide the
-- sums, never average the rates. NULL where there is nothing to divide by.
CREATE OR REPLACE VIEW repeat_contacts
(
  day Date COMMENT 'Day the contacts started (UTC).',
  channel LowCardinality(String) COMMENT 'Channel of their first leg.',
  intent LowCardinality(String) COMMENT 'Their intent; empty if none.',
  contacts UInt64 COMMENT 'Inbound contacts. Transfers, callbacks and reconnects are legs of one contact.',
  excluded_outbound UInt64 COMMENT 'Contacts left out: begun by the organisation.',
  excluded_never_engaged UInt64 COMMENT 'Left out: nothing was done by the customer, e.g. hung up at once.',
  identified UInt64 COMMENT 'Inbound contacts of customers who are not anonymous.',
  identity_coverage Nullable(Float64) COMMENT 'identified / contacts, 0 to 1: the share that the rates can speak of.',
  measured UInt64 COMMENT 'Identified contacts (with an intent, where it is compared) whose window has wholly elapsed: the denominator.',
  repeated UInt64 COMMENT 'Measured contacts followed by another inbound contact within the window.',
  repeat_contact_rate Nullable(Float64) COMMENT 'repeated / measured, 0 to 1; NULL if none is measured.',
  fcr Nullable(Float64) COMMENT 'First contact resolution by behaviour: 1 - repeat_contact_rate; NULL if none is measured.',
  measured_answered UInt64 COMMENT 'Measured contacts that an agent answered.',
  repeated_answered UInt64 COMMENT 'Those of them that were repeated.',
  fcr_answered Nullable(Float64) COMMENT '1 - repeated_answered / measured_answered: FCR of contacts with people; NULL if there are none.'
)
AS SELECT
  day,
  channel,
  intent,
  countIf(is_inbound) AS contacts,
  countIf(is_contact AND NOT is_inbound) AS excluded_outbound,
  countIf(NOT is_contact) AS excluded_never_engaged,
  countIf(is_inbound AND row.identified) AS identified,
  identified / nullIf(contacts, 0) AS identity_coverage,
  countIf(is_inbound AND row.measured) AS measured,
  countIf(is_inbound AND row.measured AND followed) AS repeated,
  repeated / nullIf(measured, 0) AS repeat_contact_rate,
  1 - repeat_contact_rate AS fcr,
  countIf(is_inbound AND row.measured AND answered) AS measured_answered,
  countIf(is_inbound AND row.measured AND answered AND followed) AS repeated_answered,
  1 - repeated_answered / nullIf(measured_answered, 0) AS fcr_answered
FROM contact_followups(
  from = {from:DateTime64(3, 'UTC')}, to = {to:DateTime64(3, 'UTC')},
  window_hours = toUInt32(ifNull({window_days:Nullable(UInt16)}, 7) * 24), intent_scope = ifNull({intent_scope:Nullable(String)}, 'any'),
  channel_scope = ifNull({channel_scope:Nullable(String)}, 'any'), as_of = {as_of:Nullable(DateTime64(3, 'UTC'))}) AS row
WHERE kind IN ('ASSISTED', 'SELF_SERVICE', 'DIRECT')
GROUP BY day, channel, intent
COMMENT 'Repeat contacts and FCR: repeat_contacts(from = …, to = …, window_days = 7, intent_scope = \'any\', channel_scope = \'any\', as_of = NULL). Windows begin at the end of a contact. Parameters and rows behind it: contact_followups.';
