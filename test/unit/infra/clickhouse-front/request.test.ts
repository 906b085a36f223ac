import { describe, expect, test } from '@jest/globals';
import { isForeign } from '../../../../infra/local/clickhouse/foreign';
import { readForm } from '../../../../infra/local/clickhouse/multipart';
import { type Headers, readRequest } from '../../../../infra/local/clickhouse/request';

const read = (search: string, headers: Headers = {}, method = 'POST') =>
  readRequest(method, new URLSearchParams(search), headers, 60);

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

describe('reading a request', () => {
  test('parameters of the interface, settings and bound parameters are told apart', () => {
    const request = read(
      'query=SELECT+1&database=d&query_id=q&default_format=JSON&max_threads=2&param_a=x%0Ay&session_id=s&role=r&=1',
    );
    expect(request).toMatchObject({
      query: 'SELECT 1',
      database: 'd',
      queryId: 'q',
      defaultFormat: 'JSON',
      readonly: 0,
    });
    expect([...request.settings]).toEqual([
      ['max_threads', '2'],
      ['max_execution_time', '60'],
    ]);
    expect([...request.parameters]).toEqual([['a', 'x\ny']]);
  });

  test('headers win over parameters', () => {
    const headers = { 'x-clickhouse-database': 'h', 'x-clickhouse-format': 'CSV', 'x-clickhouse-query-id': 'hq' };
    expect(read('database=d&default_format=JSON', headers)).toMatchObject({
      database: 'h',
      defaultFormat: 'CSV',
      queryId: 'hq',
    });
    expect(read('')).toMatchObject({ database: undefined, defaultFormat: 'TabSeparated', queryId: undefined });
  });

  const levels: { search: string; headers?: Headers; method?: string; level: number }[] = [
    { search: '', level: 0 },
    { search: '', method: 'GET', level: 2 },
    { search: 'readonly=1', method: 'GET', level: 1 },
    { search: 'readonly=0', method: 'GET', level: 2 },
    { search: 'readonly=2', level: 2 },
    { search: 'user=viewer', level: 1 },
    { search: 'user=viewer&readonly=0', level: 1 },
    { search: '', headers: { 'x-clickhouse-user': 'viewer' }, level: 1 },
    { search: '', headers: { authorization: basic('viewer:secret:with:colons') }, level: 1 },
    { search: '', headers: { authorization: basic(':') }, level: 0 },
  ];
  test.each(levels)('$method $search $headers → readonly $level', ({ search, headers, method, level }) => {
    const request = read(search, headers, method);
    expect(request.readonly).toBe(level);
    expect(request.settings.has('readonly')).toBe(false);
  });

  const refused: { search: string; headers?: Headers; code: number }[] = [
    { search: 'user=bob', code: 516 },
    { search: '', headers: { authorization: basic('bob:') }, code: 516 },
    { search: '', headers: { authorization: 'Bearer x' }, code: 516 },
    { search: "a%20=%201,b='1", code: 115 },
    { search: 'param_a%20b=1', code: 115 },
    { search: 'compress=1', code: 48 },
    { search: 'default_format=TSV%3B%20DROP%20TABLE%20t', code: 73 },
  ];
  test.each(refused)('$search $headers → code $code', ({ search, headers, code }) => {
    expect(() => read(search, headers)).toThrow(expect.objectContaining({ code }));
  });

  test.each([
    ['5', '5'],
    ['0.5', '0.5'],
    ['0', '60'],
    ['61', '60'],
    ['-1', '60'],
    ['x', 'x'],
  ])('max_execution_time %s → %s: shorter, never longer; nonsense is for the engine to refuse', (asked, given) => {
    expect(read(`max_execution_time=${asked}`).settings.get('max_execution_time')).toBe(given);
  });

  test.each([
    ['gzip, deflate, br', 'gzip'],
    ['deflate', 'deflate'],
    ['GZIP;q=0.5', 'gzip'],
    ['gzip;q=0, deflate', 'deflate'],
    ['br, zstd', undefined],
    ['', undefined],
  ])('Accept-Encoding "%s" → %s, where compression is on', (accepted, encoding) => {
    const headers = { 'accept-encoding': accepted };
    expect(read('enable_http_compression=1', headers).answerEncoding).toBe(encoding);
    expect(read('', headers).answerEncoding).toBeUndefined();
  });

  test('what is held back', () => {
    expect(read('')).toMatchObject({ holdBytes: 1 << 20, waitForEnd: false });
    expect(read('buffer_size=9999999999&wait_end_of_query=1')).toMatchObject({ holdBytes: 16 << 20, waitForEnd: true });
  });
});

describe('a form', () => {
  const type = 'multipart/form-data; boundary=xx';
  test('its parts are parameters, in UTF-8, with line ends of their own', () => {
    const body =
      '--xx\r\nContent-Disposition: form-data; name="query"\r\n\r\nSELECT 1\r\n-- ä\r\n--xx\r\nContent-Disposition: form-data; name="param_a"\r\n\r\n\r\n--xx--\r\n';
    expect([...readForm(type, Buffer.from(body).toString('latin1'))]).toEqual([
      ['query', 'SELECT 1\r\n-- ä'],
      ['param_a', ''],
    ]);
  });

  test('a file in it is refused', () => {
    const body = '--xx\r\nContent-Disposition: form-data; name="t"; filename="t.csv"\r\n\r\n1\r\n--xx--\r\n';
    expect(() => readForm(type, body)).toThrow(expect.objectContaining({ code: 48 }));
  });
});

describe('requests sent by pages of other sites', () => {
  const cases: { headers: Headers; bound?: string; foreign: boolean }[] = [
    { headers: { host: '127.0.0.1:8123' }, foreign: false },
    {
      headers: { host: 'localhost:8123', origin: 'http://localhost:8123', 'sec-fetch-site': 'same-origin' },
      foreign: false,
    },
    { headers: { host: '[::1]:8123' }, foreign: false },
    { headers: { host: '127.0.0.1:8123', 'sec-fetch-site': 'none' }, foreign: false },
    { headers: { host: '127.0.0.1:8123', 'sec-fetch-site': 'cross-site' }, foreign: true },
    { headers: { host: '127.0.0.1:8123', origin: 'https://evil.example' }, foreign: true },
    { headers: { host: '127.0.0.1:8123', origin: 'null' }, foreign: true },
    { headers: { host: 'rebound.evil.example:8123' }, foreign: true },
    { headers: { host: 'clickhouse:8123' }, bound: '0.0.0.0', foreign: false },
  ];
  test.each(cases)('$headers $bound → $foreign', ({ headers, bound, foreign }) => {
    expect(isForeign(headers, bound ?? '127.0.0.1')).toBe(foreign);
  });
});
