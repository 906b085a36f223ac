import { createReadStream, existsSync } from 'node:fs';
import type { Answer } from './answer';
import type { ReadRequestBody } from './body';
import type { Engine, EngineConnection, Outcome } from './engine';
import { ClickHouseFault, fault, faultFromEngine } from './errors';
import { type LoadStatement, loadSql } from './load-statement';
import { lowestRevision, NativeFraming } from './native';
import type { Pool } from './pool';
import { quoted, quotedName } from './quoting';
import type { FrontRequest } from './request';
import { AnswerPipe, type Spool } from './spool';
import type { Statement } from './statement';

export interface ExecuteDeps {
  engine: Engine;
  pool: Pool;
  spool: Spool;
  /** A statement that the engine has not ended by then is killed. */
  killAfterMs: number;
}

type SelectStatement = Extract<Statement, { kind: 'select' }>;

/** What a statement needs besides itself while it runs. */
interface Run {
  deps: ExecuteDeps;
  connection: EngineConnection;
  request: FrontRequest;
  answer: Answer;
  placeNumber: number;
}

/**
 * Runs one statement and writes its answer. Throws ClickHouseFault for what the client is to be told, or the answer's
 * own reason when the client has gone. A statement that reads is killed when its client goes; one that writes ends by
 * itself, as on a server.
 */
export async function execute(
  deps: ExecuteDeps,
  request: FrontRequest,
  body: ReadRequestBody,
  expectedBytes: number | undefined,
  queryId: string,
  answer: Answer,
): Promise<void> {
  const { statement } = body;
  if (statement.kind === 'empty') throw fault('SYNTAX_ERROR', 'Empty query');
  const reads = statement.kind === 'select' || statement.kind === 'show';
  if (!reads && request.readonly !== 0) throw readonlyFault();

  // The body is taken in before there is a place: a slow sender must not hold up the others.
  const dataPath = statement.kind === 'load' ? await deps.spool.keepBody(body.data, expectedBytes) : undefined;
  try {
    const place = await deps.pool.take(reads ? 'read' : 'write', answer.gone);
    try {
      const connection = deps.engine.connect();
      try {
        const logComment = uniqueComment(request, queryId);
        const run = { deps, connection, request, answer, placeNumber: place.number };
        await prepare(connection, request, logComment);
        await killable(deps, logComment, reads ? answer.gone : undefined, async () => {
          if (statement.kind === 'select') await select(run, statement, queryId);
          else if (dataPath !== undefined && statement.kind === 'load')
            await load(run, statement, body, dataPath, queryId);
          else if (statement.kind === 'show') await small(run, statement.text, statement.format, queryId);
          else if (statement.kind === 'command') await small(run, statement.text, undefined, queryId);
        });
      } finally {
        connection.close();
      }
    } finally {
      place.giveBack();
    }
  } finally {
    if (dataPath !== undefined) await deps.spool.remove(dataPath);
  }
}

/** Settings first, `readonly` among them and last to matter: nothing can be set once it is on. */
async function prepare(connection: EngineConnection, request: FrontRequest, logComment: string): Promise<void> {
  const settings = new Map([...request.settings, ['log_comment', logComment]]);
  const assignments = [...settings].map(([name, value]) => `${name} = ${quoted(value)}`);
  for (const [name, value] of request.parameters) assignments.push(`param_${name} = ${quoted(value)}`);
  if (request.readonly !== 0) assignments.push(`readonly = ${request.readonly}`);
  await connection.run(`SET ${assignments.join(', ')}`, 'Null');
  if (request.database !== undefined) await connection.run(`USE ${quotedName(request.database)}`, 'Null');
}

/** Streams the answer through a pipe, in whatever format: bounded memory, and the client's pace is the engine's. */
async function select(run: Run, statement: SelectStatement, queryId: string): Promise<void> {
  const { deps, connection, request, answer } = run;
  const format = statement.format ?? request.defaultFormat;
  answer.describe(format, queryId);
  if (request.waitForEnd) return selectWhole(run, statement, format);

  const pipe = new AnswerPipe(deps.spool.pipePath(run.placeNumber));
  const running = connection
    .run(intoFile(statement, pipe.path, format), format)
    .then(
      (outcome) => ({ outcome }),
      (error: unknown) => ({ error }),
    )
    .finally(() => pipe.finish());
  // To the end, whatever becomes of the client: the engine waits for a reader where no KILL reaches it.
  const frame = framing(request, format);
  let notKnown: unknown;
  for await (const chunk of pipe.reader) {
    try {
      if (notKnown === undefined) await answer.write(frame(chunk));
    } catch (error) {
      notKnown = error;
    }
  }
  const ended = await running;
  if (notKnown !== undefined) throw notKnown;
  if ('error' in ended) throw withoutPath(ended.error, pipe.path);
  answer.tell(readSummary(ended.outcome));
  answer.end();
}

/** With wait_end_of_query the whole answer is there, and known to be good, before its first byte is sent. */
async function selectWhole(
  { deps, connection, request, answer }: Run,
  statement: SelectStatement,
  format: string,
): Promise<void> {
  const frame = framing(request, format);
  const path = deps.spool.newPath();
  try {
    const outcome = await connection.run(intoFile(statement, path, format), format);
    answer.tell(readSummary(outcome));
    // An answer without a byte leaves no file.
    if (existsSync(path)) for await (const chunk of createReadStream(path)) await answer.write(frame(chunk));
    answer.end();
  } catch (error) {
    throw withoutPath(error, path);
  } finally {
    await deps.spool.remove(path);
  }
}

async function load(run: Run, statement: LoadStatement, body: ReadRequestBody, path: string, queryId: string) {
  const { connection, request, answer } = run;
  answer.describe(request.defaultFormat, queryId);
  try {
    const { rows, bytes, elapsedSeconds } = await connection.insert(loadSql(statement, path, body.compression));
    answer.tell({ writtenRows: rows, writtenBytes: bytes, elapsedSeconds });
    answer.end();
  } catch (error) {
    throw withoutPath(error, path);
  }
}

async function small(run: Run, text: string, ownFormat: string | undefined, queryId: string): Promise<void> {
  const { connection, request, answer } = run;
  const format = ownFormat ?? request.defaultFormat;
  answer.describe(format, queryId);
  const outcome = await connection.run(text, request.defaultFormat);
  answer.tell(readSummary(outcome));
  await answer.write(framing(request, format)(outcome.output));
  answer.end();
}

/** What is done to the bytes of an answer on their way: nothing, but for Native at a protocol version. */
function framing({ protocolVersion }: FrontRequest, format: string): (chunk: Buffer) => Buffer {
  if (format !== 'Native' || protocolVersion < lowestRevision) return (chunk) => chunk;
  const native = new NativeFraming();
  return (chunk) => native.take(chunk);
}

function intoFile({ before, after }: SelectStatement, path: string, format: string): string {
  // APPEND, or the engine refuses a file that is there already. A line of its own: `before` may end in a comment.
  return `${before}\nINTO OUTFILE ${quoted(path)} APPEND FORMAT ${format}${after}`;
}

function readSummary({ rows, bytes, elapsedSeconds }: Outcome) {
  return { resultRows: rows, resultBytes: bytes, elapsedSeconds };
}

/** The engine's own query ids cannot be set, and clients repeat theirs: this tells a running statement from all others. */
function uniqueComment(request: FrontRequest, queryId: string): string {
  const own = request.settings.get('log_comment');
  return `${own === undefined ? '' : `${own} `}http ${runNumber++} ${queryId}`;
}

let runNumber = 0;

/** Runs `work`, and has its statement killed when the signal aborts or the time is up. */
async function killable(
  { engine, killAfterMs }: ExecuteDeps,
  logComment: string,
  signal: AbortSignal | undefined,
  work: () => Promise<void>,
): Promise<void> {
  let repeat: NodeJS.Timeout | undefined;
  const kill = () => {
    // Again and again: the statement may not have begun yet. An error of the kill itself changes nothing.
    repeat ??= setInterval(() => engine.kill(logComment).catch(() => undefined), 250);
    engine.kill(logComment).catch(() => undefined);
  };
  const timer = setTimeout(kill, killAfterMs);
  signal?.addEventListener('abort', kill, { once: true });
  if (signal?.aborted) kill();
  try {
    await work();
  } finally {
    clearTimeout(timer);
    clearInterval(repeat);
    signal?.removeEventListener('abort', kill);
  }
}

function readonlyFault(): ClickHouseFault {
  const hint = 'For queries over HTTP, method GET implies readonly. Use method POST for queries that write.';
  return fault('READONLY', `Cannot execute query in readonly mode. ${hint}`);
}

/** Our temporary files are none of the client's business. */
function withoutPath(error: unknown, path: string): ClickHouseFault {
  const { code, type, message } = faultFromEngine(error);
  const clean = message.replaceAll(`\nINTO OUTFILE ${quoted(path)} APPEND`, '').replaceAll(path, 'the body');
  return new ClickHouseFault(code, type, clean);
}
