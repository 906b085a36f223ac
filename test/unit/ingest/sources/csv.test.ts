import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readBody } from '../../../../services/ingest/body';
import { csvSource } from '../../../../services/ingest/sources/csv';
import { readMappings } from '../../../../services/ingest/sources/csv/check';
import type { TableMapping } from '../../../../services/ingest/sources/csv/mapping';
import { cellTime } from '../../../../services/ingest/sources/csv/time';
import type { Source } from '../../../../services/ingest/sources/source';
import { distinct, expectCase, type Taken, takeBytes } from './source-cases';

const text = readFileSync(join(__dirname, '../../../fixtures/ingest/sources/csv/mappings.json'), 'utf8');

function mappingsOf(json: string): ReadonlyMap<string, TableMapping> {
  const read = readMappings(json);
  if ('faults' in read) throw new Error(read.faults.join('\n'));
  return read.mappings;
}

const sourceOf = (name: string): Source => csvSource(mappingsOf(text).get(name) as TableMapping);
const takeTable = (source: Source, table: string, encoding: BufferEncoding = 'utf8'): Promise<Taken> =>
  takeBytes(Buffer.from(table, encoding), source, 'text/csv');

const heading = 'Call No;Customer;Date;Time;Left queue;Queue;Result;Wait s\r\n';

describe('csv', () => {
  test('rows become events by the mapping: latin-1, quoted cells, local times, a map, a factor', async () => {
    const table = `${heading}1;C7;10.02.2026;9:00:00;9:00:12;"Verträge; Ölheizung";ANSWERED;12\r\n2;;10.02.2026;9:00:30;;Verträge;OPEN;\r\n`;
    const events = distinct([await takeTable(sourceOf('calls'), table, 'latin1')]);
    expect(events).toMatchObject([
      {
        event_type: 'queue.entered',
        occurred_at: Date.UTC(2026, 1, 10, 8),
        source: { system: 'old-pbx', event_id: 'queued:1' },
        queue: { name: 'Verträge; Ölheizung' },
        identities: [{ type: 'customer_id', value: 'C7', verified: true }, { type: 'anonymous_id' }],
      },
      {
        event_type: 'agent.joined',
        durations: { wait_ms: 12_000 },
        source: { event_id: 'ended:1' },
        attributes: { 'free.line': 'Verträge; Ölheizung' },
      },
      { event_type: 'queue.entered', identities: [{ type: 'anonymous_id', value: '2' }] },
    ]);
  });

  test('the rows’ calls are legs as an analyst expects them', async () => {
    const table = `${heading}1;C7;10.02.2026;9:00:00;9:00:12;a;ANSWERED;12\n2;C7;10.02.2026;9:10:00;9:11:00;b;LOST;60\n`;
    expectCase([await takeTable(sourceOf('calls'), table, 'latin1')], {
      events: [{}, {}, {}, {}],
      sessions: [{ customer_id: 'C7', path: ['VOICE:UNKNOWN', 'VOICE:ABANDONED'], contact_count: 2 }],
      legs: [
        { queue: 'a', left_by: 'ANSWERED', wait_ms: 12_000 },
        { queue: 'b', left_by: 'ABANDONED', wait_ms: 60_000, short_abandoned: false },
      ],
    });
  });

  test('a table without a heading; what the map does not know has the default', async () => {
    const { events } = await takeTable(sourceOf('complaints'), '02/09/2026,Web,7\n02/09/2026,Fax,8\n');
    expect(events).toMatchObject([
      { channel: 'WEB', occurred_at: Date.UTC(2026, 1, 9, 5), case_id: '7' },
      { channel: 'TASK', case_id: '8' },
    ]);
    const [first, second] = events.map(({ interaction_id }) => interaction_id);
    expect(first).toMatch(/^[0-9a-f]{64}$/);
    expect(second).not.toBe(first);
  });

  test('one bad row does not hold up the others', async () => {
    const table = `${heading}1;C7;10.02.2026;9:00:00;;a;TEST;1\n2;C7;2026-02-10;9:00;;a;OPEN;1\n3;C7;10.02.2026;9:00:00;9:01:00;a;LOST;x\n4;C7\n5;C7;10.02.2026;9:00:00;;a;OPEN;1\n`;
    const { events, rejected } = await takeTable(sourceOf('calls'), table, 'latin1');
    expect(events).toMatchObject([{ source: { event_id: 'queued:5' } }]);
    expect(rejected.map(({ index, errors: [{ field, reason }] }) => [index, field, reason])).toEqual([
      [0, 'row', 'test_call'],
      [1, 'Date+Time', 'wrong_format'],
      [2, 'durations.wait_ms', 'wrong_type'],
      [3, 'row 4', 'wrong_cell_count'],
    ]);
  });

  test.each([
    ['columns that are missing', 'Call No;Date\n1;x\n', 'missing_columns'],
    ['an open quote', `${heading}"1;2\n`, 'invalid_csv'],
    ['too many rows', `${heading}${'1;C;10.02.2026;9:00:00;;a;OPEN;1\n'.repeat(4)}`, 'too_many_events'],
  ])('refused whole: %s', async (_name, table, reason) => {
    const sentAs = { mediaType: 'text/csv', headers: {} };
    expect(await readBody(Buffer.from(table), sourceOf('calls'), sentAs, 3)).toMatchObject({ refused: { reason } });
  });

  test('every fault of a mapping file at once', () => {
    const event = {
      name: 'a',
      type: { value: 'Queue' },
      at: { column: 'when', format: 'DD.MM.YYYY' },
      identities: [{ type: 'mail', value: { column: 'x' } }],
      fields: {
        channel: { column: 'c', map: { p: 'PHONE', v: 'VOICE' } },
        'durations.wat_ms': { column: 'w' },
        received_at: { column: 'r' },
        provider: { column: 'a', columns: ['b'] },
      },
    };
    const read = readMappings(
      JSON.stringify({
        t: { system: 's', key: ['id'], events: [event, { ...event, at: { column: 'when', zone: 'Mars/Base' } }] },
      }),
    );
    expect('faults' in read && read.faults.map((one) => one.replace(/^t\.events\.?/, ''))).toEqual(
      expect.arrayContaining([
        ': the name a is used twice',
        expect.stringMatching(/^a\.type: must be a dotted lower-case name/),
        expect.stringMatching(/^a\.at: format DD\.MM\.YYYY has no zone/),
        expect.stringMatching(/^a\.identities\.0: must be customer_id/),
        expect.stringMatching(/^a\.fields\.channel: Invalid option/),
        'a.fields.durations.wat_ms: there is no field durations.wat_ms',
        'a.fields.received_at: received_at is no field that a mapping can set',
        'a.fields.provider: needs either column or columns',
        'a.at: zone Mars/Base is neither an offset nor a known zone',
      ]),
    );
    expect(readMappings('{')).toMatchObject({ faults: [expect.stringMatching(/^is not JSON/)] });
    expect(readMappings('{}')).toEqual({ faults: ['file: holds no mapping'] });
    expect(readMappings('{"A b": {}}')).toMatchObject({ faults: expect.any(Array) });
  });

  test.each([
    ['25.10.2026 03:30:00', Date.UTC(2026, 9, 25, 2, 30)],
    ['25.10.2026 01:30:00', Date.UTC(2026, 9, 24, 23, 30)],
    ['01.07.2026 12:00:00', Date.UTC(2026, 6, 1, 10)],
    ['31.02.2026 12:00:00', undefined],
    ['1.7.2026 12:00:00', undefined],
  ])('local time %s', (cell, ms) => {
    expect(cellTime(cell, { format: 'DD.MM.YYYY HH:mm:ss', zone: 'Europe/Berlin', join: ' ' })).toBe(ms);
  });

  test.each([
    ['12/01/2026 12:05 AM', 'MM/DD/YYYY hh:mm A', Date.UTC(2026, 11, 1, 0, 5)],
    ['12/01/2026 01:05 PM', 'MM/DD/YYYY hh:mm A', Date.UTC(2026, 11, 1, 13, 5)],
    ['1770714000', 'epoch_seconds', 1_770_714_000_000],
    ['2026-02-10 09:00:00', 'iso', Date.UTC(2026, 1, 10, 9)],
    ['2026-02-10T09:00:00+01:00', 'iso', Date.UTC(2026, 1, 10, 8)],
  ])('%s as %s', (cell, format, ms) => {
    expect(cellTime(cell, { format, zone: 'Z', join: ' ' })).toBe(ms);
  });

  test('whatever stands in the cells, each row is events or a refusal', async () => {
    const source = sourceOf('calls');
    const cell = fc.oneof(
      fc.string(),
      fc.constantFrom('1', '10.02.2026', '9:00:00', 'LOST', '__proto__', '-5', '1e99'),
    );
    fc.assert(
      fc.property(fc.array(cell, { minLength: 8, maxLength: 8 }), (cells) => {
        const row = Object.fromEntries(
          heading
            .trim()
            .split(';')
            .map((name, index) => [name, cells[index]]),
        );
        const adapted = source.adapt(row, { mediaType: 'text/csv', headers: {} });
        expect('events' in adapted || adapted.faults.length > 0).toBe(true);
      }),
    );
  });
});
