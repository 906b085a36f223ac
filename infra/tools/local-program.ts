import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where a program of this name is found by PATH; undefined where it is not. */
export function onPath(name: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, name)).find((file) => existsSync(file));
}

export interface LocalProgram {
  command: string;
  args: readonly string[];
  env?: SpawnOptions['env'];
  /** How it is called to people. */
  name: string;
  /** Answers with 2xx once it works. */
  readyUrl: string;
  readyWithinMs: number;
  /** Where to look then, a line each. */
  pages: readonly string[];
}

/**
 * Runs a program of this machine in the foreground until it ends; Ctrl-C and SIGTERM end it. Its pages are told once it works.
 * Answers its exit code; rejects when it cannot be started or does not answer in time, and ends it then.
 */
export async function runLocally(program: LocalProgram): Promise<number> {
  const child = spawn(program.command, program.args, { env: program.env, stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = new Promise<number>((done, failed) => {
    child.once('error', failed);
    child.once('exit', (code) => done(code ?? 0));
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  if (await Promise.race([ended.then(() => false), answers(program, child)]))
    console.log(`\n${program.pages.map((line) => `  ${line}`).join('\n')}\n\n  Ctrl-C stops it.\n`);
  return ended;
}

async function answers({ name, readyUrl, readyWithinMs }: LocalProgram, child: ChildProcess): Promise<boolean> {
  for (const until = Date.now() + readyWithinMs; Date.now() < until; ) {
    // What ended may have left its port to another one of its kind.
    if (child.exitCode !== null || child.signalCode !== null) return false;
    const response = await fetch(readyUrl, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
    if (response?.ok) return true;
    await new Promise((done) => setTimeout(done, 500));
  }
  child.kill();
  throw new Error(`${name} did not answer at ${readyUrl} within ${readyWithinMs / 1_000} s`);
}
