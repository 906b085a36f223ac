import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type PartName, parsePartNames, parsePortOffset, partNames } from './addresses';
import { faultText, StackFault } from './faults';
import { lastLines, logPath, readLog } from './logs';
import { formatProgress } from './progress';
import { requireNode } from './requirements';
import { cleanData, openStack, type StackOptions, stackStatus, startStack, stopStack } from './stack';
import { formatStatus } from './status';
import { projectRoot } from './supervise';

const usage = `Usage: node dist/infra/local/cli.js <command>

  up [part…]        start the stack, or these parts of it; what runs already is left alone
  down              stop what was started
  status            part, process, state, memory, uptime
  logs [-f] [part…] the end of the logs; -f goes on with what is added
  restart [part…]   stop and start again
  clean-data        forget topics, schemas and tables; downloads and logs stay

Parts: ${partNames.join(', ')}.
Settings: STACK_DIR (folder, default .local), STACK_PORT_OFFSET (added to every port, default 0).
`;

async function main(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  requireNode(process.versions.node);
  const [command = '', ...rest] = args;
  const options = stackOptions(env);
  const named = () => parsePartNames(rest.filter((argument) => !argument.startsWith('-')));
  switch (command) {
    case 'up':
      return up({ ...options, ...(rest.length > 0 ? { parts: named() } : {}) });
    case 'down':
      return down(options);
    case 'status':
      return status(options);
    case 'logs':
      return logs(options.dir, rest.length > 0 && named().length > 0 ? named() : partNames, rest.includes('-f'));
    case 'restart':
      return restart(options, named());
    case 'clean-data':
      await cleanData(options.dir);
      say(`The stack in ${options.dir} is empty now.`);
      return 0;
    default:
      process.stdout.write(usage);
      return command === '' || command === 'help' || command === '--help' ? 0 : 2;
  }
}

async function up(options: StackOptions): Promise<number> {
  const startedAt = Date.now();
  const stack = await startStack({ ...options, signal: interruption() });
  say(`The stack in ${stack.dir} is up (${((Date.now() - startedAt) / 1000).toFixed(1)} s).`);
  return 0;
}

async function down({ dir, onProgress }: StackOptions): Promise<number> {
  const stopped = await stopStack({ dir, ...(onProgress ? { onProgress } : {}) });
  say(stopped.length > 0 ? `The stack in ${dir} is stopped.` : `No part of a stack in ${dir} was running.`);
  return 0;
}

/** Exit code 3 when a part is not ready, as service managers do, so that a script can ask. */
async function status({ dir }: StackOptions): Promise<number> {
  const statuses = await stackStatus(dir);
  process.stdout.write(`${formatStatus(statuses)}\n`);
  return statuses.every(({ state }) => state === 'ready') ? 0 : 3;
}

async function restart(options: StackOptions, names: readonly PartName[]): Promise<number> {
  if (names.length === 0) {
    await down(options);
    return up(options);
  }
  const stack = openStack({ ...options, signal: interruption() });
  for (const name of names.toReversed()) await stack.stopPart(name);
  for (const name of names) await stack.startPart(name);
  return 0;
}

async function logs(dir: string, names: readonly PartName[], follow: boolean): Promise<number> {
  const present = names.filter((name) => existsSync(logPath(dir, name)));
  if (present.length === 0) throw new StackFault(`There are no logs of ${names.join(', ')} in ${join(dir, 'logs')}.`);
  const prefix = (name: PartName) => (present.length > 1 ? `${name.padEnd(10)} | ` : '');
  const print = (name: PartName, lines: readonly string[]) => {
    for (const line of lines) process.stdout.write(`${prefix(name)}${line}\n`);
  };
  const readTo = new Map(present.map((name) => [name, statSync(logPath(dir, name)).size]));
  for (const name of present) print(name, lastLines(dir, name, present.length > 1 ? 10 : 50));
  while (follow) {
    await sleep(300);
    for (const name of present) {
      const size = statSync(logPath(dir, name)).size;
      // A smaller file is a new one: the old was put aside at a start.
      const readUpTo = readTo.get(name) ?? 0;
      const from = size < readUpTo ? 0 : readUpTo;
      const text = readLog(logPath(dir, name), from, size);
      const whole = text.slice(0, text.lastIndexOf('\n') + 1);
      readTo.set(name, from + Buffer.byteLength(whole));
      print(name, whole.split('\n').slice(0, -1));
    }
  }
  return 0;
}

function stackOptions(env: NodeJS.ProcessEnv): StackOptions {
  return {
    dir: env.STACK_DIR ? resolve(env.STACK_DIR) : join(projectRoot(), '.local'),
    portOffset: parsePortOffset(env.STACK_PORT_OFFSET),
    env,
    ...(env.CD_DIST ? { distDir: resolve(env.CD_DIST) } : {}),
    onProgress: (progress) => say(formatProgress(progress)),
  };
}

/** Aborts on the first Ctrl-C, so that a start can stop what it had begun; a second one ends the command at once. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () =>
      controller.abort(new StackFault('Interrupted: what had been started is stopped again.')),
    );
  }
  return controller.signal;
}

const say = (text: string) => process.stdout.write(`${text}\n`);

main(process.argv.slice(2), process.env).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${faultText(error)}\n`);
    process.exitCode = 1;
  },
);
