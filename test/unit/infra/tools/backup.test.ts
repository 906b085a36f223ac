import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { figureDifferences } from '../../../../infra/tools/backup/figures';
import { backupPlace, shownPlace } from '../../../../infra/tools/backup/place';
import { isOpen, type Place, sameCommitted } from '../../../../infra/tools/backup/positions';
import type { PositionRecord } from '../../../../infra/tools/backup/records';
import { whileLoadRests } from '../../../../infra/tools/backup/rest';
import { backupSettings } from '../../../../infra/tools/backup/settings';
import { erasedButThere } from '../../../../infra/tools/restore/erased';
import { positionFaults, resumeAt } from '../../../../infra/tools/restore/faults';
import { customerHash, Erasures, keyCheck } from '../../../../services/lib/erasures';
import { decodeResponse, encodeRequest } from '../../../../services/lib/kafka/protocol/metadata-v12';

const place = (given: Partial<Place> = {}): Place => ({
  topic: 'sessions',
  topic_id: 'aa',
  partition: 1,
  low: 10,
  high: 100,
  committed_offset: 90,
  metadata: '',
  ...given,
});
const stored = (given: Partial<PositionRecord> = {}): PositionRecord => ({
  backup_id: 'b',
  taken_at: '2026-11-26T12:00:00.000Z',
  cluster_id: 'kafka-1',
  group_id: 'load-sessions',
  topic: 'sessions',
  topic_id: 'aa',
  partition: 1,
  committed_offset: 40,
  metadata: '',
  ...given,
});

describe('where a backup lies', () => {
  test.each([
    ['monday', "File('monday')"],
    ['/backups/it is', "File('/backups/it is')"],
    ["o'clock", "File('o\\'clock')"],
    ["Disk('backups', 'monday')", "Disk('backups', 'monday')"],
  ])('%s is %s', (text, expected) => expect(backupPlace('TO', text)).toBe(expected));

  test.each([undefined, ' ', "monday') SETTINGS x", "url('http://a')"])('%s is refused', (text) => {
    expect(() => backupPlace('FROM', text)).toThrow(/FROM=/);
  });

  test('keys are not shown', () => {
    expect(shownPlace(backupPlace('TO', "S3('https://a/b', 'key', 'secret')"))).toBe("S3('https://a/b', …)");
  });
});

describe('whether a restore would be right', () => {
  const faults = (record: Partial<PositionRecord>, now: Partial<Place>, acceptLost = false) =>
    positionFaults([stored(record)], { cluster_id: 'kafka-1', places: [place(now)], acceptLost });

  test('nothing is wrong while Kafka has what follows', () => {
    expect(faults({}, {})).toEqual([]);
    expect(faults({ committed_offset: 100 }, {})).toEqual([]);
    expect(faults({ committed_offset: 10 }, {})).toEqual([]);
  });

  test('what retention has deleted is told, and may be accepted', () => {
    expect(faults({ committed_offset: 9 }, {})[0]).toMatch(
      /^sessions partition 1: offsets 9 to 9 were deleted by retention/,
    );
    expect(faults({ committed_offset: 9 }, {}, true)).toEqual([]);
    expect(resumeAt(stored({ committed_offset: 9 }), [place()])).toBe(10);
    expect(resumeAt(stored(), [place()])).toBe(40);
  });

  test('offsets of another topic, cluster or past are never accepted', () => {
    expect(faults({ topic_id: 'bb' }, {}, true)).toEqual([
      'sessions was deleted and made anew since: offset 40 is of the old one',
    ]);
    expect(faults({ cluster_id: 'kafka-2' }, {}, true)).toEqual([
      'the offsets belong to the Kafka cluster kafka-2, and this is kafka-1',
    ]);
    expect(faults({ committed_offset: 101 }, {}, true)[0]).toMatch(/ends at offset 100, before 101/);
    expect(faults({ partition: 7 }, {}, true)).toEqual(['sessions partition 7 is not there any more']);
    expect(positionFaults([], { cluster_id: '', places: [], acceptLost: true })).toHaveLength(1);
  });
});

describe('whether load rests', () => {
  const intent = '{"v":2,"end":95,"p":[0,0,0]}';

  test('an intent is an open block, progress alone is none', () => {
    expect(isOpen(place({ metadata: intent }))).toBe(true);
    expect(isOpen(place({ metadata: '{"p":[5,0,0]}' }))).toBe(false);
    expect(isOpen(place({ committed_offset: -1 }))).toBe(false);
  });

  test('an offset or its metadata that moves shows that it did not; records that arrive do not', () => {
    expect(sameCommitted([place()], [place({ high: 200, low: 20 })])).toBe(true);
    expect(sameCommitted([place()], [place({ committed_offset: 91 })])).toBe(false);
    expect(sameCommitted([place()], [place({ metadata: intent })])).toBe(false);
    expect(sameCommitted([], [place()])).toBe(false);
  });

  const admin = (members: number) =>
    ({ describeGroups: async () => ({ groups: [{ members: Array.from({ length: members }) }] }) }) as never;

  test('where no load runs, none is asked to rest; where one does not answer, the work is not begun', async () => {
    const rest = { groupPrefix: 'load', loadUrls: ['http://127.0.0.1:9'] };
    expect(await whileLoadRests({ ...rest, admin: admin(0) }, async () => 'done')).toBe('done');
    const begun: string[] = [];
    const work = async () => begun.push('begun');
    await expect(whileLoadRests({ ...rest, admin: admin(1) }, work)).rejects.toThrow(/does not answer .*LOAD_URLS/);
    expect(begun).toEqual([]);
  });

  test.each([
    [2, 2, 'done'],
    [1, undefined, 'done'],
    [3, 2, '3 consumers load a topic, and the loads that LOAD_URLS names are 2 of them'],
    [2, undefined, '2 consumers load a topic, and the loads that LOAD_URLS names are 1 of them'],
  ])('%d members, a load that says it is %s: %s', async (members, consumers, outcome) => {
    // As services/load/pause.ts answers; of the last release without `consumers`.
    const paused = new Set<string>();
    const load = createServer((request, response) => {
      const table = String(request.url).split('/').at(-1)?.split('?')[0] as string;
      if (request.method === 'DELETE') paused.delete(table);
      else paused.add(table);
      response.end(JSON.stringify({ table, waiting: [], consumers }));
    });
    await new Promise<void>((resolve) => load.listen(0, '127.0.0.1', resolve));
    try {
      const loadUrls = [`http://127.0.0.1:${(load.address() as AddressInfo).port}`];
      const work = async () => (paused.size === 3 ? 'done' : 'not paused');
      const done = whileLoadRests({ admin: admin(members), groupPrefix: 'load', loadUrls }, work);
      expect(await done.catch((error: Error) => error.message)).toContain(outcome);
      expect(paused.size).toBe(0);
    } finally {
      load.close();
    }
  });
});

test('tables that differ are named, with what they have and what they had', () => {
  const figure = (table_name: string, rows: number, content: string) => ({ table_name, rows, content });
  expect(
    figureDifferences(
      [figure('a', 1, '5'), figure('b', 2, '5'), figure('c', 3, '5'), figure('d', 4, '5')],
      [figure('a', 1, '5'), figure('b', 1, '5'), figure('c', 3, '6'), figure('e', 9, '0')],
    ),
  ).toEqual([
    'b has 1 rows, not 2',
    'c has other content in its 3 rows',
    'd is missing: it had 4 rows',
    'e was not there and has 9 rows',
  ]);
});

test('persons who were erased and are in the tables again are found by their hash', async () => {
  const key = 'a key of sixteen characters';
  const erasures = new Erasures(key);
  const erasure = { erasure_id: 'e', customer_hash: customerHash(key, 'ana'), key_check: keyCheck(key) };
  erasures.add({ ...erasure, erased_at: 1_000, erased_through: 1_000 });
  const rows = [
    ['ana', 900, 950],
    ['ben', 900, 950],
  ];
  const client = {
    query: async () => ({ stream: () => [rows.map((row) => ({ json: () => row }))] }),
  } as never;
  expect(await erasedButThere(client, 'd', erasures)).toEqual(['ana']);
  rows[0] = ['ana', 1_001, 1_002];
  expect(await erasedButThere(client, 'd', erasures)).toEqual([]);
});

test('a cluster is refused, not half backed up', () => {
  expect(() => backupSettings({ CLICKHOUSE_CLUSTER: 'cd' })).toThrow(
    /CLICKHOUSE_CLUSTER: backup and restore are for one server/,
  );
  expect(() => backupSettings({ LOAD_URLS: 'http://a:9103,nonsense' })).toThrow(/LOAD_URLS: must be http/);
});

test('ids of topics are read past brokers, partitions and tags', () => {
  const text = (value: string) => Buffer.concat([Buffer.from([value.length + 1]), Buffer.from(value)]);
  const int32 = (value: number) => {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32BE(value);
    return bytes;
  };
  const replicas = Buffer.concat([Buffer.from([3]), int32(1), int32(2)]);
  const none = Buffer.from([1]);
  const tagged = Buffer.from([1, 7, 2, 9, 9]);
  const partition = Buffer.concat([Buffer.alloc(2), int32(0), int32(1), int32(5), replicas, replicas, none, tagged]);
  const topic = Buffer.concat([
    Buffer.alloc(2),
    text('sessions'),
    Buffer.alloc(16, 0xab),
    Buffer.from([0]),
    Buffer.from([3]),
    partition,
    partition,
    int32(0),
    Buffer.from([0]),
  ]);
  const broker = Buffer.concat([int32(1), text('host'), int32(9092), Buffer.from([0]), Buffer.from([0])]);
  const answer = Buffer.concat([
    Buffer.from([0]),
    int32(0),
    Buffer.from([2]),
    broker,
    text('cluster'),
    int32(1),
    Buffer.from([2]),
    topic,
    Buffer.from([0]),
  ]);
  expect(decodeResponse(answer).topics).toEqual([
    { name: 'sessions', id: 'ab'.repeat(16), error_code: 0, partitions: 2 },
  ]);
  const { buf } = encodeRequest(['t'.repeat(200)]);
  // Length 201 takes two bytes.
  expect([...buf.subarray(0, 2), ...buf.subarray(18, 20)]).toEqual([0, 2, 0xc9, 1]);
});
