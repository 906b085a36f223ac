import { type ClickHouseFault, fault } from './errors';

/** What a request asks for, before its body is read. */
export interface FrontRequest {
  queryId: string | undefined;
  /** The `query` parameter; the statement goes on in the body. */
  query: string;
  database: string | undefined;
  defaultFormat: string;
  /** 0 may write; 1 and 2 are the server's levels of `readonly`. */
  readonly: 0 | 1 | 2;
  /** Settings of the engine, as given in the address; max_execution_time is always there. */
  settings: Map<string, string>;
  /** Bound parameters without the prefix `param_`, as escaped text. */
  parameters: Map<string, string>;
  /** How the body is compressed: a Content-Encoding, '' for plain. */
  bodyEncoding: string;
  /** How the answer is to be compressed. */
  answerEncoding: AnswerEncoding | undefined;
  gzipLevel: number;
  /** Native with what a client of this protocol version wants around each column; 0 without. */
  protocolVersion: number;
  /** Bytes held back so that an error can still become a status; all of them with `wait_end_of_query`. */
  holdBytes: number;
  waitForEnd: boolean;
}

export type AnswerEncoding = 'gzip' | 'deflate';

/** Parameters of the HTTP interface that are no settings. Those not read here are accepted and change nothing. */
const interfaceParameters = new Set([
  ...['query', 'database', 'default_format', 'query_id', 'user', 'password', 'quota_key', 'role', 'stacktrace'],
  ...['buffer_size', 'wait_end_of_query', 'compress', 'decompress', 'client_protocol_version'],
  ...['session_id', 'session_timeout', 'session_check', 'close_session'],
]);

const defaultHoldBytes = 1 << 20;
const largestHoldBytes = 16 << 20;

/** Headers as Node gives them: lower-case names. */
export type Headers = Record<string, string | string[] | undefined>;

/**
 * Reads method, address and headers. `form` holds the text parts of a multipart body, which count as parameters.
 * Throws ClickHouseFault for an unknown user and for what this front cannot do. Passwords are not looked at.
 */
export function readRequest(
  method: string,
  search: URLSearchParams,
  headers: Headers,
  maxExecutionTimeSeconds: number,
): FrontRequest {
  const user = readUser(search, headers);
  if (user !== 'default' && user !== 'viewer') throw unknownUser(user);
  for (const name of ['compress', 'decompress']) {
    if (isOn(search.get(name))) {
      throw fault('NOT_IMPLEMENTED', `${name}=1 (blocks of LZ4) is not supported here: use Content-Encoding: gzip`);
    }
  }

  const settings = new Map<string, string>();
  const parameters = new Map<string, string>();
  for (const [name, value] of search) {
    if (name === '' || interfaceParameters.has(name)) continue;
    if (name.startsWith('param_')) parameters.set(checkedName(name.slice('param_'.length)), value);
    else settings.set(checkedName(name), value);
  }
  const asked = settings.get('readonly');
  settings.delete('readonly');
  settings.set('max_execution_time', boundedSeconds(settings.get('max_execution_time'), maxExecutionTimeSeconds));

  return {
    queryId: search.get('query_id') || one(headers['x-clickhouse-query-id']) || undefined,
    query: search.get('query') ?? '',
    database: one(headers['x-clickhouse-database']) || search.get('database') || undefined,
    defaultFormat: checkedFormat(one(headers['x-clickhouse-format']) || search.get('default_format') || 'TabSeparated'),
    readonly: readonlyLevel(user, method, asked),
    settings,
    parameters,
    bodyEncoding: bodyEncoding(headers),
    answerEncoding: isOn(settings.get('enable_http_compression')) ? answerEncoding(headers) : undefined,
    gzipLevel: Math.min(9, Math.max(1, Number(settings.get('http_zlib_compression_level')) || 3)),
    protocolVersion: Number(search.get('client_protocol_version')) || 0,
    holdBytes: Math.min(largestHoldBytes, Math.max(defaultHoldBytes, Number(search.get('buffer_size')) || 0)),
    waitForEnd: isOn(search.get('wait_end_of_query') ?? settings.get('http_wait_end_of_query') ?? null),
  };
}

/** The body's Content-Encoding in lower case, '' for a plain one. */
export function bodyEncoding(headers: Headers): string {
  const encoding = (one(headers['content-encoding']) ?? '').trim().toLowerCase();
  return encoding === 'identity' ? '' : encoding;
}

/** Viewers may not change settings either (level 1); GET never writes (level 2). */
function readonlyLevel(user: string, method: string, asked: string | undefined): 0 | 1 | 2 {
  if (user === 'viewer' || asked === '1') return 1;
  if (method !== 'POST' || asked === '2') return 2;
  return 0;
}

/** The ways a server takes a user's name, in its order of precedence. */
function readUser(search: URLSearchParams, headers: Headers): string {
  const named = one(headers['x-clickhouse-user']);
  if (named) return named;
  const authorization = one(headers.authorization);
  if (authorization === undefined) return search.get('user') || 'default';
  const basic = /^basic\s+(\S+)$/i.exec(authorization);
  if (basic === null) {
    throw fault(
      'AUTHENTICATION_FAILED',
      'Invalid authentication: only the HTTP Authorization scheme Basic is supported',
    );
  }
  return Buffer.from(basic[1]!, 'base64').toString('utf8').split(':')[0] || 'default';
}

function unknownUser(user: string): ClickHouseFault {
  const reason = 'Authentication failed: password is incorrect, or there is no user with such name.';
  return fault('AUTHENTICATION_FAILED', `${user}: ${reason}`);
}

/** Names go into SQL: what is no identifier cannot be a setting. */
function checkedName(name: string): string {
  if (/^[A-Za-z_]\w*$/.test(name)) return name;
  throw fault('UNKNOWN_SETTING', `Unknown setting '${name}'`);
}

/** It goes into SQL, too. */
function checkedFormat(name: string): string {
  if (/^\w+$/.test(name)) return name;
  throw fault('UNKNOWN_FORMAT', `Unknown format ${name}.`);
}

/** A request may shorten the time a statement gets; 0, which means no limit, gets the longest. */
function boundedSeconds(asked: string | undefined, longest: number): string {
  const seconds = Number(asked);
  if (asked !== undefined && Number.isNaN(seconds)) return asked;
  return String(seconds > 0 ? Math.min(seconds, longest) : longest);
}

function answerEncoding(headers: Headers): AnswerEncoding | undefined {
  const offered = (one(headers['accept-encoding']) ?? '').toLowerCase().split(',');
  const accepted = offered.map((offer) => offer.trim()).filter((offer) => !/;\s*q=0(\.0*)?$/.test(offer));
  const names = new Set(accepted.map((offer) => offer.split(';')[0]!.trim()));
  return names.has('gzip') ? 'gzip' : names.has('deflate') ? 'deflate' : undefined;
}

function isOn(value: string | null | undefined): boolean {
  return value === '1' || value === 'true';
}

function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
