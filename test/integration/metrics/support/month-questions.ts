import type { Line } from '../../../simulator/core/event';
import { partitionOf } from '../../../simulator/core/partitioner';
import type { Settings } from '../../../simulator/organisation/settings';
import { LATENESS_MS } from '../../../simulator/truth/rules';
import { callbacks } from '../../../support/recompute/callbacks';
import { agentHandleTimes, contactMetrics } from '../../../support/recompute/contact-chains';
import * as followed from '../../../support/recompute/contact-metrics';
import { contactsOf } from '../../../support/recompute/contacts';
import * as journeys from '../../../support/recompute/journeys';
import type { Question } from '../../../support/recompute/leg';
import { missedOpportunities } from '../../../support/recompute/opportunities';
import {
  abandonments,
  handleTimes,
  serviceLevels,
  type TargetOf,
  transfers,
  waitPercentiles,
} from '../../../support/recompute/queues';
import { channelFailurePaths, efficiencyMetrics, volumeTrends } from '../../../support/recompute/rollups';
import { day_ms, hour_ms } from '../../../support/recompute/rows';
import {
  businessClock,
  recomputeAgentTime,
  recomputeBacklog,
  recomputeBacklogDaily,
  recomputeConversations,
  recomputeResponseLevels,
  recomputeResponses,
  recomputeScores,
  recomputeShifts,
  recomputeSurveys,
  type StatusClass,
} from '../../../support/recompute/service';
import { simulatedEvent, simulatedRows } from '../../../support/recompute/simulated';
import { customerVoice, textModels } from '../../../support/recompute/voice';
import { sqlTime } from '../service-rows';

/** A view, what is asked of it, and the rows that it must give, whatever their order. */
export interface Asked {
  view: string;
  sql: string;
  rows: object[];
}

/** What is known of the month at some moment: lines that have arrived, those of the late ones that are repaired. */
export interface Known {
  arrived: readonly Line[];
  /** Late events are in their sessions up to this many lines. */
  repaired: number;
  settings: Settings;
  agentClasses: StatusClass[];
  caseClasses: StatusClass[];
}

const targetOf: TargetOf = () => ({ target_seconds: 20, short_seconds: 5, share: 0.8 });
const given = (parameters: Record<string, unknown>): string =>
  Object.entries(parameters)
    .map(([name, value]) => `${name} = ${literal(value)}`)
    .join(', ');
const literal = (value: unknown): string =>
  Array.isArray(value) ? `[${value.map(literal).join(', ')}]` : typeof value === 'string' ? `'${value}'` : `${value}`;

/** Every metric view over a range of days, asked in one or two ways; recomputed from events by no rule of the services. */
export function monthQuestions(known: Known, whole: { from: number; to: number }): Asked[] {
  const { arrived, repaired, settings } = known;
  const distinct = arrived.filter(({ repeat }) => !repeat);
  const events = distinct.map(simulatedEvent);
  const waiting = new Set(
    arrived
      .slice(repaired)
      .filter(({ late }) => late)
      .map(({ event }) => event.event_id),
  );
  const { legs, sessions } = simulatedRows(distinct.filter(({ event }) => !waiting.has(event.event_id)));
  const contacts = contactsOf(legs, []);
  const orders = events.filter(({ event_type }) => event_type === 'order.placed');
  const known_to = knownTo(arrived);
  const as_of = known_to - LATENESS_MS;
  const range = { from: sqlTime(whole.from), to: sqlTime(whole.to) };
  const part = { from: whole.from + 2.25 * day_ms, to: whole.to - 1.5 * day_ms };
  const sqlPart = { from: sqlTime(part.from), to: sqlTime(part.to) };

  const overLegs = (
    view: string,
    recompute: (all: typeof legs, question: Question, target: TargetOf) => object[],
    asked: { by: string[]; zone?: string; booked_by?: Question['bookedBy'] },
  ): Asked => {
    const { by, zone = 'UTC', booked_by } = asked;
    const parameters = { ...sqlPart, by, time_zone: zone, ...(booked_by && { booked_by }) };
    const question: Question = { ...part, by, zone, bookedBy: booked_by ?? 'ARRIVAL' };
    return { view, sql: `${view}(${given(parameters)})`, rows: recompute(legs, question, targetOf) };
  };
  const asOf = (view: string, more: Record<string, unknown>, rows: object[]): Asked => ({
    view,
    sql: `${view}(${given({ ...range, ...more, as_of: sqlTime(as_of) })})`,
    rows,
  });
  const plain = (view: string, more: Record<string, unknown>, rows: object[]): Asked => ({
    view,
    sql: `${view}(${given({ ...range, ...more })})`,
    rows,
  });
  const after = (hours: number, intent_scope = 'any', channel_scope = 'any') => {
    return { ...whole, window_ms: hours * hour_ms, intent_scope, channel_scope, as_of };
  };

  const journeyQuestion = { ...whole, window_days: 3, scope: 'any', as_of };
  const found = journeys.journeysOf(sessions, legs, [], journeyQuestion);
  const described = found.map((journey) => journeys.describeJourney(journey, journeyQuestion));
  const ofJourneys = { window_days: 3, scope: 'any' };

  const withAgents = legs.filter((leg) => leg.agent_id !== '' && leg.answered_at !== null);
  const agentLegs = withAgents.map((leg) => ({ ...leg, answered_at: leg.answered_at! }));
  const agentsTo = Math.min(whole.to, known_to);
  const agentDays = (zone: string): Asked => ({
    view: 'agent_time',
    sql: `agent_time(${given({ ...range, time_zone: zone })})`,
    rows: recomputeAgentTime(events, settings.agent_schedules, agentLegs, known.agentClasses, {
      from: whole.from,
      to: agentsTo,
      zone,
    }),
  });
  const hours = settings.business_hours.map((row) => ({ ...row, valid_from: '1970-01-01', valid_to: '2149-06-06' }));
  const holidays = settings.business_holidays.map(({ day }) => day);
  const business = businessClock(hours, holidays, 'UTC', whole.from - 2 * day_ms, whole.to + 3 * day_ms);
  const conversations = recomputeConversations(events, known.caseClasses, business, { ...whole, up_to: null });
  const surveys = recomputeSurveys(events, agentLegs, whole);
  const noon = Math.min(as_of, whole.from + 12.5 * day_ms);

  return [
    { view: 'volume_trends', sql: 'volume_trends', rows: volumeTrends(events) },
    { view: 'channel_failure_paths', sql: 'channel_failure_paths', rows: channelFailurePaths(sessions) },
    { view: 'efficiency_metrics', sql: 'efficiency_metrics', rows: efficiencyMetrics(legs) },
    overLegs('service_levels', serviceLevels, { by: ['day', 'queue'], zone: 'Asia/Kathmandu' }),
    overLegs('service_levels', serviceLevels, { by: ['half_hour', 'channel'], booked_by: 'EVENT' }),
    overLegs('abandonments', abandonments, { by: ['day', 'channel'], zone: 'Europe/Berlin' }),
    overLegs('abandonments', abandonments, { by: ['week', 'queue'], booked_by: 'EVENT' }),
    overLegs('handle_times', handleTimes, { by: ['day', 'queue', 'direction'] }),
    overLegs('handle_times', handleTimes, { by: ['hour', 'channel'], booked_by: 'EVENT', zone: 'America/New_York' }),
    overLegs('wait_percentiles', waitPercentiles, { by: ['day', 'channel'], zone: 'Europe/Berlin' }),
    overLegs('wait_percentiles', waitPercentiles, { by: ['queue'], booked_by: 'EVENT' }),
    overLegs('transfers', transfers, { by: ['day', 'queue'] }),
    overLegs('agent_handle_times', agentHandleTimes, { by: ['day', 'queue'], booked_by: 'EVENT' }),
    overLegs('contact_metrics', contactMetrics, { by: ['day', 'channel', 'direction'], zone: 'Europe/Berlin' }),
    {
      view: 'callbacks',
      sql: `callbacks(${given({ ...range, by: ['day', 'queue'] })})`,
      rows: callbacks(events, { ...whole, by: ['day', 'queue'], zone: 'UTC' }),
    },
    asOf('repeat_contacts', { window_days: 7 }, followed.repeatContacts(contacts, after(168))),
    asOf(
      'repeat_contacts',
      { window_days: 3, intent_scope: 'same', channel_scope: 'same' },
      followed.repeatContacts(contacts, after(72, 'same', 'same')),
    ),
    asOf('containment', { window_hours: 24 }, followed.containment(contacts, after(24))),
    asOf('escalation_leaks', { window_hours: 24 }, followed.escalationLeaks(contacts, after(24))),
    asOf('durable_resolution', { window_days: 3 }, followed.durableResolution(contacts, after(72))),
    asOf('contact_rate', { window_days: 3 }, followed.contactRate(contacts, orders, after(72))),
    plain('cost_per_contact', {}, followed.costPerContact(contacts, whole.from, whole.to)),
    asOf('journey_outcomes', ofJourneys, journeys.journeyOutcomes(described)),
    asOf('cost_per_resolution', ofJourneys, journeys.costPerResolution(described)),
    asOf('journeys', ofJourneys, described),
    plain('channel_switches', ofJourneys, journeys.channelSwitches(found)),
    plain('failure_steps', ofJourneys, journeys.failureSteps(found)),
    agentDays('UTC'),
    agentDays('America/Sao_Paulo'),
    plain('conversation_metrics', { up_to: null, schedule: 'support' }, conversations),
    plain(
      'response_daily',
      { up_to: null, schedule: 'support', time_zone: 'Europe/Berlin' },
      recomputeResponses(conversations, 'Europe/Berlin'),
    ),
    {
      view: 'backlog',
      sql: `backlog(at = '${sqlTime(noon)}')`,
      rows: recomputeBacklog(events, known.caseClasses, noon),
    },
    {
      view: 'backlog_daily',
      sql: `backlog_daily(${given({ ...range, time_zone: 'Europe/Berlin' })})`,
      rows: recomputeBacklogDaily(events, known.caseClasses, { from: whole.from, to: agentsTo, zone: 'Europe/Berlin' }),
    },
    plain(
      'response_levels',
      { up_to: null, schedule: 'support', time_zone: 'Europe/Berlin', target_seconds: 14_400 },
      recomputeResponseLevels(conversations, events, { zone: 'Europe/Berlin', target_seconds: 14_400, known_to }),
    ),
    asOf(
      'missed_opportunities',
      { window_days: 3 },
      missedOpportunities(sessions, events, { ...whole, window_ms: 3 * day_ms, as_of }),
    ),
    plain('survey_responses', {}, surveys),
    plain('survey_scores', { by: 'agent' }, recomputeScores(surveys)),
    plain('sentiment_shifts', {}, recomputeShifts(events, whole)),
    rounding(plain('customer_voice', {}, customerVoice(events, whole)), ['score_sum', 'mean_score']),
    rounding(plain('text_models', {}, textModels(events, whole)), ['confidence_sum', 'mean_confidence']),
  ];
}

const rounding = (asked: Asked, sums: string[]): Asked => ({
  ...asked,
  sql: `(SELECT * REPLACE (${sums.map((name) => `round(${name} + 1e-9, 6) AS ${name}`).join(', ')}) FROM ${asked.sql})`,
});

/** Lowest of the highest times of the four raw partitions: what is told up to there is complete. */
function knownTo(arrived: readonly Line[]): number {
  const highest = [0, 0, 0, 0];
  for (const { event, at } of arrived) {
    const p = partitionOf(event.event_id, highest.length);
    highest[p] = Math.max(highest[p]!, at);
  }
  return Math.min(...highest);
}
