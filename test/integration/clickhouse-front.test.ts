import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { residentBytes } from '../../infra/local/processes';
import { answer, FrontProcess, temporaryDataDir } from './support/clickhouse-front';

// Other suites share the machine.
jest.setTimeout(90_000);

const data = temporaryDataDir();
let front: FrontProcess;
let client: ClickHouseClient;

beforeAll(async () => {
  front = await FrontProcess.start(data.path, { MAX_EXECUTION_TIME_SECONDS: '20' });
  client = createClient({
    url: front.url,
    compression: { request: true, response: true },
    log: { level: ClickHouseLogLevel.OFF },
  });
  await front.rows('CREATE TABLE t (a UInt32, s String DEFAULT toString(a)) ENGINE = MergeTree ORDER BY a');
}, 360_000);

afterAll(async () => {
  await client?.close();
  await front?.end('SIGTERM');
  data.remove();
});

describe('addresses', () => {
  test.each(['/', '/ping', '/replicas_status'])('GET %s answers Ok.', async (path) => {
    expect(await (await fetch(front.url + path)).text()).toBe('Ok.\n');
  });

  test('/play is a page that needs nothing from elsewhere', async () => {
    const response = await fetch(`${front.url}/play`);
    const page = await response.text();
    expect(response.headers.get('content-type')).toMatch('text/html');
    expect(page).toMatch('<textarea');
    expect(page).not.toMatch(/https?:\/\//);
  });

  test('other paths are told of the right ones', async () => {
    const { status, text } = await answer(await fetch(`${front.url}/nosuch`));
    expect({ status, text }).toEqual({ status: 404, text: expect.stringContaining('There is no handle /nosuch') });
  });

  test.each([{ origin: 'http://evil.example' }, { 'sec-fetch-site': 'cross-site' }, { host: 'evil.example:8123' }])(
    'a browser sent by another site is refused: %j',
    async (headers) => {
      const asked = request(`${front.url}/?query=SELECT%201`, { headers }).end();
      const [response] = await once(asked, 'response');
      response.resume();
      expect(response.statusCode).toBe(403);
    },
  );
});

describe('queries', () => {
  test('GET and POST; the query parameter and the body are one text', async () => {
    expect(await (await fetch(`${front.url}/?query=SELECT+1`)).text()).toBe('1\n');
    expect((await front.ask('+ 1', { query: 'SELECT 1' })).text).toBe('2\n');
    expect((await front.ask('SELECT 1 AS x;  -- done')).text).toBe('1\n');
  });

  test('the format is that of the statement, else of the header, else of the parameter', async () => {
    const asked = [
      await front.ask(
        'SELECT 1 AS x FORMAT CSVWithNames',
        { default_format: 'JSON' },
        { 'X-ClickHouse-Format': 'XML' },
      ),
      await front.ask('SELECT 1 AS x', { default_format: 'JSON' }, { 'X-ClickHouse-Format': 'Values' }),
      await front.ask('SELECT 1 AS x', { default_format: 'JSONEachRow' }),
    ];
    expect(asked.map(({ headers, text }) => [headers.get('X-ClickHouse-Format'), text])).toEqual([
      ['CSVWithNames', '"x"\n1\n'],
      ['Values', '(1)'],
      ['JSONEachRow', '{"x":1}\n'],
    ]);
    expect(asked[0]!.headers.get('content-type')).toBe('text/csv; charset=UTF-8; header=present');
  });

  test('headers tell what ran', async () => {
    const { headers } = await front.ask('SELECT number FROM numbers(3)', { query_id: 'mine' });
    const summary: Record<string, string> = JSON.parse(headers.get('X-ClickHouse-Summary') ?? '');
    expect(headers.get('X-ClickHouse-Query-Id')).toBe('mine');
    expect(headers.get('X-ClickHouse-Timezone')).toBe('UTC');
    expect(headers.get('X-ClickHouse-Server-Display-Name')).toBeTruthy();
    expect(summary).toMatchObject({ read_rows: '3', result_rows: '3', written_rows: '0' });
    expect(Number(summary.elapsed_ns)).toBeGreaterThan(0);
  });

  test('settings, database and bound parameters last for one request', async () => {
    expect(await front.rows("SELECT getSetting('max_threads')", { max_threads: '3' })).toEqual([[3]]);
    expect(await front.rows("SELECT getSetting('max_threads') = 3")).toEqual([[0]]);
    expect((await front.ask('SELECT currentDatabase()', { database: 'system' })).text).toBe('system\n');
    expect((await front.ask('SELECT currentDatabase()')).text).toBe('default\n');
    const named = { param_n: '5', param_s: "it's \\t \\\\", param_l: "['a','b']", param_none: '\\N', param_t: 'one' };
    const sql =
      'SELECT {n:UInt8} + 1, {s:String}, {l:Array(String)}, {none:Nullable(Int8)}, dummy FROM system.{t:Identifier}';
    expect(await front.rows(sql, named)).toEqual([[6, "it's \t \\", ['a', 'b'], null, 0]]);
    const many = Array.from({ length: 40 }, (_, n) => front.rows('SELECT {n:UInt8}', { param_n: String(n) }));
    expect(await Promise.all(many)).toEqual(many.map((_, n) => [[n]]));
  });

  test('a form carries the query and its parameters', async () => {
    const form = new FormData();
    form.set('query', 'SELECT {x:String}');
    form.set('param_x', 'ä '.repeat(3000));
    const { text } = await answer(await fetch(front.url, { method: 'POST', body: form }));
    expect(text).toBe(`${'ä '.repeat(3000)}\n`);
  });
});

describe('errors', () => {
  const cases: { sql: string; search?: Record<string, string>; code: number; status: number }[] = [
    { sql: 'SELEC 1', code: 62, status: 400 },
    { sql: '', code: 62, status: 400 },
    { sql: 'SELECT 1; SELECT 2', code: 62, status: 400 },
    { sql: "SELECT toDate('x')", code: 38, status: 400 },
    { sql: 'SELECT * FROM nosuch', code: 60, status: 404 },
    { sql: 'SELECT nosuch()', code: 46, status: 404 },
    { sql: 'SELECT nosuch', code: 47, status: 404 },
    { sql: 'SELECT 1', search: { database: 'nosuch' }, code: 81, status: 404 },
    { sql: 'SELECT 1', search: { nosuch: '1' }, code: 115, status: 404 },
    { sql: 'SELECT 1', search: { 'a b': '1' }, code: 115, status: 404 },
    { sql: 'SELECT 1 FORMAT Nosuch', code: 73, status: 404 },
    { sql: 'SELECT {x:UInt8}', code: 456, status: 500 },
    { sql: 'SELECT sleepEachRow(1) FROM numbers(3)', search: { max_execution_time: '0.5' }, code: 159, status: 408 },
    { sql: "SELECT 1 INTO OUTFILE '/tmp/never'", code: 358, status: 500 },
    { sql: "INSERT INTO t FROM INFILE '/etc/passwd' FORMAT CSV", code: 78, status: 404 },
    { sql: 'SELECT 1', search: { compress: '1' }, code: 48, status: 501 },
    { sql: 'SELECT 1', search: { user: 'bob' }, code: 516, status: 403 },
    { sql: 'INSERT INTO t FORMAT JSONEachRow {"a":"x"}', code: 27, status: 400 },
  ];
  test.each(cases)('$sql $search → $code, $status', async ({ sql, search, code, status }) => {
    const got = await front.ask(sql, search);
    expect({ status: got.status, code: got.headers.get('X-ClickHouse-Exception-Code') }).toEqual({
      status,
      code: String(code),
    });
    expect(got.text).toMatch(
      new RegExp(`^Code: ${code}\\. DB::Exception: [^]+ \\([A-Z_]+\\) \\(version 2[^)]+\\)\\n$`),
    );
    expect(got.text).not.toMatch(/http_spool|clickhouse-front|OUTFILE '.*pipe/);
  });

  test('after a megabyte, the error ends the answer and cuts the connection', async () => {
    const sql = 'SELECT number, throwIf(number = 300000) FROM numbers(10000000) FORMAT JSONEachRow';
    const response = await fetch(front.url, { method: 'POST', body: sql });
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow();
    const query = sql.replace(' FORMAT JSONEachRow', '');
    const plain = { enable_http_compression: 0 } as const;
    const rows = await client.query({ query, format: 'JSONEachRow', clickhouse_settings: plain });
    await expect(rows.json()).rejects.toMatchObject({ code: '395' });
  });

  test('with wait_end_of_query it is a status, however long the answer was', async () => {
    const sql = 'SELECT number, throwIf(number = 300000) FROM numbers(10000000)';
    expect((await front.ask(sql, { wait_end_of_query: '1' })).status).toBe(500);
    expect((await front.ask('SELECT 1', { wait_end_of_query: '1' })).text).toBe('1\n');
    expect((await front.ask('SELECT 1 WHERE 0', { wait_end_of_query: '1' })).text).toBe('');
  });
});

describe('who may write', () => {
  const viewers: { name: string; search: Record<string, string>; headers: Record<string, string> }[] = [
    { name: 'parameter', search: { user: 'viewer' }, headers: {} },
    { name: 'header', search: {}, headers: { 'X-ClickHouse-User': 'viewer', 'X-ClickHouse-Key': 'any' } },
    { name: 'basic', search: {}, headers: { Authorization: `Basic ${btoa('viewer:any')}` } },
  ];
  test.each(viewers)('a viewer by $name reads and does not write', async ({ search, headers }) => {
    expect((await front.ask("SELECT getSetting('max_threads')", { ...search, max_threads: '2' }, headers)).text).toBe(
      '2\n',
    );
    const writes = [
      'INSERT INTO t VALUES (1)',
      'CREATE TABLE v (a Int8) ENGINE = Memory',
      'KILL QUERY WHERE 1',
      'SELECT 1 SETTINGS max_threads = 1',
    ];
    for (const sql of [...writes, 'SET readonly = 0', "INSERT INTO FUNCTION file('x.csv') VALUES (1)"]) {
      expect({ sql, text: (await front.ask(sql, search, headers)).text }).toEqual({
        sql,
        text: expect.stringMatching(/^Code: 164/),
      });
    }
  });

  test('GET never writes, and may set what it likes', async () => {
    const get = async (sql: string) => (await fetch(`${front.url}/?query=${encodeURIComponent(sql)}`)).text();
    expect(await get('SELECT 1 SETTINGS max_threads = 1')).toBe('1\n');
    for (const sql of ['INSERT INTO t VALUES (1)', 'DROP TABLE t', 'WITH 1 AS x INSERT INTO t SELECT x']) {
      expect(await get(sql)).toMatch(/^Code: 164/);
    }
  });
});

describe('@clickhouse/client', () => {
  test('ping, command, insert, query and exec, gzip both ways', async () => {
    expect(await client.ping()).toEqual({ success: true });
    expect(await client.ping({ select: true })).toEqual({ success: true });
    await client.command({ query: 'CREATE TABLE c (a UInt32, s String) ENGINE = MergeTree ORDER BY a' });
    const values = Array.from({ length: 1000 }, (_, a) => ({ a, s: `row ${a}` }));
    const { summary } = await client.insert({ table: 'c', values, format: 'JSONEachRow' });
    expect(summary).toMatchObject({ written_rows: '1000' });
    const query = 'SELECT s FROM c WHERE a >= {from:UInt32} ORDER BY a';
    const found = await client.query({ query, query_params: { from: 998 }, format: 'JSONEachRow' });
    expect(await found.json()).toEqual([{ s: 'row 998' }, { s: 'row 999' }]);
    expect(await (await client.query({ query: 'SELECT count() AS n FROM c', format: 'JSON' })).json()).toMatchObject({
      rows: 1,
      data: [{ n: 1000 }],
    });
    const { stream } = await client.exec({ query: 'SELECT 7 FORMAT TabSeparated' });
    expect(Buffer.concat(await stream.toArray()).toString()).toBe('7\n');
    await expect(client.query({ query: 'SELECT * FROM nosuch' })).rejects.toMatchObject({
      code: '60',
      type: 'UNKNOWN_TABLE',
    });
  });

  test('a large result is streamed: every row, bounded memory', async () => {
    const rows = 3_000_000;
    const query = `SELECT number, randomPrintableASCII(100) AS s FROM numbers(${rows})`;
    const result = await client.query({
      query,
      format: 'JSONEachRow',
      clickhouse_settings: { enable_http_compression: 0 },
    });
    let seen = 0;
    let peak = 0;
    for await (const batch of result.stream()) {
      seen += batch.length;
      peak = Math.max(peak, residentBytes(front.pid) ?? 0);
    }
    expect(seen).toBe(rows);
    expect(peak).toBeLessThan(1_500_000_000);
  }, 90_000);
});

test('gzip: a compressed statement, a compressed answer, and a body that only says it is', async () => {
  const headers = { 'Content-Encoding': 'gzip', 'Accept-Encoding': 'gzip' };
  const asked = request(`${front.url}/?enable_http_compression=1`, { method: 'POST', headers });
  asked.end(gzipSync('SELECT number FROM numbers(300000)'));
  const [response] = await once(asked, 'response');
  const body: Buffer = Buffer.concat(await response.toArray());
  expect(response.headers['content-encoding']).toBe('gzip');
  expect(gunzipSync(body).toString().split('\n')).toHaveLength(300_001);
  expect((await front.ask('SELECT 1', {}, { 'Content-Encoding': 'gzip' })).text).toMatch(/^Code: 354/);
  expect((await front.ask('SELECT 1', {}, { 'Content-Encoding': 'nosuch' })).text).toMatch(/^Code: 48/);
});

describe('side by side', () => {
  const slow = 'SELECT sum(sipHash64(number)) FROM numbers(100000000000) SETTINGS max_threads = 1';
  const runningNow = async () =>
    (
      await front.rows<[string]>(
        "SELECT query FROM system.processes WHERE query LIKE '%100000000000%' AND query NOT LIKE '%processes%'",
      )
    ).length;

  test('a fast query and an insert do not wait for slow ones; a client that goes takes its query with it', async () => {
    const clients = Array.from({ length: 3 }, () => new AbortController());
    const answers = clients.map(({ signal }) =>
      fetch(front.url, { method: 'POST', body: slow, signal }).catch(() => 'gone'),
    );
    while ((await runningNow()) < 3) await sleep(20);
    const started = Date.now();
    expect((await front.ask('SELECT 1')).text).toBe('1\n');
    expect((await front.ask('INSERT INTO t (a) VALUES (1000001)')).status).toBe(200);
    expect(Date.now() - started).toBeLessThan(2_000);
    for (const gone of clients) gone.abort();
    expect(await Promise.all(answers)).toEqual(['gone', 'gone', 'gone']);
    for (const deadline = Date.now() + 5_000; (await runningNow()) > 0 && Date.now() < deadline; ) await sleep(50);
    expect(await runningNow()).toBe(0);
  });

  test('a refused statement leaves its connection usable, however much was sent with it', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const send = async (path: string, body: Buffer) => {
      const asked = request(front.url + path, { method: 'POST', agent });
      asked.end(body);
      const [response] = await once(asked, 'response');
      return Buffer.concat(await response.toArray()).toString();
    };
    const large = Buffer.alloc(3 << 20, '1\n');
    expect(await send('/?user=viewer&query=INSERT+INTO+t+(a)+FORMAT+TSV', large)).toMatch(/^Code: 164/);
    expect(await send('/?query=INSERT+INTO+nosuch+FORMAT+TSV', large)).toMatch(/^Code: 60/);
    expect(await send('/', Buffer.concat([Buffer.from('SELECT 1; '), large]))).toMatch(/^Code: 62/);
    expect(await send('/?query=SELECT', Buffer.from(' 5'))).toBe('5\n');
    agent.destroy();
  });

  test('a client that breaks off in the middle of an answer or of a body harms nobody', async () => {
    const address = new URL(front.url);
    for (const text of ['SELECT * FROM numbers(1000000000)', 'INSERT INTO t (a) FORMAT TSV\n1\n']) {
      const socket = connect(Number(address.port), address.hostname);
      socket.write(
        `POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: ${text.length + (text.startsWith('I') ? 1_000 : 0)}\r\n\r\n${text}`,
      );
      if (text.startsWith('S')) await once(socket, 'data');
      else await sleep(100);
      socket.destroy();
    }
    await sleep(300);
    expect(await front.rows('SELECT count() FROM t WHERE a = 1')).toEqual([[0]]);
    expect(
      await front.rows(
        "SELECT count() FROM system.processes WHERE query LIKE '%numbers(1000000000)%' AND query NOT LIKE '%processes%'",
      ),
    ).toEqual([[0]]);
  });
});
