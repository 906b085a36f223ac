import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Answer } from './answer';
import { decoded, readAll, readBody } from './body';
import { faultFromEngine } from './errors';
import { type ExecuteDeps, execute } from './execute';
import { isForeign } from './foreign';
import { readForm } from './multipart';
import { playPage } from './play';
import { bodyEncoding, readRequest } from './request';

export interface FrontDeps extends ExecuteDeps {
  /** The address bound to: on a loopback one, requests from pages of other sites are refused. */
  host: string;
  maxExecutionTimeSeconds: number;
  stallMs: number;
  /** Error texts name it. */
  version: string;
}

/** As a server: statements of a megabyte fit into the address. */
const longestHeadBytes = (1 << 20) + (64 << 10);

/**
 * A server that answers 503 until `serve` is called: the port is taken before the data directory is touched, and nobody
 * is told "Ok." before statements run.
 */
export function createFront(): { server: Server; serve(deps: FrontDeps): void; stopServing(): void } {
  let deps: FrontDeps | undefined;
  const server = createServer({ maxHeaderSize: longestHeadBytes, keepAliveTimeout: 30_000 }, (request, response) => {
    response.on('error', () => undefined);
    if (deps === undefined) plain(response, 503, 'Starting or stopping: try again in a moment.\n');
    else {
      route(deps, request, response).catch((error: unknown) => {
        console.error(`clickhouse: ${request.method} failed: ${String(error)}`);
        response.destroy();
      });
    }
  });
  // A large INSERT may take longer to arrive than Node's five minutes.
  server.requestTimeout = 0;
  return {
    server,
    serve: (ready) => {
      deps = ready;
    },
    stopServing: () => {
      deps = undefined;
    },
  };
}

async function route(deps: FrontDeps, request: IncomingMessage, response: ServerResponse): Promise<void> {
  response.setHeader('X-ClickHouse-Server-Display-Name', 'customer-dynamics-local');
  const method = request.method ?? 'GET';
  const url = new URL(request.url ?? '/', 'http://front');
  if (method === 'OPTIONS') return plain(response, 204, '');
  if (method === 'GET' || method === 'HEAD') {
    if (url.pathname === '/ping' || url.pathname === '/replicas_status') return plain(response, 200, 'Ok.\n');
    if (url.pathname === '/play') return page(response);
    if (url.pathname === '/' && url.search === '') return plain(response, 200, 'Ok.\n');
  } else if (method !== 'POST') {
    return plain(response, 405, 'Only GET, HEAD and POST are served here.\n');
  }
  if (url.pathname !== '/' && url.pathname !== '/query') return plain(response, 404, noSuchPath(url.pathname));
  if (isForeign(request.headers, deps.host)) {
    return plain(response, 403, 'This database does not answer web pages of other sites.\n');
  }
  await query(deps, request, response, url.searchParams);
}

async function query(
  deps: FrontDeps,
  request: IncomingMessage,
  response: ServerResponse,
  search: URLSearchParams,
): Promise<void> {
  const plainAnswer = { holdBytes: 0, answerEncoding: undefined, gzipLevel: 1 };
  let answer: Answer | undefined;
  const chunks = decoded(request, bodyEncoding(request.headers));
  try {
    const contentType = request.headers['content-type'] ?? '';
    if (contentType.toLowerCase().startsWith('multipart/form-data')) {
      for (const [name, value] of readForm(contentType, await readAll(chunks))) search.set(name, value);
    }
    const wanted = readRequest(request.method ?? 'GET', search, request.headers, deps.maxExecutionTimeSeconds);
    answer = new Answer(response, wanted, deps.version, deps.stallMs);
    const queryId = wanted.queryId ?? randomUUID();
    await execute(deps, wanted, await readBody(wanted, chunks), expectedBytes(request), queryId, answer);
  } catch (error) {
    if (response.destroyed || request.errored) return;
    answer ??= new Answer(response, plainAnswer, deps.version, deps.stallMs);
    answer.fail(faultFromEngine(error));
    await throwAway(chunks, request);
  }
}

/** Reads what is left of a body: before that the connection cannot carry the next request. */
async function throwAway(chunks: AsyncGenerator<Buffer>, request: IncomingMessage): Promise<void> {
  try {
    while (!(await chunks.next()).done);
  } catch {
    // Told already, or the sender has gone.
  }
  request.resume();
}

/** The length of a body that is sent as it is; undefined when only its end will tell. */
function expectedBytes({ headers }: IncomingMessage): number | undefined {
  const length = Number(headers['content-length']);
  return headers['content-encoding'] === undefined && Number.isFinite(length) ? length : undefined;
}

function plain(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=UTF-8' }).end(text);
}

function page(response: ServerResponse): void {
  response
    .writeHead(200, {
      'Content-Type': 'text/html; charset=UTF-8',
      'Content-Security-Policy':
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'",
    })
    .end(playPage);
}

function noSuchPath(path: string): string {
  return (
    `There is no handle ${path}\n\nUse / or /ping for health checks.\nOr /replicas_status.\n` +
    'Send queries with POST, or GET /?query=...\nOpen /play in a browser for a page to query with.\n'
  );
}
