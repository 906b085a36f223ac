import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as contactMetrics from '../../support/recompute/contact-metrics';
import { contactsOf } from '../../support/recompute/contacts';
import * as journeyMetrics from '../../support/recompute/journeys';
import { day_ms, hour_ms, type Row } from '../../support/recompute/rows';
import { withStack } from '../support/stack';
import { JourneyTables } from './support/journey-tables';
import { randomDealings, seeded } from './support/random-dealings';

const local = withStack(['clickhouse'], { setUpSteps: [] });
const [start, end] = [Date.UTC(2026, 2, 1), Date.UTC(2026, 3, 1)];
// Neither end is midnight, and dealings lie on both sides of the range.
const [from, to, as_of] = [start + 6.3 * day_ms, start + 22.7 * day_ms, start + 27 * day_ms];
const { legs, sessions, orders, rates } = randomDealings(20261125, 200, start, end);
const contacts = contactsOf(legs, rates);

const time = (at: number): string => new Date(at).toISOString().replace('T', ' ').slice(0, -1);
const times = ['started_at', 'ended_at', 'handled_at', 'arrived_at', 'answered_at', 'valid_from', 'occurred_at'];
/** Times as the engine writes them. */
const written = (row: object): Row =>
  Object.fromEntries(
    Object.entries(row).map(([key, value]) => [
      key,
      times.includes(key) && value !== null ? time(value as number) : value,
    ]),
  );
const sorted = (rows: readonly object[]): string[] =>
  rows
    .map((row) =>
      JSON.stringify(
        Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)),
        (_, value) => ordered(value),
      ),
    )
    .sort();
const ordered = (value: unknown): unknown =>
  value && typeof value === 'object' && !Array.isArray(value) ? Object.entries(value).sort() : value;

let tables: JourneyTables;
beforeAll(async () => {
  tables = await JourneyTables.open(local.stack.addresses.clickhouseUrl, 'recomputed');
  await tables.insert('rate_card', rates.map(written));
  await tables.insert(
    'interactions',
    orders.map((order) => ({ ...written(order), event_type: 'order.placed' })),
  );
  const next = seeded(7);
  for (const [table, rows, wrong] of [
    [
      'legs',
      legs,
      { outcome: 'FAILURE', stage: 'SELF_SERVICE', cost_minor: 1, cost_currency: 'GBP', contact_id: 'was' },
    ],
    ['sessions', sessions, { intent: 'was' }],
  ] as const) {
    // What was revised: a row that was otherwise before, taken back; some that are gone for good. In blocks of any order.
    const revisions = rows.flatMap((row, place) => {
      const [now, before] = [written(row), { ...written(row), ...wrong }];
      const id = table === 'legs' ? 'leg_id' : 'session_id';
      const gone = { ...before, [id]: `gone-${place}`, version: 5 };
      return [
        { ...now, version: 3, sign: 1 },
        ...(place % 3 === 0 ? [1, -1].map((sign) => ({ ...before, version: 2, sign })) : []),
        ...(place % 7 === 0 ? [1, -1].map((sign) => ({ ...gone, sign })) : []),
      ];
    });
    const shuffled = revisions.map((row) => ({ row, key: next() })).sort((a, b) => a.key - b.key);
    for (let place = 0; place < shuffled.length; place += 2000)
      await tables.insert(
        table,
        shuffled.slice(place, place + 2000).map(({ row }) => row),
      );
  }
}, 360_000);
afterAll(() => tables?.close());

const range = { from: time(from), to: time(to) };

async function same(view: string, parameters: Record<string, string | number | null>, expected: Row[]): Promise<void> {
  const rows = await tables.view(view, parameters, '*');
  expect(sorted(rows)).toEqual(sorted(expected));
  expect(expected.length).toBeGreaterThan(5);
}

test('the data is large and varied enough to tell', () => {
  expect(legs.length).toBeGreaterThan(3000);
  for (const kind of ['ASSISTED', 'SELF_SERVICE', 'DIRECT', 'VISIT', 'OTHER'])
    expect(contacts.filter((one) => one.kind === kind).length).toBeGreaterThan(30);
});

test('contacts', async () => {
  const own = contacts.filter(({ started_at }) => started_at >= from && started_at < to);
  const columns = Object.keys(own[0]).join(', ');
  const rows = await tables.view('contacts', range, columns);
  expect(sorted(rows)).toEqual(sorted(own.map(written)));
  expect(own.length).toBeGreaterThan(1000);
});

describe('what followed a contact', () => {
  const asked = [
    { hours: 24, intent_scope: 'any', channel_scope: 'any' },
    { hours: 7 * 24, intent_scope: 'any', channel_scope: 'any' },
    { hours: 7 * 24, intent_scope: 'same', channel_scope: 'any' },
    { hours: 14 * 24, intent_scope: 'order', channel_scope: 'same' },
    { hours: 3 * 24, intent_scope: 'same', channel_scope: 'same' },
  ];
  test.each(asked)('within $hours h, intent $intent_scope, channel $channel_scope', async ({ hours, ...scopes }) => {
    const window = { from, to, window_ms: hours * hour_ms, as_of, ...scopes };
    const parameters = { ...range, window_days: hours / 24, as_of: time(as_of) };
    await same('repeat_contacts', { ...parameters, ...scopes }, contactMetrics.repeatContacts(contacts, window));
    if (scopes.channel_scope === 'same') return;
    const { intent_scope } = scopes;
    await same(
      'durable_resolution',
      { ...parameters, intent_scope },
      contactMetrics.durableResolution(contacts, window),
    );
    if (intent_scope === 'same') return;
    const inHours = { ...range, window_hours: hours, as_of: time(as_of) };
    await same('containment', inHours, contactMetrics.containment(contacts, window));
    await same('escalation_leaks', inHours, contactMetrics.escalationLeaks(contacts, window));
    await same('contact_rate', parameters, contactMetrics.contactRate(contacts, orders, window));
  });

  test('cost per contact', () => same('cost_per_contact', range, contactMetrics.costPerContact(contacts, from, to)));
});

describe('journeys', () => {
  const asked = [
    { window_days: 1, scope: 'any' },
    { window_days: 3, scope: 'any' },
    { window_days: 7, scope: 'intent' },
    { window_days: 3, scope: 'order' },
    { window_days: 14, scope: 'case' },
  ];
  test.each(asked)('of $window_days days, $scope', async (question) => {
    const full = { from, to, as_of, ...question };
    const parameters = { ...range, ...question };
    const found = journeyMetrics.journeysOf(sessions, legs, rates, full);
    const rows = found.map((journey) => journeyMetrics.describeJourney(journey, full));
    const known = { ...parameters, as_of: time(as_of) };
    await same('journeys', known, rows.map(written));
    await same('journey_outcomes', known, journeyMetrics.journeyOutcomes(rows));
    await same('cost_per_resolution', known, journeyMetrics.costPerResolution(rows));
    await same('channel_switches', parameters, journeyMetrics.channelSwitches(found));
    await same('failure_steps', parameters, journeyMetrics.failureSteps(found));
  });
});
