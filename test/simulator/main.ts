#!/usr/bin/env node
import { once } from 'node:events';
/** Command line of the simulator: writes a file of events in order of arrival, and the truth about them. */
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import type { Fault } from './faults';
import { FAULTS, plantFault } from './faults';
import { DEFAULT_DAYS, DEFAULT_EVENTS, simulate } from './simulate';
import type { Truth } from './truth/truth';

const USAGE = `usage: main --out FILE [--truth FILE] [--settings FILE] [--seed 1] [--events ${DEFAULT_EVENTS}] [--days ${DEFAULT_DAYS}] [--fault drop|double|shift]
--settings is what the organisation tells of itself: rows by table, as JSON. --out - writes the events to standard output.`;

interface Arguments {
  seed: number;
  events: number;
  days: number;
  out: string;
  truth: string | undefined;
  settings: string | undefined;
  fault: Fault | undefined;
}

function readArguments(args: string[]): Arguments {
  const text = { type: 'string' } as const;
  const options = { seed: text, events: text, days: text, out: text, truth: text, settings: text, fault: text };
  const { values } = parseArgs({ args, options });
  const number = (name: 'seed' | 'events' | 'days', fallback: number, least: number): number => {
    const value = Number(values[name] ?? fallback);
    if (!Number.isInteger(value) || value < least) throw new Error(`--${name} must be a whole number from ${least} on`);
    return value;
  };
  const fault = FAULTS.find((name) => name === values.fault);
  if (values.fault && !fault) throw new Error(`--fault must be one of ${FAULTS.join(', ')}`);
  if (!values.out) throw new Error('--out is missing');
  return {
    seed: number('seed', 1, 0),
    events: number('events', DEFAULT_EVENTS, 100),
    days: number('days', DEFAULT_DAYS, 1),
    out: values.out,
    truth: values.truth,
    settings: values.settings,
    fault,
  };
}

async function writeLines(file: string, lines: Iterable<string>): Promise<void> {
  const stream = file === '-' ? process.stdout : createWriteStream(file);
  let block = '';
  for (const line of lines) {
    block += `${line}\n`;
    if (block.length < 1 << 20) continue;
    if (!stream.write(block)) await once(stream, 'drain');
    block = '';
  }
  stream.write(block);
  if (stream === process.stdout) return;
  stream.end();
  await finished(stream);
}

function* asJsonLines(values: Iterable<unknown>): Iterable<string> {
  for (const value of values) yield JSON.stringify(value);
}

/** One JSON document, but with a line for each session, so that it can be read and compared by line as well. */
function* truthLines(truth: Truth, about: object): Iterable<string> {
  const { sessions, in_time, ...figures } = truth;
  const { sessions: sessionsInTime, ...figuresInTime } = in_time;
  yield `${JSON.stringify({ ...about, ...figures }).slice(0, -1)},"sessions":[`;
  yield* separated(sessions);
  yield `],"in_time":${JSON.stringify(figuresInTime).slice(0, -1)},"sessions":[`;
  yield* separated(sessionsInTime);
  yield ']}}';
}

function* separated(values: readonly unknown[]): Iterable<string> {
  for (let i = 0; i < values.length; i++) yield `${JSON.stringify(values[i])}${i + 1 < values.length ? ',' : ''}`;
}

async function main(): Promise<void> {
  const { seed, events, days, out, truth, settings, fault } = readArguments(process.argv.slice(2));
  const startedAt = performance.now();
  const say = (message: string): void => {
    process.stderr.write(`${((performance.now() - startedAt) / 1000).toFixed(1)} s  ${message}\n`);
  };
  const simulation = simulate({ seed, events, days, onProgress: say });
  const stream = fault ? plantFault(simulation, fault, seed) : simulation.events;
  if (fault) say(`one fault planted: ${fault}`);
  await writeLines(out, asJsonLines(stream));
  if (truth) await writeLines(truth, truthLines(simulation.truth, { seed, days }));
  if (settings) await writeLines(settings, [JSON.stringify(simulation.settings)]);
  say(`written: ${stream.length} lines`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}\n`);
  process.exitCode = 1;
});
