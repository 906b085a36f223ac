import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { builtDist, projectRoot } from './build';

export interface FrontAnswer {
  status: number;
  text: string;
  headers: Headers;
}

/** The real ClickHouse front as a process of its own, on a port of its own. */
export class FrontProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly dataDir: string,
    readonly url: string,
    private readonly output: string[],
    /** Resolves when it has ended, by itself or not. */
    readonly ended: Promise<number | null>,
  ) {}

  /** Starts the compiled front and resolves when it answers statements; throws with its output when it ends first. */
  static async start(dataDir: string, env: Record<string, string> = {}): Promise<FrontProcess> {
    const { child, output, ended } = await spawnFront({ PORT: '0', CLICKHOUSE_DATA_DIR: dataDir, ...env });
    const said = new Promise<string>((resolve) => {
      child.stdout?.on('data', () => {
        const address = /answers on (\S+),/.exec(output.join(''))?.[1];
        if (address !== undefined) resolve(address);
      });
    });
    const url = await Promise.race([said, ended.then(() => undefined)]);
    if (url === undefined) throw new Error(`the front ended at its start:\n${output.join('')}`);
    return new FrontProcess(child, dataDir, url, output, ended);
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  get log(): string {
    return this.output.join('');
  }

  /** POST of a statement; `search` goes into the address. */
  async ask(body: string | Buffer, search: Record<string, string> = {}, headers: Record<string, string> = {}) {
    return answer(await fetch(`${this.url}/?${new URLSearchParams(search)}`, { method: 'POST', body, headers }));
  }

  /** The rows of a statement without surprises, as JSON. */
  async rows<T = unknown>(sql: string, search: Record<string, string> = {}): Promise<T[]> {
    const { status, text } = await this.ask(sql, { default_format: 'JSONCompactEachRow', ...search });
    if (status !== 200) throw new Error(text);
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as T);
  }

  async end(signal: NodeJS.Signals): Promise<number | null> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return this.child.exitCode;
    const exited = new Promise<number | null>((resolve) => this.child.once('exit', resolve));
    this.child.kill(signal);
    return exited;
  }
}

/** Runs a front that is expected to end by itself. */
export async function runFront(env: Record<string, string>): Promise<{ code: number | null; output: string }> {
  const { output, ended } = await spawnFront(env);
  return { code: await ended, output: output.join('') };
}

export async function answer(response: Response): Promise<FrontAnswer> {
  return { status: response.status, text: await response.text(), headers: response.headers };
}

/** A data directory of this test run; it goes with `remove`. */
export function temporaryDataDir(): { path: string; remove(): void } {
  const parent = join(projectRoot, '.local', 'test-fronts');
  mkdirSync(parent, { recursive: true });
  const path = mkdtempSync(join(parent, 'data-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

async function spawnFront(env: Record<string, string>) {
  const main = join(await builtDist(), 'infra/local/clickhouse/main.js');
  const child = spawn(process.execPath, ['--max-old-space-size=512', main], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data) => output.push(String(data)));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, output, ended };
}
