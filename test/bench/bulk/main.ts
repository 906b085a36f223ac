/**
 * `node dist/test/bench/bulk/main.js` (EVENTS, PROCESSES): a file of events into Kafka by `make replay BULK=1`, on a stack
 * of its own. Counted at Kafka; CPU of both sides beside the rate, since other work on the machine moves only the latter.
 */
import { execFile } from 'node:child_process';
import { closeSync, mkdirSync, openSync, statSync, writeSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { onOwnStack } from '../stack';
import { eventLine } from './events';
import { cpuSeconds, load, pidOf, rawCount } from './measure';

const portOffset = Number(process.env.STACK_PORT_OFFSET || 6_600);
const events = Number(process.env.EVENTS || 500_000);
const rounds = Number(process.env.ROUNDS || 3);

function writeEvents(path: string, from: number): number {
  const file = openSync(path, 'w');
  for (let index = 0; index < events; index += 1_000) {
    const lines = Array.from({ length: Math.min(1_000, events - index) }, (_, at) => eventLine(index + at, from));
    writeSync(file, `${lines.join('\n')}\n`);
  }
  closeSync(file);
  return statSync(path).size;
}

async function round(dir: string, brokers: string, registryUrl: string, from: number): Promise<object> {
  const path = join(dir, 'bench.ndjson');
  const bytes = writeEvents(path, from);
  const before = await rawCount(brokers);
  const kafka = pidOf(dir, 'kafka');
  const [kafkaBefore, loadBefore, begun] = [cpuSeconds(kafka), load(), performance.now()];
  const script = [
    `process.on('exit', () => { const { user, system } = process.cpuUsage();`,
    `console.error('CPU ' + (user + system) / 1e6); })`,
  ].join(' ');
  const { stderr } = await promisify(execFile)(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(script)}`, 'dist/infra/tools/replay/main.js'],
    {
      env: {
        ...process.env,
        ...{ FILE: path, SOURCE: 'events', BULK: '1', WAIT: '0', STACK_DIR: dir },
        ...{ KAFKA_BROKERS: brokers, SCHEMA_REGISTRY_URL: registryUrl },
      },
      maxBuffer: 1e8,
    },
  );
  const ms = performance.now() - begun;
  const sentMs = Number(/items in ([\d.]+) s/.exec(stderr)?.[1]) * 1_000;
  const cpu = Number(/CPU ([\d.]+)/.exec(stderr)?.[1]);
  return {
    events,
    arrived: (await rawCount(brokers)) - before,
    bytes_per_event: Math.round(bytes / events),
    events_per_second: Math.round((events / sentMs) * 1_000),
    with_start_and_end: Math.round((events / ms) * 1_000),
    cpu_us_per_event: Number(((cpu / events) * 1e6).toFixed(1)),
    kafka_cpu_us_per_event: Number((((cpuSeconds(kafka) - kafkaBefore) / events) * 1e6).toFixed(1)),
    load_average: `${loadBefore} before, ${load()} after`,
  };
}

async function main(): Promise<void> {
  mkdirSync('.local', { recursive: true });
  await onOwnStack(
    'bench-bulk',
    portOffset,
    async ({ addresses: { kafkaBrokers, schemaRegistryUrl } }) => {
      for (let at = 0; at < rounds; at++) {
        console.log(
          JSON.stringify(await round(resolve('.local/bench-bulk'), kafkaBrokers, schemaRegistryUrl, Date.now())),
        );
      }
    },
    ['kafka', 'registry'],
  );
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
