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
