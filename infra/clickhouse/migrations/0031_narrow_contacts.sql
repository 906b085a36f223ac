-- The contacts of a range and what followed them are asked of the customers who have a leg in the range, and of no others: a
-- contact begins with a leg. What is read beyond the range (7 days on either side, and the window of a repeat) is theirs
-- alone; for a week and a window of a week that is a third of the legs. From legs without FINAL: a leg that has been taken back
-- brings a customer who has nothing to tell. Likewise the legs of journeys, which begin with a session in the range. The rest of
-- these views is as it was (0017, 0018, 0020).
CREATE OR REPLACE VIEW contacts
(
  customer_id String COMMENT 'The person.',
  contact_id String COMMENT 'The contact within that customer and session: legs joined by transfers, callbacks and reconnects.',
  session_id String COMMENT 'Its session; empty for legs beyond a session\'s first 200.',
  first_leg_id String COMMENT 'Its first leg: identifies the contact alone.',
  identity LowCardinality(String) COMMENT 'How the person is known. verified: a customer_id the source vouches for. derived: from another identity, e.g. a phone number. anonymous: a device or visitor only, whose other contacts cannot be seen.',
  kind LowCardinality(String) COMMENT 'ASSISTED: reached a queue or people. SELF_SERVICE: bot or voice menu only. DIRECT: addressed to the organisation, taken by nobody yet. VISIT: site or app only. OTHER: internal work, orders and the like. The first that applies.',
  is_contact Bool COMMENT 'ASSISTED, SELF_SERVICE or DIRECT, and not a bounce: what contact metrics count. Visits are not contacts.',
  direction LowCardinality(String) COMMENT 'Who began it: direction of the first leg that states one, else UNKNOWN (counted as inbound).',
  is_inbound Bool COMMENT 'A contact that the organisation did not begin: not OUTBOUND, not INTERNAL.',
  started_at DateTime64(3, 'UTC') COMMENT 'Its first event (UTC).',
  handled_at Nullable(DateTime64(3, 'UTC')) COMMENT 'When the last handled leg was complete (UTC); NULL if none is.',
  ended_at DateTime64(3, 'UTC') COMMENT 'Its last event, wrap-up included (UTC): where the windows for repeats begin.',
  first_channel LowCardinality(String) COMMENT 'Channel of its first leg.',
  channels Array(String) COMMENT 'Distinct channels in order of first use.',
  first_queue LowCardinality(String) COMMENT 'Queue of the first leg that has one; empty if none.',
  intent LowCardinality(String) COMMENT 'Intent of the last leg that has one: later legs know better; empty if none.',
  leg_count UInt64 COMMENT 'Its legs.',
  human_legs UInt64 COMMENT 'Legs with a queue or people, back-office work (TASK) aside.',
  answered_legs UInt64 COMMENT 'Legs that an agent joined.',
  agents UInt64 COMMENT 'Distinct agents.',
  self_service_only Bool COMMENT 'Self-service legs and no leg with a queue or people.',
  begins_in_self_service Bool COMMENT 'Whether self-service came before any queue or people.',
  engaged Bool COMMENT 'Whether the customer did anything; false for a bounce.',
  first_human_channel LowCardinality(String) COMMENT 'Channel of its first leg with a queue or people; empty if none.',
  answered Bool COMMENT 'Whether an agent joined any leg.',
  abandoned Bool COMMENT 'Left a queue by hanging up, and no agent joined any leg.',
  short_abandoned Bool COMMENT 'Abandoned, and every abandoned leg within the short-abandon limit.',
  transferred Bool COMMENT 'Whether any leg was transferred.',
  outcome LowCardinality(String) COMMENT 'Outcome of the last leg that is not UNKNOWN or NEUTRAL; UNKNOWN if there is none.',
  resolved_by LowCardinality(String) COMMENT 'bot, human, customer, timeout, automation or operator: by the last leg that says something (outcome or resolved_by), as stated, else after the side of a SUCCESS; empty if it was not closed. Exactly one.',
  autonomous Bool COMMENT 'Resolved by bot, automation or the customer with no queue, people or back-office work in the contact.',
  goal LowCardinality(String) COMMENT 'First goal reached; empty if none.',
  contact_intent Bool COMMENT 'Shows the wish to make contact: a signal on a visit, or it is a contact.',
  failure_step LowCardinality(String) COMMENT 'Failure step of its first leg that has one; empty if none.',
  case_id String COMMENT 'First case; empty if none.',
  order_id String COMMENT 'First order; empty if none.',
  costs Map(String, Int64) COMMENT 'Cost by currency in minor units, of the legs whose cost is known; empty if none is.'
)
AS SELECT
  customer_id,
  contact_id,
  session_id,
  argMin(leg_id, place) AS first_leg_id,
  multiIf(
    NOT startsWith(customer_id, '~'), 'verified',
    startsWith(customer_id, '~device') OR startsWith(customer_id, '~anonymous'), 'anonymous',
    'derived') AS identity,
  multiIf(
    direction = 'INTERNAL', 'OTHER',
    human_legs > 0, 'ASSISTED',
    countIf(leg.stage = 'SELF_SERVICE' AND addresses) > 0, 'SELF_SERVICE',
    max(addresses), 'DIRECT',
    countIf(leg.channel IN ('WEB', 'APP')) > 0, 'VISIT',
    'OTHER') AS kind,
  toBool(engaged AND kind IN ('ASSISTED', 'SELF_SERVICE', 'DIRECT')) AS is_contact,
  ifNull(nullIf(argMinIf(leg.direction, place, leg.direction != 'UNKNOWN'), ''), 'UNKNOWN') AS direction,
  toBool(is_contact AND direction NOT IN ('OUTBOUND', 'INTERNAL')) AS is_inbound,
  min(arrived_at) AS started_at,
  max(leg.handled_at) AS handled_at,
  max(leg.ended_at) AS ended_at,
  argMin(channel, place) AS first_channel,
  arrayDistinct(arrayMap(step -> step.2, arraySort(groupArray((place, toString(channel)))))) AS channels,
  argMinIf(queue, place, queue != '') AS first_queue,
  argMaxIf(leg.intent, place, leg.intent != '') AS intent,
  count() AS leg_count,
  countIf(side = 'HUMAN' AND channel != 'TASK') AS human_legs,
  count(answered_at) AS answered_legs,
  uniqExactIf(agent_id, agent_id != '') AS agents,
  toBool(human_legs = 0 AND countIf(side = 'SELF_SERVICE') > 0) AS self_service_only,
  toBool(argMinIf(side, place, side != '' AND channel != 'TASK') = 'SELF_SERVICE') AS begins_in_self_service,
  toBool(max(leg.engaged)) AS engaged,
  argMinIf(channel, place, side = 'HUMAN' AND channel != 'TASK') AS first_human_channel,
  toBool(answered_legs > 0) AS answered,
  toBool(NOT answered AND countIf(left_by = 'ABANDONED') > 0) AS abandoned,
  toBool(abandoned AND countIf(left_by = 'ABANDONED' AND NOT leg.short_abandoned) = 0) AS short_abandoned,
  max(leg.transferred) AS transferred,
  ifNull(nullIf(argMaxIf(leg.outcome, place, leg.outcome NOT IN ('UNKNOWN', 'NEUTRAL')), ''), 'UNKNOWN') AS outcome,
  argMaxIf(
    multiIf(
      leg.resolved_by != '', leg.resolved_by,
      leg.outcome != 'SUCCESS', '',
      side = 'HUMAN', 'human',
      leg.stage = 'SELF_SERVICE', 'bot',
      side = 'SELF_SERVICE', 'customer',
      ''),
    place,
    leg.outcome NOT IN ('UNKNOWN', 'NEUTRAL') OR leg.resolved_by != '') AS resolved_by,
  toBool(resolved_by IN ('bot', 'automation', 'customer') AND countIf(side = 'HUMAN') = 0) AS autonomous,
  argMinIf(leg.goal, place, leg.goal != '') AS goal,
  toBool(is_contact OR max(leg.contact_intent)) AS contact_intent,
  argMinIf(leg.failure_step, place, leg.failure_step != '') AS failure_step,
  argMinIf(leg.case_id, place, leg.case_id != '') AS case_id,
  argMinIf(leg.order_id, place, leg.order_id != '') AS order_id,
  -- sumMap leaves out what adds up to 0: the currencies come from a count.
  mapApply((currency, legs) -> (currency, sumMap(leg.costs)[currency]), sumMap(mapApply((currency, cost) -> (currency, 1), leg.costs))) AS costs
FROM leg_facts(from = {from:DateTime64(3, 'UTC')} - INTERVAL 7 DAY, to = {to:DateTime64(3, 'UTC')} + INTERVAL 7 DAY) AS leg
WHERE customer_id IN (SELECT customer_id FROM legs WHERE arrived_at >= {from:DateTime64(3, 'UTC')} AND arrived_at < {to:DateTime64(3, 'UTC')})
GROUP BY customer_id, session_id, contact_id
HAVING started_at >= {from:DateTime64(3, 'UTC')} AND started_at < {to:DateTime64(3, 'UTC')}
COMMENT 'Contacts that start in [from, to), one row each: contacts(from = …, to = …).';

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
  WHERE customer_id IN (SELECT customer_id FROM legs WHERE arrived_at >= {from:DateTime64(3, 'UTC')} AND arrived_at < {to:DateTime64(3, 'UTC')})
  WINDOW later AS (
    PARTITION BY customer_id, scope, channel_of_scope ORDER BY started_at DESC, first_leg_id DESC
    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
)
WHERE started_at < {to:DateTime64(3, 'UTC')}
  AND throwIf(ifNull({intent_scope:Nullable(String)}, 'any') NOT IN ('any', 'same', 'order'), 'intent_scope is any, same or order') = 0
  AND throwIf(ifNull({channel_scope:Nullable(String)}, 'any') NOT IN ('any', 'same'), 'channel_scope is any or same') = 0
COMMENT 'What followed each contact that starts in [from, to): contact_followups(from = …, to = …, window_hours = 168, intent_scope = \'any\', channel_scope = \'any\', as_of = NULL). intent_scope: any, same (intent) or order. channel_scope: any or same. as_of: time up to which everything is known; NULL takes audit_safe_until. The rows behind repeat_contacts, containment, escalation_leaks and durable_resolution.';

CREATE OR REPLACE VIEW journey_legs
(
  customer_id String COMMENT 'The person.',
  journey_id String COMMENT 'The journey.',
  issue String COMMENT 'Intent, order or case that its sessions share; empty if none.',
  journey_started_at DateTime64(3, 'UTC') COMMENT 'Start of the journey (UTC).',
  journey_ended_at DateTime64(3, 'UTC') COMMENT 'End of the journey (UTC).',
  session_id String COMMENT 'Session of the leg.',
  session_started_at DateTime64(3, 'UTC') COMMENT 'Start of that session (UTC).',
  session_intent LowCardinality(String) COMMENT 'Intent of that session; empty if none.',
  contact_id String COMMENT 'Contact of the leg.',
  in_contact Bool COMMENT 'Whether the leg is part of a dealing with the organisation, not of a visit, an order or back-office work.',
  place Tuple(DateTime64(3, 'UTC'), String) COMMENT 'Its place among the legs of a customer.',
  channel LowCardinality(String) COMMENT 'Its channel.',
  chosen_channel LowCardinality(String) COMMENT 'The same where it tells of the customer\'s choice; empty for TASK, UNKNOWN and what the organisation began.',
  label LowCardinality(String) COMMENT 'Path label: CHANNEL or CHANNEL.SELF_SERVICE.',
  arrived_at DateTime64(3, 'UTC') COMMENT 'Its first event (UTC).',
  ended_at DateTime64(3, 'UTC') COMMENT 'Its last event (UTC).',
  outcome LowCardinality(String) COMMENT 'Its outcome.',
  is_failed Bool COMMENT 'FAILURE or ABANDONED, or ESCALATED with a failure step.',
  failure_step LowCardinality(String) COMMENT 'Its failure step; empty if none.',
  costs Map(String, Int64) COMMENT 'Its cost by currency in minor units; empty if unknown.'
)
AS SELECT
  leg.customer_id AS customer_id,
  of_journey.journey_id AS journey_id,
  of_journey.issue AS issue,
  of_journey.journey_started_at AS journey_started_at,
  of_journey.journey_ended_at AS journey_ended_at,
  leg.session_id AS session_id,
  of_journey.session_started_at AS session_started_at,
  of_journey.session_intent AS session_intent,
  leg.contact_id AS contact_id,
  toBool(leg.addresses OR (leg.side = 'HUMAN' AND leg.channel != 'TASK')) AS in_contact,
  leg.place AS place,
  leg.channel AS channel,
  if(leg.channel IN ('TASK', 'UNKNOWN') OR leg.direction IN ('OUTBOUND', 'INTERNAL'), '', leg.channel) AS chosen_channel,
  leg.label AS label,
  leg.arrived_at AS arrived_at,
  leg.ended_at AS ended_at,
  leg.outcome AS outcome,
  toBool(leg.is_failed) AS is_failed,
  leg.failure_step AS failure_step,
  leg.costs AS costs
FROM leg_facts(from = {from:DateTime64(3, 'UTC')}, to = toDateTime64('2299-12-31', 3, 'UTC')) AS leg
INNER JOIN journey_sessions(
  from = {from:DateTime64(3, 'UTC')}, to = {to:DateTime64(3, 'UTC')}, window_days = ifNull({window_days:Nullable(UInt16)}, 7),
  scope = ifNull({scope:Nullable(String)}, 'any')) AS of_journey
  ON of_journey.customer_id = leg.customer_id AND of_journey.session_id = leg.session_id
WHERE leg.customer_id IN (SELECT customer_id FROM sessions WHERE started_at >= {from:DateTime64(3, 'UTC')} AND started_at < {to:DateTime64(3, 'UTC')})
COMMENT 'Legs of journeys that start in [from, to): journey_legs(from = …, to = …, window_days = 7, scope = \'any\'). The rows behind journeys, channel_switches and failure_steps; of a session the first 200 legs.';
