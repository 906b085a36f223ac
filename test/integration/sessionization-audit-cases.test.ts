import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Channel, EnrichedEvent } from '../../schemas/types';
import { defaultRules } from '../../services/sessionize/domain/rules';
import { AuditDatabase, type AuditRange, eventOf, type FoundSession } from './support/audit-database';
import { withStack } from './support/stack';

const local = withStack(['clickhouse'], { setUpSteps: [] });
const hour = 3_600_000;
/** 2026-03-02, a time of day or hours into it. */
const at = (time: number | string): number =>
  typeof time === 'number' ? Date.UTC(2026, 2, 2) + time * hour : Date.parse(`2026-03-02T${time}Z`);
const range = (from: number | string, to: number | string): AuditRange => ({
  from: at(from),
  to: at(to),
  up_to: Date.UTC(2299, 0, 1),
});
const ever: AuditRange = { ...range(0, 0), from: Date.UTC(1990, 0, 1), to: Date.UTC(2200, 0, 1) };

/** One customer, by the name of the case. */
interface Case {
  what: string;
  /** "<id> <time of day, or hours> [late] [channel, else WEB]", separated by commas. */
  events: string;
  /** "<first event> <last event> <number of events> [rule version]": of as many contacts as events. */
  sessions: string;
  within?: AuditRange;
  /** "<reason> <session> [late events that wait]" of each row. */
  told: string;
}

// Late events that join three sessions.
const bridged = 'a 08:00, b 08:30 late, c 09:00, d 09:30 late, e 10:00';
// By version 1 of the rules three sessions, by version 2 (gaps of 2 h on WEB) one.
const hourly = 'a 08:00, b 09:00, c 10:30';
// Mails that make one session, with days between them. Events are read from 72 h before the range on.
const mails = 'a 8 EMAIL, b 50 EMAIL, c 100 EMAIL';
const betweenMails = range(60, 61);
const longMails = 'a 0 EMAIL, b 60 EMAIL, c 120 EMAIL, d 170 EMAIL, e 200 late EMAIL, f 243 EMAIL';
const longMailsEnd = range(241, 244);
const torn = { events: 'a 08:00, b 08:10, c 08:20', sessions: 'a a 1, b c 2' };

const cases: Case[] = [
  { what: 'late, none repaired', events: bridged, sessions: 'a a 1, c c 1, e e 1', told: 'late_unrepaired a 2' },
  { what: 'late, one repaired', events: bridged, sessions: 'a c 3, e e 1', told: 'late_unrepaired a 1' },
  { what: 'late, both repaired', events: bridged, sessions: 'a e 5', told: '' },
  { what: 'late, an event too many after the repair', events: bridged, sessions: 'a e 6', told: 'differs a' },
  {
    what: 'late, and a session missing before the repair',
    events: bridged,
    sessions: 'a a 1, c c 1',
    told: 'missing e',
  },
  { what: 'late ones alone', events: 'a 08:00 late, b 12:00', sessions: 'b b 1', told: 'late_unrepaired a 1' },
  { what: 'late ones alone, repaired', events: 'a 08:00 late, b 12:00', sessions: 'a a 1, b b 1', told: '' },
  {
    what: 'late, far from the wrong one',
    events: 'a 1 late, b 1, c 9',
    sessions: 'b b 1',
    told: 'late_unrepaired a 1, missing c',
  },

  { what: 'old rules', events: hourly, sessions: 'a a 1, b b 1, c c 1', told: '' },
  { what: 'new rules', events: hourly, sessions: 'a c 3 2', told: '' },
  { what: 'old rules, then new', events: hourly, sessions: 'a a 1, b c 2 2', told: '' },
  { what: 'new rules, then old', events: hourly, sessions: 'a b 2 2, c c 1', told: '' },
  { what: 'new rules, old, new', events: hourly, sessions: 'a a 1 2, b b 1, c c 1 2', told: '' },
  {
    what: 'new rules, then old twice',
    events: 'a 08:00, b 08:40, c 09:20',
    sessions: 'a a 1 2, b b 1, c c 1',
    told: '',
  },
  { what: 'new rules not kept', events: hourly, sessions: 'a b 2 2, c c 1 2', told: 'differs a, surplus c' },
  { what: 'old rules not kept', events: hourly, sessions: 'a c 3 1', told: 'differs a, missing b, missing c' },
  { what: 'no session at all: the newest rules', events: hourly, sessions: '', told: 'missing a' },

  { what: 'no event in the range, right', events: mails, sessions: 'a c 3', within: betweenMails, told: '' },
  { what: 'no event in the range, wrong', events: mails, sessions: 'a c 4', within: betweenMails, told: 'differs a' },
  { what: 'torn apart, from before', ...torn, within: range('08:00', '08:01'), told: 'differs a, surplus b' },
  { what: 'torn apart, from behind', ...torn, within: range('08:20', '08:21'), told: 'differs a, surplus b' },
  { what: 'torn apart, beside', ...torn, within: range('08:21', '09:00'), told: '' },
  { what: 'range ends before it starts', ...torn, within: range('07:00', '08:00'), told: '' },
  {
    what: 'a late event reaches a session whose start was not read',
    events: longMails,
    sessions: 'a d 4, f f 1',
    within: longMailsEnd,
    told: 'late_unrepaired d 1',
  },
  { what: 'the same, repaired', events: longMails, sessions: 'a f 6', within: longMailsEnd, told: '' },
];

let database: AuditDatabase;
const told = new Map<AuditRange, Map<string, string[]>>();

beforeAll(async () => {
  database = await AuditDatabase.open(local.stack.addresses.clickhouseUrl, 'audit_cases');
  const rules = { rule_version: 2, contact_join_ms: hour, lateness_ms: 2 * hour, short_abandon_ms: 5_000 };
  const gaps = Object.entries({ ...defaultRules.gap_ms, WEB: 2 * hour });
  await database.insertRows(
    'session_rules',
    gaps.map(([channel, gap_ms]) => ({ ...rules, channel, gap_ms })),
  );
  await database.insert(
    cases.flatMap(eventsOf),
    cases.flatMap((one) => sessionsOf(one, eventsOf(one))),
  );
}, 180_000);

afterAll(() => database?.client.close());

test.each(cases)(
  '$what',
  async ({ what, within = ever, told: expected }) => {
    const rows = told.get(within) ?? new Map<string, string[]>();
    if (!told.has(within)) {
      told.set(within, rows);
      for (const { customer_id, reason, session_id, late_event_count } of await database.audit(within)) {
        const waiting = reason === 'late_unrepaired' ? ` ${late_event_count}` : '';
        rows.set(customer_id, [...(rows.get(customer_id) ?? []), `${reason} ${session_id}${waiting}`]);
      }
    }
    expect((rows.get(what) ?? []).join(', ')).toBe(expected);
  },
  60_000,
);

test('ties: by sequence, none first, then by id in UTF-16 units, as the services compare', async () => {
  const first = { sequence: 'b', none: 'b', id: 'x', utf16: '\u{1F600}' };
  const tied = (customer_id: string, event_id: string, source_sequence: number | null): EnrichedEvent =>
    eventOf({ customer_id, event_id, occurred_at: at('08:00'), source_sequence });
  await database.insert(
    [
      ...[tied('sequence', 'a', 2), tied('sequence', 'b', 1), tied('none', 'a', 0), tied('none', 'b', null)],
      ...[
        tied('id', 'y', null),
        tied('id', 'x', null),
        tied('utf16', '\uFF5E', null),
        tied('utf16', '\u{1F600}', null),
      ],
    ],
    Object.entries(first).map(([customer_id, session_id]) => {
      const figures = { event_count: 2, contact_count: 2 };
      return { customer_id, session_id, started_at: at('08:00'), ended_at: at('08:00'), ...figures };
    }),
  );
  const rows = await database.audit(range('08:00', '08:01'));
  expect(rows.filter(({ customer_id }) => customer_id in first)).toEqual([]);
}, 60_000);

const listed = (text: string): string[][] => (text === '' ? [] : text.split(', ').map((one) => one.split(' ')));

function eventsOf({ what, events }: Case): EnrichedEvent[] {
  return listed(events).map(([event_id = '', time = '', ...more]) =>
    eventOf({
      customer_id: what,
      event_id,
      occurred_at: at(time.includes(':') ? time : Number(time)),
      late: more.includes('late'),
      channel: (more.find((word) => word !== 'late') ?? 'WEB') as Channel,
    }),
  );
}

function sessionsOf({ what, sessions }: Case, events: EnrichedEvent[]): FoundSession[] {
  const timeOf = (id: string | undefined): number => events.find(({ event_id }) => event_id === id)?.occurred_at ?? 0;
  return listed(sessions).map(([session_id = '', last, count, rules = '1']) => ({
    customer_id: what,
    session_id,
    started_at: timeOf(session_id),
    ended_at: timeOf(last),
    event_count: Number(count),
    contact_count: Number(count),
    rule_version: Number(rules),
  }));
}
