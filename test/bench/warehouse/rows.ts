/**
 * Synthetic rows, made inside ClickHouse from numbers(): no file, no network. Every tenth event begins a session (four
 * events on the web, six on another channel, two legs), a year long, in order of time as live traffic comes. One customer
 * has about 100 events.
 */
export interface Size {
  /** Events; a multiple of 10. */
  interactions: number;
}

export const year = { from: '2025-01-01', days: 365 };
const eventsPerSession = 10;
const eventsPerCustomer = 100;

export const customersOf = ({ interactions }: Size): number =>
  Math.max(1, Math.round(interactions / eventsPerCustomer));

/** Ids as sources make them: 16 hexadecimal digits that do not compress, unlike running numbers. */
const id = (of: string): string => `lower(leftPad(hex(sipHash64(${of})), 16, '0'))`;

/** Columns of session number `s` that all rows share. `h` is a hash to draw from. */
const session = (size: Size): string => {
  const sessions = size.interactions / eventsPerSession;
  const customers = customersOf(size);
  return `cityHash64(s) AS h,
    concat('bench-', toString(cityHash64(s, 'customer') % ${customers})) AS customer,
    toDateTime64('${year.from}', 3, 'UTC') + toIntervalMillisecond(intDiv(s * ${year.days * 86_400}, ${sessions}) * 1000 + h % 1000) AS start,
    ${id('s * 10')} AS session,
    ['VOICE', 'VOICE', 'VOICE', 'VOICE', 'VOICE', 'CHAT', 'CHAT', 'EMAIL', 'MESSAGING', 'SMS'][1 + h % 10] AS second_channel,
    concat(lower(second_channel), '-', ['billing', 'sales', 'support', 'delivery'][1 + intDiv(h, 10) % 4]) AS queue_of,
    ['billing', 'delivery', 'technical_problem', 'cancel_contract', 'order_change', 'upgrade', ''][1 + intDiv(h, 40) % 7] AS intent_of,
    intDiv(h, 280) % 8 = 0 AS gave_up,
    intDiv(h, 2240) % 3 = 0 AS web_failed,
    toInt64(5000 + intDiv(h, 6720) % 240000) AS wait,
    toInt64(60000 + intDiv(h, 7000) % 600000) AS talk`;
};

/** Sessions [from, to) as their events. */
export const interactionsSql = (size: Size, from: number, to: number): string => `
INSERT INTO interactions_landing
  (event_id, event_type, occurred_at, received_at, customer_id, identity_type, identity_verified, late, sessionised,
   source_system, channel, direction, stage, interaction_id, contact_id, actor_type, agent_id, queue, intent,
   intent_confidence, emotion_score, emotion_label, outcome, wait_ms, talk_ms, page_url, page_path, failure_step,
   attributes, kafka_partition)
SELECT
  ${id('n')},
  ['web.page_viewed', 'web.search_performed', 'web.form_error', 'web.contact_intent', 'interaction.started',
    'queue.entered', 'agent.joined', 'message.sent', 'agent.left', 'wrapup.completed'][1 + k] AS type,
  start + toIntervalMillisecond(k * 45000) AS at,
  at + toIntervalMillisecond(h % 900),
  customer, 'customer_id', true, h % 97 = 0, true,
  if(k < 4, 'web', 'switch'),
  if(k < 4, 'WEB', second_channel),
  'INBOUND',
  ['SELF_SERVICE', 'SELF_SERVICE', 'SELF_SERVICE', 'SELF_SERVICE', 'UNKNOWN', 'QUEUE', 'AGENT', 'AGENT', 'AGENT', 'WRAP_UP'][1 + k],
  ${id("(s, k < 4, 'connection')")},
  if(k < 4, '', ${id("(s, false, 'connection')")}),
  multiIf(k < 6, 'CUSTOMER', k = 7, 'CUSTOMER', 'AGENT'),
  if(k IN (6, 8, 9), concat('agent-', toString(h % 800)), ''),
  if(k = 5, queue_of, ''),
  if(k IN (1, 7), intent_of, ''),
  if(k IN (1, 7), 0.8, NULL),
  if(k = 7, (h % 200) / 100 - 1, NULL),
  if(k = 7, ['angry', 'calm', 'glad'][1 + h % 3], ''),
  'UNKNOWN',
  if(k = 6, wait, NULL),
  if(k = 8, talk, NULL),
  if(k < 4, concat('https://example.org/help/', toString(h % 500), '?s=', toString(s)), ''),
  if(k < 4, concat('/help/', toString(h % 500)), ''),
  if(k = 2 AND web_failed, 'web.form_error', ''),
  if(k = 2, map('field', ['iban', 'phone', 'postcode'][1 + h % 3]), map()),
  cityHash64(customer) % 4
FROM (SELECT number AS n, n % 10 AS k, intDiv(n, 10) AS s, ${session(size)} FROM numbers(${from * 10}, ${(to - from) * 10}))`;

const outcome = "if(gave_up, 'ABANDONED', 'SUCCESS')";
const webLabel = "concat('WEB.SELF_SERVICE:', if(web_failed, 'FAILURE', 'UNKNOWN'))";

/** Sessions [from, to), in their last revision. */
export const sessionsSql = (size: Size, from: number, to: number): string => `
INSERT INTO sessions
  (customer_id, session_id, started_at, ended_at, event_count, contact_count, leg_count, channels, path, path_counts,
   outcome, intent, failures_before_success, first_failed_channel, rescued_by_channel, time_to_success_ms, rule_version,
   version, sign, kafka_partition)
SELECT
  customer, session, start, start + toIntervalMillisecond(405000), 10, 2, 2, ['WEB', second_channel],
  [${webLabel}, concat(second_channel, ':', ${outcome})], [1, 1], ${outcome}, intent_of,
  toUInt32(web_failed) + toUInt32(gave_up),
  multiIf(web_failed, 'WEB.SELF_SERVICE', gave_up, second_channel, ''),
  if(web_failed AND NOT gave_up, second_channel, ''),
  if(gave_up, NULL, 405000), 1, s + 1, 1, cityHash64(customer) % 4
FROM (SELECT number AS s, ${session(size)} FROM numbers(${from}, ${to - from}))`;

/** The two legs of each of the sessions [from, to). */
export const legsSql = (size: Size, from: number, to: number): string => `
INSERT INTO legs
  (customer_id, leg_id, interaction_id, contact_id, session_id, channel, stage, queue, agent_id, direction, intent,
   arrived_at, queued_at, answered_at, ended_at, wait_ms, talk_ms, acw_ms, offer_count, handled_at, left_by,
   failure_step, outcome, short_abandoned, transferred, contact_intent, version, sign, kafka_partition)
SELECT
  customer,
  ${id('s * 10 + 4 * human')},
  ${id("(s, NOT human, 'connection')")},
  ${id("(s, NOT human, 'connection')")},
  session,
  if(human, second_channel, 'WEB'),
  if(human, 'WRAP_UP', 'SELF_SERVICE'),
  if(human, queue_of, ''),
  if(human AND NOT gave_up, concat('agent-', toString(h % 800)), ''),
  'INBOUND', intent_of,
  start + toIntervalMillisecond(180000 * human) AS arrived,
  if(human, arrived + toIntervalMillisecond(45000), NULL),
  if(human AND NOT gave_up, arrived + toIntervalMillisecond(45000 + wait), NULL),
  start + toIntervalMillisecond(135000 + 270000 * human),
  if(human, wait, NULL),
  if(human AND NOT gave_up, talk, NULL),
  if(human AND NOT gave_up, 30000, NULL),
  human,
  if(human AND NOT gave_up, start + toIntervalMillisecond(405000), NULL),
  multiIf(NOT human, '', gave_up, 'ABANDONED', 'ANSWERED'),
  if(NOT human AND web_failed, 'web.form_error', ''),
  multiIf(human, ${outcome}, web_failed, 'FAILURE', 'UNKNOWN'),
  human AND gave_up AND wait <= 5000,
  human AND h % 13 = 0,
  NOT human, s + 1, 1, cityHash64(customer) % 4
FROM (SELECT number % 2 AS human, intDiv(number, 2) AS s, ${session(size)} FROM numbers(${from * 2}, ${(to - from) * 2}))`;
