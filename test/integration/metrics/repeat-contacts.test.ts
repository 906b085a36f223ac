import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { withStack } from '../support/stack';
import { call, JourneyTables, type LegGiven, leg } from './support/journey-tables';

const local = withStack(['clickhouse'], { setUpSteps: [] });
let tables: JourneyTables;
beforeAll(async () => {
  tables = await JourneyTables.open(local.stack.addresses.clickhouseUrl, 'repeat_contacts');
}, 180_000);
afterAll(() => tables?.close());
beforeEach(() => tables.empty('legs', 'sessions'));

const march = { from: '2026-03-01', to: '2026-04-01' };
const scopes = { intent_scope: 'any', channel_scope: 'any' };
const defaults = { ...march, window_days: 7, ...scopes, as_of: '2026-05-01' as string | null };
const at = (day: number, from = '10:00:00', to = '10:05:00'): [string, string] => {
  const date = `2026-03-${String(day).padStart(2, '0')}`;
  return [`${date} ${from}`, `${date} ${to}`];
};

interface Sums {
  contacts: number;
  measured: number;
  repeated: number;
}
const repeats = async (legs: LegGiven[], asked: Partial<typeof defaults> = {}): Promise<Sums> => {
  await tables.empty('legs', 'sessions');
  await tables.insertLegs(legs);
  const columns = 'sum(contacts) AS contacts, sum(measured) AS measured, sum(repeated) AS repeated';
  const [sums] = await tables.view<Sums>('repeat_contacts', { ...defaults, ...asked }, columns);
  return sums;
};

describe('a contact is repeated', () => {
  const cases: { name: string; legs: LegGiven[]; sums: [number, number, number]; asked?: Partial<typeof defaults> }[] =
    [
      { name: 'by another within the window', legs: [call({ at: at(2) }), call({ at: at(5) })], sums: [2, 2, 1] },
      {
        name: 'exactly at the end of the window, counted from the end of the contact, not its start',
        legs: [call({ at: at(2, '10:00:00', '11:00:00') }), call({ at: at(9, '11:00:00', '11:05:00') })],
        sums: [2, 2, 1],
      },
      {
        name: 'not a millisecond later',
        legs: [call({ at: at(2, '10:00:00', '11:00:00') }), call({ at: at(9, '11:00:00.001', '11:05:00') })],
        sums: [2, 2, 0],
      },
      {
        name: 'by one that starts before it ends: asking while the mail waits',
        legs: [call({ at: ['2026-03-02 10:00:00', '2026-03-04 10:00:00'], channel: 'EMAIL' }), call({ at: at(3) })],
        sums: [2, 2, 1],
      },
      {
        name: 'across the end of the range, on both sides of it',
        legs: [
          call({ at: ['2026-02-28 10:00:00', '2026-02-28 10:05:00'] }),
          call({ at: at(31) }),
          call({ at: ['2026-04-02 10:00:00', '2026-04-02 10:05:00'] }),
        ],
        sums: [1, 1, 1],
      },
      {
        name: 'not by its own legs: transfer and call back',
        legs: [
          leg({ at: at(2), stage: 'AGENT', transferred: true }),
          leg({ at: at(2, '10:05:00', '10:09:00'), stage: 'AGENT' }),
          leg({ at: at(2, '11:00:00', '11:09:00'), stage: 'AGENT', direction: 'OUTBOUND' }),
        ],
        sums: [1, 1, 0],
      },
      {
        name: 'not by what the organisation begins, which is no contact of the customer either',
        legs: [call({ at: at(2) }), call({ at: at(3), direction: 'OUTBOUND' })],
        sums: [1, 1, 0],
      },
      {
        name: 'not by a visit or a bounce',
        legs: [
          call({ at: at(2) }),
          call({ at: at(3), channel: 'WEB', stage: 'UNKNOWN', answered_at: null }),
          call({ at: at(4, '10:00:00', '10:00:03'), stage: 'SELF_SERVICE', answered_at: null, outcome: 'UNKNOWN' }),
        ],
        sums: [1, 1, 0],
      },
      {
        name: 'not by another customer',
        legs: [call({ at: at(2) }), call({ at: at(3), customer_id: 'd' })],
        sums: [2, 2, 0],
      },
      {
        name: 'only in time that has elapsed: the window of the second reaches beyond as_of',
        legs: [call({ at: at(2) }), call({ at: at(5) })],
        asked: { as_of: '2026-03-12 10:04:59.999' },
        sums: [2, 1, 1],
      },
      {
        name: 'and elapsed at the very moment',
        legs: [call({ at: at(2) }), call({ at: at(5) })],
        asked: { as_of: '2026-03-12 10:05:00' },
        sums: [2, 2, 1],
      },
      {
        name: 'of nobody who is not known: the next visit of a device may be anybody',
        legs: [call({ at: at(2), customer_id: '~device_id:x' }), call({ at: at(3), customer_id: '~device_id:x' })],
        sums: [2, 0, 0],
      },
      {
        name: 'with the same intent, contacts without one aside',
        legs: [
          call({ at: at(2), intent: 'billing' }),
          call({ at: at(3), intent: 'moving' }),
          call({ at: at(4), intent: 'billing' }),
          call({ at: at(5) }),
        ],
        asked: { intent_scope: 'same' },
        sums: [4, 3, 1],
      },
      {
        name: 'about the same order',
        legs: [
          call({ at: at(2), order_id: 'O1' }),
          call({ at: at(3), order_id: 'O2' }),
          call({ at: at(4), order_id: 'O1' }),
        ],
        asked: { intent_scope: 'order' },
        sums: [3, 3, 1],
      },
      {
        name: 'on the same channel',
        legs: [call({ at: at(2) }), call({ at: at(3), channel: 'CHAT' }), call({ at: at(4) })],
        asked: { channel_scope: 'same' },
        sums: [3, 3, 1],
      },
    ];
  test.each(cases)('$name', async ({ legs, sums: [contacts, measured, repeated], asked }) => {
    expect(await repeats(legs, asked)).toEqual({ contacts, measured, repeated });
  });

  test('in another scope than there is: an error that says which there are', async () => {
    await expect(repeats([call({ at: at(2) })], { intent_scope: 'some' })).rejects.toThrow(
      'intent_scope is any, same or order',
    );
    await expect(repeats([call({ at: at(2) })], { channel_scope: 'some' })).rejects.toThrow(
      'channel_scope is any or same',
    );
  });
});

test('rates stand beside their counts, per day, channel and intent', async () => {
  await tables.insertLegs([
    call({ at: at(2), intent: 'billing' }),
    call({
      at: at(2, '12:00:00', '12:05:00'),
      intent: 'billing',
      stage: 'QUEUE',
      answered_at: null,
      outcome: 'ABANDONED',
    }),
    call({ at: at(2), intent: 'billing', customer_id: '~anonymous_id:1' }),
    call({ at: at(2), intent: 'billing', customer_id: '~anonymous_id:2' }),
    call({ at: at(2), intent: 'billing', customer_id: 'e', direction: 'OUTBOUND' }),
    call({ at: at(20), channel: 'CHAT', customer_id: '~anonymous_id:2' }),
  ]);
  const [voice, chat] = await tables.view('repeat_contacts', defaults, '*');
  expect(voice).toEqual({
    day: '2026-03-02',
    channel: 'VOICE',
    intent: 'billing',
    contacts: 4,
    excluded_outbound: 1,
    excluded_never_engaged: 0,
    identified: 2,
    identity_coverage: 0.5,
    measured: 2,
    repeated: 1,
    repeat_contact_rate: 0.5,
    fcr: 0.5,
    measured_answered: 1,
    repeated_answered: 1,
    fcr_answered: 0,
    beyond_level_1: 0,
    resolved_first: 0,
    net_fcr: 0,
  });
  expect(chat).toMatchObject({
    contacts: 1,
    identity_coverage: 0,
    measured: 0,
    repeat_contact_rate: null,
    fcr: null,
    fcr_answered: null,
    net_fcr: null,
  });
});

test('without as_of only what the pipeline knows of has elapsed', async () => {
  const asked = { as_of: null };
  const legs = [call({ at: at(2) }), call({ at: at(5) })];
  expect(await repeats(legs, asked)).toEqual({ contacts: 2, measured: 0, repeated: 0 });
  // Both topics have reported up to 2026-03-12 10:10; the lateness of an hour is taken off: the second has not elapsed.
  const known = { partition: 0, raw_partitions: 1, raw_time: { 0: '2026-03-12 10:10:00' }, loaded_offset: 1 };
  await tables.insert(
    'pipeline_status_log',
    ['interactions.enriched', 'sessions'].map((topic) => ({ topic, ...known })),
  );
  expect(await repeats(legs, asked)).toEqual({ contacts: 2, measured: 1, repeated: 1 });
  await tables.empty('pipeline_status_log');
});

test('what is left out counts as 7 days, any intent, any channel, as of what is loaded', async () => {
  await tables.empty('legs', 'sessions');
  await tables.insertLegs([call({ at: at(2) }), call({ at: at(8) }), call({ at: at(20) })]);
  const ask = (given: object) => tables.view('repeat_contacts', { ...march, as_of: '2026-05-01', ...given }, '*');
  const left = await ask({});
  expect(left).toEqual(await ask({ window_days: 7, ...scopes }));
  expect(left).not.toEqual(await ask({ window_days: 1 }));
});
