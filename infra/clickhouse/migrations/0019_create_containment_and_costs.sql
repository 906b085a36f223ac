-- Rates over contacts. Counts stand beside every rate: over longer times or fewer columns sum the counts and divide the
-- sums, never average the rates. NULL where there is nothing to divide by.
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
    from = {from:DateTime64(3, 'UTC')}, to = {to:DateTime64(3, 'UTC')}, window_hours = ifNull({window_hours:Nullable(UInt32)}, 24),
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
  from = {from:DateTime64(3, 'UTC')}, to = {to:DateTime64(3, 'UTC')}, window_hours = ifNull({window_hours:Nullable(UInt32)}, 24),
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
  window_hours = toUInt32(ifNull({window_days:Nullable(UInt16)}, 7) * 24), intent_scope = ifNull({intent_scope:Nullable(String)}, 'any'), channel_scope = 'any',
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
      to = {to:DateTime64(3, 'UTC')} + toIntervalDay(ifNull({window_days:Nullable(UInt16)}, 7)) + INTERVAL 1 MILLISECOND)
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
      order_id != '' AND ifNull(placed_at + toIntervalDay(ifNull({window_days:Nullable(UInt16)}, 7)) <= known_until, false) AS is_measured,
      countIf(inbound.order_id != '' AND inbound.started_at > placed.placed_at
        AND inbound.started_at <= placed.placed_at + toIntervalDay(ifNull({window_days:Nullable(UInt16)}, 7))) AS contacts
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
