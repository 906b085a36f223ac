-- Contacts, what followed them, and what they cost. Views with parameters on views with parameters: each reads only the
-- time its caller names, plus the margin it needs. A contact lies within one session; 7 days on either side are read
-- for its legs, so one that lasts longer is cut.
CREATE TABLE IF NOT EXISTS rate_card
(
  channel LowCardinality(String) COMMENT 'Channel of the legs it prices, e.g. VOICE.',
  stage LowCardinality(String) COMMENT 'HUMAN: legs with people (queue, agent, wrap-up). SELF_SERVICE: bots, voice menus, visits to site and app. Empty: legs with neither, e.g. a message that nobody took.',
  per_minute_minor Float64 COMMENT 'Price of a minute worked (talk + hold + after-contact work, or focus; in self-service its length), in minor units (cents); fractions allowed.',
  per_contact_minor Float64 COMMENT 'Price of a contact, once for each channel and stage it uses, in minor units.',
  per_message_minor Float64 COMMENT 'Price of a message, whoever sends it, in minor units.',
  currency LowCardinality(String) COMMENT 'ISO 4217 currency of the prices.',
  valid_from DateTime64(3, 'UTC') COMMENT 'From when on (UTC): a leg takes the newest row that is valid when it arrives.'
)
ENGINE = ReplacingMergeTree
ORDER BY (channel, stage, valid_from)
COMMENT 'What a leg costs beside the costs its source states. Yours to fill: while it is empty only stated costs count, and legs without one have no cost (NULL, not 0).';

CREATE OR REPLACE VIEW leg_facts
(
  customer_id String COMMENT 'The person.',
  session_id String COMMENT 'Its session; empty beyond a session\'s first 200 legs.',
  contact_id String COMMENT 'Its contact.',
  leg_id String COMMENT 'The leg.',
  place Tuple(DateTime64(3, 'UTC'), String) COMMENT 'Its place among the legs of a customer: arrival, then leg_id.',
  channel LowCardinality(String) COMMENT 'Channel.',
  stage LowCardinality(String) COMMENT 'SELF_SERVICE, or the human stage furthest reached.',
  side LowCardinality(String) COMMENT 'HUMAN: a queue or people. SELF_SERVICE: a bot, a voice menu, a visit to site or app. Empty: neither.',
  label LowCardinality(String) COMMENT 'Path label: CHANNEL or CHANNEL.SELF_SERVICE.',
  addresses Bool COMMENT 'Whether the customer addresses the organisation by it: any channel but WEB, APP, TASK and UNKNOWN, or a message of the customer.',
  engaged Bool COMMENT 'Whether the customer did anything: see README, never engaged.',
  queue LowCardinality(String) COMMENT 'Queue; empty if none.',
  agent_id LowCardinality(String) COMMENT 'Agent; empty if none.',
  direction LowCardinality(String) COMMENT 'INBOUND, OUTBOUND, INTERNAL or UNKNOWN.',
  intent LowCardinality(String) COMMENT 'Intent; empty if none.',
  arrived_at DateTime64(3, 'UTC') COMMENT 'Its first event (UTC).',
  ended_at DateTime64(3, 'UTC') COMMENT 'Its last event (UTC).',
  answered_at Nullable(DateTime64(3, 'UTC')) COMMENT 'When an agent joined (UTC); NULL if none did.',
  handled_at Nullable(DateTime64(3, 'UTC')) COMMENT 'When handling was complete (UTC); NULL if it is not.',
  left_by LowCardinality(String) COMMENT 'How it left the queue: ANSWERED, ABANDONED, FLOW_OUT or empty.',
  short_abandoned Bool COMMENT 'Abandoned within the short-abandon limit.',
  transferred Bool COMMENT 'Whether it was transferred.',
  failure_step LowCardinality(String) COMMENT 'Its first failure step; a failed leg without one: failure or abandoned, after its outcome. Empty if it has neither.',
  is_failed Bool COMMENT 'FAILURE or ABANDONED, or ESCALATED with a failure step.',
  outcome LowCardinality(String) COMMENT 'Outcome of the leg.',
  resolved_by LowCardinality(String) COMMENT 'Who resolved it, as its source states; empty if it does not.',
  goal LowCardinality(String) COMMENT 'Goal reached; empty if none.',
  contact_intent Bool COMMENT 'Whether it shows the wish to make contact.',
  case_id String COMMENT 'Case; empty if none.',
  order_id String COMMENT 'Order; empty if none.',
  worked_ms Int64 COMMENT 'What the rate card\'s minutes count. People: focus (+ after-contact work), else talk + hold + after-contact work as far as known, else from the answer to the end, 0 without an answer. Self-service: time in the menu, else its length. Milliseconds.',
  costs Map(String, Int64) COMMENT 'Cost by currency in minor units: what its source states plus what the rate card says; empty if neither says anything.'
)
AS WITH
  (SELECT max(short_abandon_ms) FROM session_rules FINAL) AS bounce_ms,
  legs_in_range AS
  (
    SELECT
      *,
      dateDiff('millisecond', arrived_at, ended_at) AS length_ms,
      multiIf(
        stage IN ('ROUTING', 'QUEUE', 'OFFER', 'AGENT', 'HOLD', 'WRAP_UP', 'BACK_OFFICE'), 'HUMAN',
        stage = 'SELF_SERVICE' OR channel IN ('WEB', 'APP'), 'SELF_SERVICE',
        '') AS leg_side,
      assumeNotNull(multiIf(
        leg_side = 'SELF_SERVICE', ifNull(ivr_ms, length_ms),
        leg_side = '', 0,
        isNotNull(focus_ms), focus_ms + ifNull(acw_ms, 0),
        isNotNull(talk_ms) OR isNotNull(hold_ms) OR isNotNull(acw_ms),
          ifNull(talk_ms, 0) + ifNull(hold_ms, 0) + ifNull(acw_ms, 0),
        isNotNull(answered_at), dateDiff('millisecond', answered_at, ended_at),
        0)) AS leg_worked_ms,
      row_number() OVER (
        PARTITION BY customer_id, session_id, contact_id, channel, leg_side ORDER BY arrived_at, leg_id) = 1 AS pays_contact
    FROM legs_current
    WHERE arrived_at >= {from:DateTime64(3, 'UTC')} AND arrived_at < {to:DateTime64(3, 'UTC')}
  )
SELECT
  leg.customer_id AS customer_id,
  leg.session_id AS session_id,
  leg.contact_id AS contact_id,
  leg.leg_id AS leg_id,
  (leg.arrived_at, leg.leg_id) AS place,
  leg.channel AS channel,
  leg.stage AS stage,
  leg.leg_side AS side,
  if(leg.stage = 'SELF_SERVICE', concat(leg.channel, '.SELF_SERVICE'), leg.channel) AS label,
  leg.channel NOT IN ('WEB', 'APP', 'TASK', 'UNKNOWN') OR leg.customer_message_count > 0 AS addresses,
  leg.leg_side = 'HUMAN' OR leg.customer_message_count > 0 OR leg.goal != '' OR leg.intent != ''
    OR leg.failure_step != '' OR leg.outcome = 'SUCCESS'
    OR (leg.channel IN ('WEB', 'APP') AND leg.bot_message_count = 0 AND leg.length_ms > 0)
    OR if(leg.channel IN ('VOICE', 'VIDEO'), ifNull(leg.ivr_ms, leg.length_ms) > bounce_ms, leg.leg_side = '') AS engaged,
  leg.queue AS queue,
  leg.agent_id AS agent_id,
  leg.direction AS direction,
  leg.intent AS intent,
  leg.arrived_at AS arrived_at,
  leg.ended_at AS ended_at,
  leg.answered_at AS answered_at,
  leg.handled_at AS handled_at,
  leg.left_by AS left_by,
  leg.short_abandoned AS short_abandoned,
  leg.transferred AS transferred,
  multiIf(
    leg.failure_step != '', leg.failure_step,
    leg.outcome IN ('FAILURE', 'ABANDONED'), lower(leg.outcome),
    '') AS failure_step,
  leg.outcome IN ('FAILURE', 'ABANDONED') OR (leg.outcome = 'ESCALATED' AND leg.failure_step != '') AS is_failed,
  leg.outcome AS outcome,
  leg.resolved_by AS resolved_by,
  leg.goal AS goal,
  leg.contact_intent AS contact_intent,
  leg.case_id AS case_id,
  leg.order_id AS order_id,
  leg.leg_worked_ms AS worked_ms,
  mapAdd(
    if(isNotNull(leg.cost_minor) AND leg.cost_currency != '',
      map(toString(leg.cost_currency), assumeNotNull(leg.cost_minor)), CAST(map(), 'Map(String, Int64)')),
    -- Half up, and not to the even neighbour as round() does.
    if(card.currency != '',
      map(toString(card.currency), toInt64(floor(
        card.per_minute_minor * leg.leg_worked_ms / 60000
        + card.per_message_minor * (leg.customer_message_count + leg.agent_message_count + leg.bot_message_count)
        + if(leg.pays_contact, card.per_contact_minor, 0) + 0.5))),
      CAST(map(), 'Map(String, Int64)'))) AS costs
FROM legs_in_range AS leg
ASOF LEFT JOIN (SELECT * FROM rate_card FINAL) AS card
  ON card.channel = leg.channel AND card.stage = leg.leg_side AND card.valid_from <= leg.arrived_at
COMMENT 'Legs that arrive in [from, to), with what contacts and journeys ask of each: leg_facts(from = …, to = …).';

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
GROUP BY customer_id, session_id, contact_id
HAVING started_at >= {from:DateTime64(3, 'UTC')} AND started_at < {to:DateTime64(3, 'UTC')}
COMMENT 'Contacts that start in [from, to), one row each: contacts(from = …, to = …).';

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
    ended_at + toIntervalHour({window_hours:UInt32}) AS window_ends_at,
    multiIf({intent_scope:String} = 'same', intent, {intent_scope:String} = 'order', order_id, '') AS scope,
    toBool({intent_scope:String} = 'any' OR scope != '') AS comparable,
    if({channel_scope:String} = 'same', first_channel, '') AS channel_of_scope,
    minIf(toNullable(started_at), is_inbound) OVER later AS next_started_at,
    argMinIf(contact_id, (started_at, first_leg_id), is_inbound) OVER later AS next_contact_id,
    argMinIf(first_channel, (started_at, first_leg_id), is_inbound) OVER later AS next_channel,
    minIf(toNullable(started_at), is_inbound AND human_legs > 0) OVER later AS next_people_at,
    argMinIf(first_human_channel, (started_at, first_leg_id), is_inbound AND human_legs > 0) OVER later AS next_people_channel
  FROM contacts(
    from = {from:DateTime64(3, 'UTC')},
    to = {to:DateTime64(3, 'UTC')} + INTERVAL 7 DAY + toIntervalHour({window_hours:UInt32}))
  WINDOW later AS (
    PARTITION BY customer_id, scope, channel_of_scope ORDER BY started_at DESC, first_leg_id DESC
    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
)
WHERE started_at < {to:DateTime64(3, 'UTC')}
  AND throwIf({intent_scope:String} NOT IN ('any', 'same', 'order'), 'intent_scope is any, same or order') = 0
  AND throwIf({channel_scope:String} NOT IN ('any', 'same'), 'channel_scope is any or same') = 0
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
  window_hours = toUInt32({window_days:UInt16} * 24), intent_scope = {intent_scope:String},
  channel_scope = {channel_scope:String}, as_of = {as_of:Nullable(DateTime64(3, 'UTC'))}) AS row
WHERE kind IN ('ASSISTED', 'SELF_SERVICE', 'DIRECT')
GROUP BY day, channel, intent
COMMENT 'Repeat contacts and FCR: repeat_contacts(from = …, to = …, window_days = 7, intent_scope = \'any\', channel_scope = \'any\', as_of = NULL). Windows begin at the end of a contact. Parameters and rows behind it: contact_followups.';

CREATE OR REPLACE VIEW containment
(
  day Date COMMENT 'Day the self-service sessions started (UTC).',
  channel LowCardinality(String) COMMENT 'Their channel. WEB and APP rows are visits: technical containment says little there.',
  intent LowCardinality(String) COMMENT 'Their intent; empty if none.',
  self_service_sessions UInt64 COMMENT 'Contacts and visits that begin in self-service (bot, voice menu, site, app), engaged, not begun by the organisation: the denominator of containment.',
  excluded_never_engaged UInt64 COMMENT 'Left out: the customer did nothing (bounce).',
  excluded_proactive UInt64 COMMENT 'Left out: begun by the organisation.',
  contained_technical UInt64 COMMENT 'No queue and no people in the same contact, whatever became of the customer.',
  contained_functional UInt64 COMMENT 'Of these, those that reached a goal or ended in SUCCESS.',
  containment Nullable(Float64) COMMENT 'contained_technical / self_service_sessions, 0 to 1.',
  functional_containment Nullable(Float64) COMMENT 'contained_functional / self_service_sessions, 0 to 1.',
  identity_coverage Nullable(Float64) COMMENT 'Share of self_service_sessions of customers who are not anonymous: those that the following can speak of.',
  measured UInt64 COMMENT 'Identified self-service sessions whose window has wholly elapsed: the denominator of true containment.',
  true_contained UInt64 COMMENT 'Measured, technically contained, and with a goal or SUCCESS, or no inbound contact on any channel within the window.',
  true_containment Nullable(Float64) COMMENT 'true_contained / measured, 0 to 1.',
  measured_with_intent UInt64 COMMENT 'Measured with the wish to make contact (it is a contact, or a signal on a visit): the denominator of deflection.',
  deflected UInt64 COMMENT 'Of these, those that reached no queue and no people, then or within the window.',
  leaked UInt64 COMMENT 'Of these, those that did: by channel in escalation_leaks.',
  deflection Nullable(Float64) COMMENT 'deflected / measured_with_intent, 0 to 1.'
)
AS SELECT
  day,
  channel,
  intent,
  countIf(counts) AS self_service_sessions,
  countIf(NOT proactive AND NOT engaged) AS excluded_never_engaged,
  countIf(proactive) AS excluded_proactive,
  countIf(counts AND is_contained) AS contained_technical,
  countIf(counts AND is_contained AND is_done) AS contained_functional,
  contained_technical / nullIf(self_service_sessions, 0) AS containment,
  contained_functional / nullIf(self_service_sessions, 0) AS functional_containment,
  countIf(counts AND identified) / nullIf(self_service_sessions, 0) AS identity_coverage,
  countIf(counts AND row.measured) AS measured,
  countIf(counts AND row.measured AND is_contained AND (is_done OR NOT followed)) AS true_contained,
  true_contained / nullIf(measured, 0) AS true_containment,
  countIf(counts AND row.measured AND contact_intent) AS measured_with_intent,
  countIf(counts AND row.measured AND contact_intent AND is_contained AND NOT followed_by_people) AS deflected,
  measured_with_intent - deflected AS leaked,
  deflected / nullIf(measured_with_intent, 0) AS deflection
FROM
(
  SELECT
    *,
    direction IN ('OUTBOUND', 'INTERNAL') AS proactive,
    engaged AND NOT proactive AS counts,
    human_legs = 0 AS is_contained,
    goal != '' OR outcome = 'SUCCESS' AS is_done
  FROM contact_followups(
    from = {from:DateTime64(3, 'UTC')}, to = {to:DateTime64(3, 'UTC')}, window_hours = {window_hours:UInt32},
    intent_scope = 'any', channel_scope = 'any', as_of = {as_of:Nullable(DateTime64(3, 'UTC'))})
  WHERE begins_in_self_service
) AS row
GROUP BY day, channel, intent
COMMENT 'Containment and deflection of self-service: containment(from = …, to = …, window_hours = 24, as_of = NULL). 24 hours for bots and menus, 168 for what people take a week to ask again.';

CREATE OR REPLACE VIEW escalation_leaks
(
  day Date COMMENT 'Day the self-service sessions started (UTC).',
  channel LowCardinality(String) COMMENT 'Channel of the self-service session.',
  leaked_to LowCardinality(String) COMMENT 'Channel on which it reached a queue or people; empty for those that did not (deflected).',
  within_contact Bool COMMENT 'Whether that was in the same contact (a hand-over), not in a later one.',
  sessions UInt64 COMMENT 'Measured self-service sessions with contact intent: they add up to measured_with_intent of containment.'
)
AS SELECT
  day,
  channel,
  multiIf(human_legs > 0, first_human_channel, followed_by_people, next_people_channel, '') AS leaked_to,
  toBool(human_legs > 0) AS within_contact,
  count() AS sessions
FROM contact_followups(
  from = {from:DateTime64(3, 'UTC')}, to = {to:DateTime64(3, 'UTC')}, window_hours = {window_hours:UInt32},
  intent_scope = 'any', channel_scope = 'any', as_of = {as_of:Nullable(DateTime64(3, 'UTC'))})
WHERE begins_in_self_service AND engaged AND direction NOT IN ('OUTBOUND', 'INTERNAL') AND measured AND contact_intent
GROUP BY day, channel, leaked_to, within_contact
COMMENT 'Where self-service sessions with contact intent reached people after all: escalation_leaks(from = …, to = …, window_hours = 24, as_of = NULL).';

CREATE OR REPLACE VIEW durable_resolution
(
  day Date COMMENT 'Day the closed contacts started (UTC).',
  channel LowCardinality(String) COMMENT 'Channel of their first leg.',
  resolved_by LowCardinality(String) COMMENT 'Who closed them, exactly one: bot, human, customer, timeout, automation or operator. A timeout or an operator closing is no resolution by the bot.',
  autonomous Bool COMMENT 'Bot, automation or customer, with no queue, people or back-office work in the contact.',
  closed UInt64 COMMENT 'Contacts and visits so closed.',
  measured UInt64 COMMENT 'Of these, those of identified customers whose window has wholly elapsed.',
  durable UInt64 COMMENT 'Of these, those not followed by an inbound contact within the window.',
  durable_resolution_rate Nullable(Float64) COMMENT 'durable / measured, 0 to 1. The autonomous rows together are durable resolution as it is usually meant.'
)
AS SELECT
  day,
  channel,
  resolved_by,
  autonomous,
  count() AS closed,
  countIf(row.measured) AS measured,
  countIf(row.measured AND NOT followed) AS durable,
  durable / nullIf(measured, 0) AS durable_resolution_rate
FROM contact_followups(
  from = {from:DateTime64(3, 'UTC')}, to = {to:DateTime64(3, 'UTC')},
  window_hours = toUInt32({window_days:UInt16} * 24), intent_scope = {intent_scope:String}, channel_scope = 'any',
  as_of = {as_of:Nullable(DateTime64(3, 'UTC'))}) AS row
WHERE resolved_by != '' AND direction NOT IN ('OUTBOUND', 'INTERNAL')
GROUP BY day, channel, resolved_by, autonomous
COMMENT 'Closed contacts and how long they stayed closed: durable_resolution(from = …, to = …, window_days = 7, intent_scope = \'any\', as_of = NULL).';

CREATE OR REPLACE VIEW cost_per_contact
(
  day Date COMMENT 'Day the contacts started (UTC).',
  channel LowCardinality(String) COMMENT 'Channel of their first leg.',
  kind LowCardinality(String) COMMENT 'ASSISTED, SELF_SERVICE or DIRECT.',
  currency LowCardinality(String) COMMENT 'ISO 4217 currency; empty where no cost is known. Currencies are never added.',
  contacts UInt64 COMMENT 'Contacts of the day, channel and kind, the same in each row of a currency: do not add it up over currencies.',
  contacts_with_cost UInt64 COMMENT 'Those with a known cost in the currency: the denominator.',
  cost_minor Nullable(Int64) COMMENT 'Their cost in minor units; NULL if none is known.',
  cost_per_contact_minor Nullable(Float64) COMMENT 'cost_minor / contacts_with_cost, minor units; NULL if no cost is known.'
)
AS SELECT
  day,
  channel,
  kind,
  currency,
  contacts,
  known[currency] AS contacts_with_cost,
  if(contacts_with_cost > 0, costs[currency], NULL) AS cost_minor,
  cost_minor / nullIf(contacts_with_cost, 0) AS cost_per_contact_minor
FROM
(
  SELECT
    toDate(started_at, 'UTC') AS day,
    first_channel AS channel,
    kind,
    count() AS contacts,
    sumMap(contact.costs) AS costs,
    sumMap(mapApply((currency, cost) -> (currency, 1), contact.costs)) AS known
  FROM contacts(from = {from:DateTime64(3, 'UTC')}, to = {to:DateTime64(3, 'UTC')}) AS contact
  WHERE is_contact
  GROUP BY day, channel, kind
)
ARRAY JOIN if(empty(known), [''], mapKeys(known)) AS currency
COMMENT 'Cost per contact: cost_per_contact(from = …, to = …). Costs that sources state plus those of rate_card.';

CREATE OR REPLACE VIEW contact_rate
(
  day Date COMMENT 'Day of the orders, and of the contacts counted by period (UTC).',
  orders UInt64 COMMENT 'Orders placed that day (order.placed): distinct order_id, the earliest; an event without one is an order of its own.',
  keyed_orders UInt64 COMMENT 'Those with an order_id.',
  measured_orders UInt64 COMMENT 'Keyed orders whose window has wholly elapsed: the denominator of contacts_per_order.',
  contacted_orders UInt64 COMMENT 'Measured orders with at least one inbound contact about them in the window.',
  order_contacts UInt64 COMMENT 'Inbound contacts that name a measured order and start after it was placed, within the window.',
  contacts_per_order Nullable(Float64) COMMENT 'order_contacts / measured_orders: contact rate by order_id. Says nothing where contacts do not name orders: see period_contacts_with_order.',
  contacted_order_rate Nullable(Float64) COMMENT 'contacted_orders / measured_orders, 0 to 1.',
  period_contacts UInt64 COMMENT 'All inbound contacts that started that day, whatever they are about.',
  period_contacts_with_order UInt64 COMMENT 'Those that name any order.',
  contact_rate_by_period Nullable(Float64) COMMENT 'period_contacts / orders: for sources whose contacts name no order.'
)
AS WITH
  ifNull({as_of:Nullable(DateTime64(3, 'UTC'))}, (SELECT audit_safe_until FROM audit_safe_until)) AS known_until,
  inbound AS
  (
    SELECT order_id, started_at
    FROM contacts(
      from = {from:DateTime64(3, 'UTC')},
      to = {to:DateTime64(3, 'UTC')} + toIntervalDay({window_days:UInt16}) + INTERVAL 1 MILLISECOND)
    WHERE is_inbound
  ),
  placed AS
  (
    -- The shop and the channel may both tell of an order.
    SELECT order_id, if(order_id = '', event_id, '') AS alone, min(occurred_at) AS placed_at
    FROM interactions
    WHERE event_type = 'order.placed'
      AND occurred_at >= {from:DateTime64(3, 'UTC')} - INTERVAL 1 DAY AND occurred_at < {to:DateTime64(3, 'UTC')}
    GROUP BY order_id, alone
    HAVING placed_at >= {from:DateTime64(3, 'UTC')}
  )
SELECT
  day,
  sum(of_day.orders) AS orders,
  sum(of_day.keyed_orders) AS keyed_orders,
  sum(of_day.measured_orders) AS measured_orders,
  sum(of_day.contacted_orders) AS contacted_orders,
  sum(of_day.order_contacts) AS order_contacts,
  order_contacts / nullIf(measured_orders, 0) AS contacts_per_order,
  contacted_orders / nullIf(measured_orders, 0) AS contacted_order_rate,
  sum(of_day.period_contacts) AS period_contacts,
  sum(of_day.period_contacts_with_order) AS period_contacts_with_order,
  period_contacts / nullIf(orders, 0) AS contact_rate_by_period
FROM
(
  SELECT
    toDate(placed_at, 'UTC') AS day,
    count() AS orders,
    countIf(order_id != '') AS keyed_orders,
    countIf(is_measured) AS measured_orders,
    countIf(is_measured AND contacts > 0) AS contacted_orders,
    sumIf(contacts, is_measured) AS order_contacts,
    0 AS period_contacts,
    0 AS period_contacts_with_order
  FROM
  (
    SELECT
      placed.order_id AS order_id,
      placed.alone AS alone,
      any(placed.placed_at) AS placed_at,
      order_id != '' AND ifNull(placed_at + toIntervalDay({window_days:UInt16}) <= known_until, false) AS is_measured,
      countIf(inbound.order_id != '' AND inbound.started_at > placed.placed_at
        AND inbound.started_at <= placed.placed_at + toIntervalDay({window_days:UInt16})) AS contacts
    FROM placed
    LEFT JOIN (SELECT * FROM inbound WHERE order_id != '') AS inbound ON inbound.order_id = placed.order_id
    GROUP BY order_id, alone
  )
  GROUP BY day
  UNION ALL
  SELECT toDate(started_at, 'UTC') AS day, 0, 0, 0, 0, 0, count(), countIf(order_id != '')
  FROM inbound
  WHERE started_at < {to:DateTime64(3, 'UTC')}
  GROUP BY day
) AS of_day
GROUP BY day
COMMENT 'Contacts per order: contact_rate(from = …, to = …, window_days = 7, as_of = NULL). By order_id where contacts name it, and by period.';
