import { describe, expect, test } from '@jest/globals';
import { lateByRule } from '../../simulator/core/delivery';
import type { Line } from '../../simulator/core/event';
import { simulate } from '../../simulator/simulate';
import type { Truth } from '../../simulator/truth/truth';

const FIELDS = new Set(
  `event_id event_type occurred_at source provider direction stage interaction_id contact_id previous_interaction_id
  thread_id case_id order_id campaign_id identities actor queue text intents emotion outcome durations commerce survey
  quality cost page attributes channel`.split(/\s+/),
);

function shareOutOfOrder(lines: readonly Line[]): number {
  let [highest, behind, count] = [0, 0, 0];
  for (const { at, repeat } of lines) {
    if (repeat) continue;
    count++;
    if (at < highest) behind++;
    highest = Math.max(highest, at);
  }
  return behind / count;
}

describe('a run of the demo’s size', () => {
  const { events, lines, truth } = simulate();
  const distinct = lines.filter(({ repeat }) => !repeat);

  test('has 200,000 events of more than seven days', () => {
    expect(truth.events.all).toBeGreaterThanOrEqual(205_000);
    expect(truth.events.all).toBeLessThan(215_000);
    const times = distinct.map(({ at }) => at);
    const span = times.reduce((a, b) => Math.max(a, b)) - times.reduce((a, b) => Math.min(a, b));
    expect(span).toBeGreaterThan(7 * 86_400_000);
    expect(new Date(Math.floor(times[0]! / 86_400_000) * 86_400_000).toISOString()).toBe('2026-03-02T00:00:00.000Z');
  });

  test('arrives in no good order: 5 % behind, 1 % late, 2 % twice', () => {
    expect(shareOutOfOrder(lines)).toBeGreaterThan(0.05);
    expect(truth.late / truth.events.all).toBeGreaterThan(0.0095);
    expect(truth.late / truth.events.all).toBeLessThan(0.012);
    expect(truth.repeats / truth.events.all).toBeGreaterThan(0.018);
    expect(truth.repeats / truth.events.all).toBeLessThan(0.022);
  });

  test.each([1, 4, 24])('the rule of enrich finds the same late events in %i partitions', (partitions) => {
    const late = distinct.filter((line) => line.late).map(({ event }) => event.event_id);
    expect([...lateByRule(events, partitions)]).toEqual(late);
  });

  test('whatever a customer says within sessions has its intent and emotion stated: reading texts changes no truth', () => {
    const said = distinct.filter(
      ({ event }) => event.text && !['AGENT', 'BOT', 'SYSTEM'].includes(event.actor?.type ?? ''),
    );
    const unjudged = said.filter(
      ({ event }) => event.emotion === undefined || !event.intents?.some(({ kind }) => kind === 'INTENT'),
    );
    expect([...new Set(unjudged.map(({ event }) => event.event_type))]).toEqual(['survey.answered']);
    expect(said.length).toBeGreaterThan(10_000);
    expect(unjudged.length).toBeGreaterThan(200);
  });

  test('a repeat is the same event, at most 3,000 lines later', () => {
    const first = new Map<string, number>();
    const wrong = lines.filter(({ event: { event_id }, repeat }, line) => {
      const before = first.get(event_id);
      if (before === undefined) first.set(event_id, line);
      return (before !== undefined) !== repeat || line - (before ?? line) > 3_000;
    });
    expect(wrong).toEqual([]);
    expect(first.size).toBe(truth.events.all);
  });

  test('says nothing but what the contract has, and who it is about', () => {
    const fields = new Set(events.flatMap((event) => Object.keys(event)));
    expect([...fields].filter((field) => !FIELDS.has(field))).toEqual([]);
    expect(events.filter(({ event_id }) => event_id === '' || event_id.length > 200)).toEqual([]);
    const staff = events.filter(({ event_type }) => ['agent.status_changed', 'quality.evaluated'].includes(event_type));
    expect(staff.length).toBeGreaterThan(500);
    expect(staff.filter(({ identities, actor, channel }) => identities || !actor?.id || channel !== 'UNKNOWN')).toEqual(
      [],
    );
    const unknown = events.filter(({ identities }) => (identities ?? []).length === 0);
    expect(unknown.length).toBe(staff.length);
  });

  test('uses every channel, language, outcome and way of knowing people', () => {
    expect(Object.keys(truth.channels).length).toBe(15);
    expect(new Set(truth.sessions.map(({ outcome }) => outcome))).toEqual(
      new Set(['SUCCESS', 'PARTIAL', 'FAILURE', 'ABANDONED', 'ESCALATED', 'DEFERRED', 'UNKNOWN']),
    );
    const kinds = new Set(truth.sessions.map(({ customer_id }) => /^~([a-z_]+)/.exec(customer_id)?.[1] ?? 'own'));
    expect([...kinds].sort()).toEqual(
      ['own', 'customer_id', 'crm', 'email', 'phone', 'social', 'device_id', 'anonymous_id'].sort(),
    );
    const texts = new Set(events.map(({ text }) => text ?? ''));
    for (const alphabet of [/[ء-ي]/, /[ãõç]/, /\bthe\b/])
      expect([...texts].some((text) => alphabet.test(text))).toBe(true);
    expect(truth.sessions.some(({ oversized, leg_count }) => oversized && leg_count > 200)).toBe(true);
    expect(truth.sessions.some(({ oversized, leg_count }) => oversized && leg_count <= 200)).toBe(true);
  });

  test('shows chains of failures, rescues and abandoned queues', () => {
    const rescued = truth.sessions.filter(({ rescued_by_channel }) => rescued_by_channel !== '');
    expect(rescued.length).toBeGreaterThan(1_000);
    expect(truth.sessions.filter(({ failures_before_success }) => failures_before_success > 1).length).toBeGreaterThan(
      300,
    );
    for (const queue of ['voice-support', 'voice-billing', 'voice-sales', 'chat-care']) {
      const { offered, answered, abandoned } = truth.queues[queue]!;
      expect(answered / offered).toBeGreaterThan(0.75);
      expect(abandoned / offered).toBeGreaterThan(0.03);
    }
  });

  test('late events change sessions, legs and queues: each answer is another', () => {
    const ids = ({ sessions }: Pick<Truth, 'sessions'>) => new Set(sessions.map(({ session_id }) => session_id));
    const [final, inTime] = [ids(truth), ids(truth.in_time)];
    // They make sessions that were not there, begin some earlier, and join others.
    expect([...final].filter((id) => !inTime.has(id)).length).toBeGreaterThan(100);
    expect([...inTime].filter((id) => !final.has(id)).length).toBeGreaterThan(100);
    expect(truth.legs).not.toBe(truth.in_time.legs);
    expect(truth.queues['voice-support']!.offered).toBeGreaterThan(truth.in_time.queues['voice-support']!.offered);
  });

  test('counts add up', () => {
    const sum = (numbers: number[]): number => numbers.reduce((a, b) => a + b, 0);
    const channels = Object.values(truth.channels);
    expect(sum(channels.map(({ all }) => all))).toBe(truth.customer_events.all);
    expect(sum(channels.flatMap(({ by_hour_in_time }) => by_hour_in_time))).toBe(truth.customer_events.in_time);
    expect(truth.customer_events.all + truth.staff_events.all).toBe(truth.events.all);
    expect(truth.sessionised_events.in_time + truth.excluded_events.in_time).toBe(truth.customer_events.in_time);
    for (const [told, events] of [
      [truth, truth.sessionised_events.all],
      [truth.in_time, truth.sessionised_events.in_time],
    ] as const) {
      expect(sum(told.sessions.map(({ event_count }) => event_count))).toBe(events);
      expect(sum(told.sessions.map(({ leg_count }) => leg_count))).toBe(told.legs);
    }
    expect(truth.lines).toBe(truth.events.all + truth.repeats);
  });
});
