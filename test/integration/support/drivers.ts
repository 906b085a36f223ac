import { execFile, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { withLock } from '../../../infra/local/lock';
import { projectRoot } from './build';

const run = promisify(execFile);
const tools = join(projectRoot, '.local', 'tools');
const waitMs = 240_000;

/** Whether this machine can build programs of Go. */
export const hasGo = spawnSync('go', ['version']).status === 0;

export interface NamedQuery {
  name: string;
  sql: string;
}

export interface GoAnswer {
  name: string;
  types?: string[];
  rows?: unknown[][];
  error?: string;
}

/** Asks through clickhouse-go, the driver in Grafana's plug-in; as a viewer, who cannot set anything. */
export async function askWithGo(
  url: URL,
  database: string,
  queries: readonly NamedQuery[],
  username = 'viewer',
): Promise<GoAnswer[]> {
  const task = { host: url.hostname, port: Number(url.port), database, username, queries };
  const output = await talk(await goProgram(), [], JSON.stringify(task));
  return output.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as GoAnswer]));
}

/** Built once for each text of it; its modules come from the proxy of the machine's Go. */
async function goProgram(): Promise<string> {
  const folder = join(projectRoot, 'test/tools/grafana-driver');
  const program = join(tools, `grafana-driver-${textHash(folder, ['main.go', 'go.mod', 'go.sum'])}`);
  await once('grafana-driver', program, async (draft) => {
    await run('go', ['build', '-mod=readonly', '-trimpath', '-o', draft, '.'], { cwd: folder });
  });
  return program;
}

export interface JdbcAnswers {
  tables: string[];
  /** `rows` and the sum of each column of numbers (`-` for the others), or what went wrong. */
  answers: ({ rows: number; sums: string[] } | { error: string })[];
}

/** Asks through clickhouse-jdbc, the driver of DBeaver, Metabase and Tableau, as a viewer. */
export async function askWithJdbc(url: URL, database: string, queries: readonly NamedQuery[]): Promise<JdbcAnswers> {
  const folder = join(projectRoot, 'test/tools/jdbc-driver');
  const jars = join(tools, `jdbc-driver-${textHash(folder, ['pom.xml'])}`);
  await once('jdbc-driver', jars, async (draft) => {
    const plugin = 'org.apache.maven.plugins:maven-dependency-plugin:copy-dependencies';
    await run('mvn', ['-B', '-q', '-f', join(folder, 'pom.xml'), plugin, `-DoutputDirectory=${draft}`], {
      maxBuffer: 1e8,
    });
  });
  const address = `jdbc:clickhouse://${url.host}/${database}?compress=false`;
  const input = queries.map(({ sql }) => `${Buffer.from(sql).toString('base64')}\n`).join('');
  const output = await talk(
    'java',
    ['-Xmx256m', '-cp', join(jars, '*'), join(folder, 'Ask.java'), address, database],
    input,
  );
  const [tables = '', ...lines] = output.trimEnd().split('\n');
  return {
    tables: tables.split('\t').slice(1),
    answers: lines.map((line) => {
      const [rows = '', ...rest] = line.split('\t');
      return rows === 'error' ? { error: rest.join(' ') } : { rows: Number(rows), sums: rest };
    }),
  };
}

/** Makes a tool under a draft's name, unless it is there; several tests may want it at once. */
async function once(name: string, path: string, make: (draft: string) => Promise<void>): Promise<void> {
  mkdirSync(tools, { recursive: true });
  await withLock(join(tools, `${name}.lock`), { waitMs, holderDoes: `is making ${name}` }, async () => {
    if (existsSync(path)) return;
    const draft = `${path}.unfinished`;
    rmSync(draft, { recursive: true, force: true });
    await make(draft);
    renameSync(draft, path);
  });
}

function textHash(folder: string, files: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(join(folder, file)));
  return hash.digest('hex').slice(0, 12);
}

/** What a program prints for an input. Throws with what it complained of. */
async function talk(program: string, args: readonly string[], input: string): Promise<string> {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  child.stdin.end(input);
  const [output, complaint, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  if (code !== 0) throw new Error(`${program} ended with ${code}: ${complaint.slice(-2_000)}`);
  return output;
}
