import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { builtDist } from './build';

const root = resolve(__dirname, '../../..');
/** Where this file is compiled, the services beside it are too. */
const compiled = __filename.endsWith('.js');

let dist: Promise<string> | undefined;
/** Looked at once in each process, not at each start: services of a fleet are started together. */
const ownServices = (): Promise<string> => {
  dist ??= builtDist();
  return dist;
};

/** A service run as a process of its own, with what it logged. Compiled where it can be: tsx costs a start as much again. */
export class ServiceProcess {
  private readonly output: string[] = [];
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;

  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data) => this.output.push(String(data)));
    this.ended = new Promise((resolveEnd) => {
      child.once('exit', (code, signal) => resolveEnd({ code, signal }));
    });
  }

  /**
   * Starts `services/<name>/main` of the project as it is compiled, or of other sources or another folder of compiled
   * ones, and resolves when it answers /livez; throws with its output when it ends first.
   */
  static async start(name: string, env: Record<string, string>, sources = root): Promise<ServiceProcess> {
    const main = join(sources === root ? await ownServices() : sources, 'services', name, 'main');
    const isCompiled = compiled || existsSync(`${main}.js`);
    const child = spawn(process.execPath, isCompiled ? [`${main}.js`] : ['--import', 'tsx', `${main}.ts`], {
      cwd: sources,
      env: { PATH: process.env.PATH, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const service = new ServiceProcess(child, `http://127.0.0.1:${env.PORT}`);
    try {
      await until(`${name} to live`, 30_000, async () => {
        if (child.exitCode !== null) throw new Error(`${name} ended at its start:\n${service.log}`);
        return (await fetch(`${service.url}/livez`)).ok;
      });
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    }
    return service;
  }

  get log(): string {
    return this.output.join('');
  }

  /** Why it is not ready; empty when it is. */
  async notReady(): Promise<string[]> {
    const answer = (await (await fetch(`${this.url}/readyz`)).json()) as { reasons?: string[] };
    return answer.reasons ?? [];
  }

  async metrics(): Promise<string> {
    return (await fetch(`${this.url}/metrics`)).text();
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }
}

/** Waits until a condition holds; errors count as "not yet" but the last one is told when time is up. */
export async function until(what: string, withinMs: number, holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + withinMs;
  let last: unknown = 'it never held';
  while (Date.now() < deadline) {
    try {
      if (await holds()) return;
    } catch (error) {
      last = error;
      if (String(error).includes('ended at its start')) throw error;
    }
    await sleep(50);
  }
  throw new Error(`waited ${withinMs} ms for ${what}: ${last}`);
}
