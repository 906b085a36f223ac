import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { gzipSync } from 'node:zlib';
import { createClient } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { FrontProcess, runFront, temporaryDataDir } from './support/clickhouse-front';

// Other suites share the machine.
jest.setTimeout(90_000);

const data = temporaryDataDir();
let front: FrontProcess;

beforeAll(async () => {
  front = await FrontProcess.start(data.path);
}, 360_000);

afterAll(async () => {
  await front?.end('SIGKILL');
  data.remove();
});

/** A fresh table of the usual shape. */
async function table(name: string): Promise<void> {
  await front.rows(
    `CREATE OR REPLACE TABLE ${name} (a UInt32, s String DEFAULT concat('d', toString(a)), n Nullable(Float64))
     ENGINE = MergeTree ORDER BY a SETTINGS non_replicated_deduplication_window = 1000`,
  );
}

const content = (name: string) => front.rows(`SELECT * FROM ${name} ORDER BY a`);

describe('inserts', () => {
  const bodies = [
    { name: 'after the statement', sql: 'INSERT INTO i (a) FORMAT CSV\n1\n2\n' },
    { name: 'after the statement, on its line', sql: 'INSERT INTO i (a) FORMAT JSONEachRow {"a":1} {"a":2}' },
    { name: 'as values', sql: "INSERT INTO i (a) VALUES (0 + 1), (toUInt32('2'));" },
    { name: 'behind settings', sql: 'INSERT INTO i (a) SETTINGS max_threads = 1 FORMAT TSV\n1\n2' },
    { name: 'with defaults', sql: 'INSERT INTO i FORMAT JSONEachRow\n{"a":1}\n{"a":2,"s":null}\n' },
    { name: 'from a select', sql: 'INSERT INTO i (a) SELECT arrayJoin([1, 2])' },
    {
      name: 'from input()',
      sql: "INSERT INTO i (a) SELECT x / 10 FROM input('x UInt32') WHERE x < 30 FORMAT TSV\n10\n20\n30\n",
    },
    {
      name: 'into a table called by a parameter',
      sql: 'INSERT INTO {t:Identifier} (a) FORMAT TSV\n1\n2\n',
      search: { param_t: 'i' },
    },
  ];
  test.each(bodies)('$name', async ({ sql, search }) => {
    await table('i');
    const { status, text, headers } = await front.ask(sql, search ?? {});
    expect({ status, text }).toEqual({ status: 200, text: '' });
    expect(await content('i')).toEqual([
      [1, 'd1', null],
      [2, 'd2', null],
    ]);
    if (!sql.includes('SELECT '))
      expect(JSON.parse(headers.get('X-ClickHouse-Summary') ?? '')).toMatchObject({ written_rows: '2' });
  });

  test.each(['', 'gzip', 'deflate'])(
    'the statement in the address, the data in the body, encoded "%s"',
    async (encoding) => {
      await table('i');
      const tsv = Buffer.from('1\tä\t\\N\n2\tb\t0.5\n');
      const body =
        encoding === 'gzip'
          ? gzipSync(tsv)
          : encoding === 'deflate'
            ? (await import('node:zlib')).deflateSync(tsv)
            : tsv;
      const headers: Record<string, string> = encoding === '' ? {} : { 'Content-Encoding': encoding };
      expect((await front.ask(body, { query: 'INSERT INTO i FORMAT TSV' }, headers)).text).toBe('');
      expect(await content('i')).toEqual([
        [1, 'ä', null],
        [2, 'b', 0.5],
      ]);
    },
  );

  const formats = [
    'Native',
    'RowBinary',
    'RowBinaryWithNamesAndTypes',
    'Parquet',
    'Arrow',
    'ORC',
    'Avro',
    'MsgPack',
    'JSONCompactEachRow',
    'CSVWithNames',
  ];
  test.each(formats)('what is read as %s can be inserted again', async (format) => {
    await table('source');
    await table('copy');
    await front.rows(
      "INSERT INTO source SELECT number, concat('\\n', toString(number), '\\0'), if(number % 2, number / 4, NULL) FROM numbers(1000)",
    );
    const read = await fetch(
      `${front.url}/?${new URLSearchParams({ query: `SELECT * FROM source ORDER BY a FORMAT ${format}` })}`,
    );
    const body = Buffer.from(await read.arrayBuffer());
    expect((await front.ask(body, { query: `INSERT INTO copy FORMAT ${format}` })).text).toBe('');
    const sums = await Promise.all(
      ['source', 'copy'].map((name) => front.rows(`SELECT count(), sum(cityHash64(*)) FROM ${name}`)),
    );
    expect(sums[1]).toEqual(sums[0]);
    // The statement before the bytes, in one body; into an empty table, for the same block again would be a repeat.
    await table('copy');
    const both = Buffer.concat([Buffer.from(`INSERT INTO copy FORMAT ${format}\n`), body]);
    expect((await front.ask(both)).text).toBe('');
    expect(await front.rows('SELECT count() FROM copy')).toEqual([[1000]]);
  });

  test('the client streams rows in, and a large body goes through', async () => {
    await table('i');
    const client = createClient({ url: front.url, compression: { request: true } });
    const stream = Readable.from(
      Array.from({ length: 5000 }, (_, a) => ({ a })),
      { objectMode: true },
    );
    await client.insert({ table: 'i', values: stream, format: 'JSONEachRow', columns: ['a'] });
    await client.close();
    const line = Buffer.from(`${'x'.repeat(990)}\n`.repeat(1000));
    const target = `${front.url}/?${new URLSearchParams({ query: "INSERT INTO i (s) SELECT x FROM input('x String') FORMAT TSV" })}`;
    const asked = request(target, { method: 'POST' });
    const answered = new Promise<number>((resolve) =>
      asked.on('response', (response) => resolve(response.statusCode ?? 0)),
    );
    await pipeline(Readable.from(Array.from({ length: 100 }, () => line)), asked);
    expect(await answered).toBe(200);
    expect(await front.rows('SELECT count(), sum(length(s) = 990) FROM i')).toEqual([[105_000, 100_000]]);
    expect(readdirSync(join(data.path, 'http_spool')).filter((name) => name.startsWith('body'))).toEqual([]);
  }, 60_000);

  test('an empty body inserts nothing', async () => {
    await table('i');
    for (const format of ['TSV', 'JSONEachRow', 'Native', 'RowBinary']) {
      expect((await front.ask('', { query: `INSERT INTO i FORMAT ${format}` })).status).toBe(200);
    }
    expect(await content('i')).toEqual([]);
  });
});

describe('exactly once', () => {
  /** A landing table that keeps nothing; two views unfold its arrays, one sums behind a target. */
  async function landing(): Promise<void> {
    const merge = 'ENGINE = MergeTree ORDER BY tuple() SETTINGS non_replicated_deduplication_window = 1000';
    for (const sql of [
      'CREATE TABLE landing (id UInt64, legs Array(Tuple(leg String, sign Int8)), topic String) ENGINE = Null',
      `CREATE TABLE ids (id UInt64, topic String) ${merge}`,
      `CREATE TABLE legs (id UInt64, leg String, sign Int8) ${merge}`,
      `CREATE TABLE sums (leg String, n Int64) ${merge}`,
      'CREATE MATERIALIZED VIEW to_ids TO ids AS SELECT id, topic FROM landing',
      'CREATE MATERIALIZED VIEW to_legs TO legs AS SELECT id, l.leg AS leg, l.sign AS sign FROM landing ARRAY JOIN legs AS l',
      'CREATE MATERIALIZED VIEW to_sums TO sums AS SELECT leg, sum(toInt64(sign)) AS n FROM legs GROUP BY leg',
    ]) {
      await front.rows(sql);
    }
  }

  const rows = Array.from({ length: 300 }, (_, id) =>
    JSON.stringify({ id, legs: id % 3 ? [{ leg: `l${id % 5}`, sign: 1 }] : [] }),
  ).join('\n');
  const counts = () =>
    front.rows('SELECT (SELECT count() FROM ids), (SELECT count() FROM legs), (SELECT sum(n) FROM sums)');
  const insert = (token: string, deadline: string) =>
    front.ask(rows, {
      query: `INSERT INTO landing (id, legs, topic)
        SELECT id, legs, 'sessions' AS topic FROM input('id UInt64, legs Array(Tuple(leg String, sign Int8))')
        WHERE throwIf(now64(3) > toDateTime64('${deadline}', 3, 'UTC'), 'too late') = 0
        SETTINGS insert_deduplication_token = '${token}', deduplicate_blocks_in_dependent_materialized_views = 1 FORMAT JSONEachRow`,
      max_threads: '1',
      max_insert_threads: '1',
      max_block_size: '1000000',
    });

  test('a repeated block is a no-op in tables and views; a late one is refused', async () => {
    await landing();
    expect((await insert('a', '2020-01-01 00:00:00')).text).toMatch(/^Code: 395\. DB::Exception: too late/);
    expect(await counts()).toEqual([[0, 0, 0]]);
    for (let repeat = 0; repeat < 3; repeat++) expect((await insert('a', '2099-01-01 00:00:00')).text).toBe('');
    expect(await counts()).toEqual([[300, 200, 200]]);
    const together = Array.from({ length: 4 }, () => insert('b', '2099-01-01 00:00:00'));
    expect((await Promise.all(together)).map(({ text }) => text)).toEqual(['', '', '', '']);
    expect(await counts()).toEqual([[600, 400, 400]]);
  });

  test('kill -9: what was acknowledged stays, and so do the tokens; what was left over is swept', async () => {
    const before = front.log;
    expect((await insert('c', '2099-01-01 00:00:00')).text).toBe('');
    await front.end('SIGKILL');
    const spool = join(data.path, 'http_spool');
    writeFileSync(join(spool, 'body-left-over'), 'x');
    // As a kill between the log and the rename would leave it: a token whose part is not there, and half a line.
    const log = newestLog(data.path);
    writeFileSync(log, `${readFileSync(log, 'latin1')}1\tall_9999_9999_0\tall_1_2\n1\tall_99`, 'latin1');
    front = await FrontProcess.start(data.path);
    expect(before).not.toMatch(/Repaired/);
    expect(front.log).toMatch(/Repaired .*deduplication_log_\d+\.txt: 2 blocks/);
    expect(existsSync(join(spool, 'body-left-over'))).toBe(false);
    expect(await counts()).toEqual([[900, 600, 600]]);
    expect((await insert('c', '2099-01-01 00:00:00')).text).toBe('');
    expect(await counts()).toEqual([[900, 600, 600]]);
  }, 60_000);
});

function newestLog(dataDir: string): string {
  const found = readdirSync(join(dataDir, 'store'), { recursive: true, encoding: 'utf8' });
  const logs = found.filter((path) => /deduplication_log_\d+\.txt$/.test(path)).sort();
  return join(dataDir, 'store', logs.at(-1) ?? '');
}

describe('start and stop', () => {
  test('every faulty setting is named, and nothing is started', async () => {
    const { code, output } = await runFront({ PORT: 'x', READ_SESSIONS: '0', CLICKHOUSE_DATA_DIR: '/tmp/a*b' });
    expect(code).toBe(78);
    for (const name of ['PORT', 'READ_SESSIONS', 'CLICKHOUSE_DATA_DIR']) expect(output).toMatch(name);
    expect(output).not.toMatch(/\n\s+at /);
  });

  test('a taken port and a taken directory are each one sentence', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const taken = await runFront({ PORT: String(port), CLICKHOUSE_DATA_DIR: data.path });
    other.close();
    expect(taken).toEqual({ code: 1, output: expect.stringMatching(/^Port \d+, .* is taken by [^\n]*\n$/) });
    const shared = await runFront({ PORT: '0', CLICKHOUSE_DATA_DIR: data.path });
    expect(shared).toEqual({
      code: 1,
      output: expect.stringMatching(/^[^\n]*process \d+\) serves the data in [^\n]*\n$/),
    });
    expect(await front.rows('SELECT 1')).toEqual([[1]]);
  });

  test('SIGTERM lets a running statement end', async () => {
    const slow = front.ask('SELECT sleepEachRow(0.1) FROM numbers(10) FORMAT Null; ');
    const insert = front.ask(
      "INSERT INTO ids SELECT number + sleepEachRow(0.05), 'slow' FROM numbers(10) SETTINGS max_block_size = 1",
    );
    await new Promise((resolve) => setTimeout(resolve, 200));
    const code = front.end('SIGTERM');
    expect((await slow).status).toBe(200);
    expect((await insert).status).toBe(200);
    expect(await code).toBe(0);
    expect(existsSync(join(data.path, 'http_spool'))).toBe(false);
    mkdirSync(data.path, { recursive: true });
  }, 60_000);
});
