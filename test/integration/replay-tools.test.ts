// First: the correction in it must be in place before anything else loads kafkajs.
import '../../services/lib/kafka/kafkajs';

import { execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import pino from 'pino';
import type { InteractionEvent } from '../../schemas/types';
import { validate } from '../../services/ingest/domain/validate';
import { AvroCodec } from '../../services/lib/avro';
import { createKafka } from '../../services/lib/kafka/client';
import type { Kafka } from '../../services/lib/kafka/kafkajs';
import { PartitionReader } from '../../services/lib/kafka/partition-reader';
import { topics } from '../../services/lib/topics';
import { builtDist, projectRoot } from './support/build';
import { until } from './support/service-process';
import { withStack } from './support/stack';

jest.setTimeout(360_000);

const local = withStack(['kafka', 'registry', 'enrich']);
const folder = mkdtempSync(join(tmpdir(), 'dead-letters-'));
let kafka: Kafka;
let codec: AvroCodec<InteractionEvent>;

const day = 86_400_000;

function eventOf(index: number, ahead: number): InteractionEvent {
  const now = Date.now();
  const made = validate(
    {
      event_id: `dl-${index}`,
      event_type: 'queue.entered',
      occurred_at: now,
      channel: 'VOICE',
      source: { system: index % 2 === 0 ? 'pbx' : 'chat' },
      identities: [{ type: 'customer_id', value: `c${index}` }],
    },
    now,
  );
  if (!made.ok) throw new Error(JSON.stringify(made.faults));
  return { ...made.event, occurred_at: now + ahead };
}

beforeAll(async () => {
  const { addresses } = local.stack;
  kafka = createKafka({ KAFKA_BROKERS: addresses.kafkaBrokers }, 'test', pino({ level: 'silent' }));
  codec = await AvroCodec.register(addresses.schemaRegistryUrl, `${topics.raw}-value`, 'interaction-event.v1');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function produce(events: InteractionEvent[]): Promise<void> {
  const producer = kafka.producer();
  await producer.connect();
  await producer.send({
    topic: topics.raw,
    messages: events.map((it) => ({ key: it.event_id, value: codec.encode(it) })),
  });
  await producer.disconnect();
}

/** A command of the Makefile's, as a process of its own. */
async function command(name: string, env: Record<string, string>): Promise<string> {
  const { addresses } = local.stack;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', `infra/tools/dead-letters/${name}.ts`],
    {
      cwd: projectRoot,
      env: {
        PATH: process.env.PATH,
        STACK_DIR: folder,
        KAFKA_BROKERS: addresses.kafkaBrokers,
        SCHEMA_REGISTRY_URL: addresses.schemaRegistryUrl,
        ...env,
      },
    },
  );
  return stdout;
}

const replay = async (env: Record<string, string>) =>
  JSON.parse(await command('replay-main', { REASON: 'event_in_future', ...env })) as {
    sent: number;
    skipped: Record<string, number>;
    examples: { changed: string[] }[];
  };

const total = async (topic: string): Promise<number> => {
  const admin = kafka.admin();
  await admin.connect();
  const offsets = await admin.fetchTopicOffsets(topic);
  await admin.disconnect();
  return offsets.reduce((sum, { high }) => sum + Number(high), 0);
};

/** Dead letters by count, as the list tells them. */
const listed = async (): Promise<string[]> =>
  (await command('main', {}))
    .split('\n')
    .filter((line) => / × /.test(line))
    .map((line) => line.trim());

test('refused by enrich, listed, looked at, sent again with a fix: taken; unmended ones come back once and stay', async () => {
  await produce([...Array.from({ length: 6 }, (_, index) => eventOf(index, 3 * day)), eventOf(9, 0)]);
  await until('enrich to refuse them', 60_000, async () => (await listed()).join().includes('3 × event_in_future'));
  expect(await listed()).toEqual([
    '3 × event_in_future  source chat  by enrich  from interactions.raw',
    '3 × event_in_future  source pbx  by enrich  from interactions.raw',
  ]);

  const fix = join(folder, 'fix.js');
  writeFileSync(fix, 'module.exports = ({ event }) => ({ event: { ...event, occurred_at: event.received_at } });');
  const before = await total(topics.raw);
  const dry = await replay({ SOURCE: 'pbx', FIX: fix, DRY_RUN: '1' });
  expect(dry).toMatchObject({ dry_run: true, sent: 3, skipped: {}, examples: [{ changed: ['occurred_at'] }, {}, {}] });
  expect(await total(topics.raw)).toBe(before);

  expect(await replay({ SOURCE: 'pbx', FIX: fix })).toMatchObject({ sent: 3, skipped: {} });
  expect(await replay({ SOURCE: 'pbx', FIX: fix })).toMatchObject({ sent: 0, skipped: { sent_before: 3 } });
  expect(await total(topics.raw)).toBe(before + 3);

  // Without a fix they are refused again, and are told apart: no run sends them a second time.
  expect(await replay({ SOURCE: 'chat' })).toMatchObject({ sent: 3 });
  const back =
    '6 × event_in_future  source chat  by enrich  from interactions.raw  (3 came back after they were sent again)';
  await until('them to come back', 60_000, async () => (await listed()).includes(back));
  expect(await listed()).toEqual([back, '3 × event_in_future  source pbx  by enrich  from interactions.raw']);
  expect(await replay({ SOURCE: 'chat' })).toMatchObject({ sent: 0, skipped: { sent_before: 3, came_back: 3 } });
  expect(await replay({ SOURCE: 'chat', AGAIN: '1', FIX: fix })).toMatchObject({ sent: 3 });
});

/** `make replay BULK=1 WAIT=0` as it is compiled: its threads are files of their own. */
async function bulk(env: Record<string, string>) {
  const { addresses } = local.stack;
  const child = spawn(process.execPath, [join(await builtDist(), 'infra/tools/replay/main.js')], {
    cwd: projectRoot,
    env: {
      PATH: process.env.PATH,
      STACK_DIR: folder,
      KAFKA_BROKERS: addresses.kafkaBrokers,
      SCHEMA_REGISTRY_URL: addresses.schemaRegistryUrl,
      WAIT: '0',
      ...env,
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (data) => {
    out += String(data);
  });
  child.stderr.on('data', (data) => {
    err += String(data);
  });
  const ended = new Promise<{ code: number | null; out: string; err: string }>((resolve) => {
    child.once('close', (code) => resolve({ code, out, err }));
  });
  return { child, ended };
}

/** Keys of the raw topic that begin so, in the order of each partition. */
async function rawKeys(prefix: string): Promise<string[][]> {
  const admin = kafka.admin();
  await admin.connect();
  const reader = await PartitionReader.connect(kafka);
  const keys: string[][] = [];
  for (const { partition, high } of await admin.fetchTopicOffsets(topics.raw)) {
    keys[partition] = [];
    const take = ({ key }: { key: Buffer | null }): boolean => {
      if (String(key).startsWith(prefix)) keys[partition].push(String(key));
      return true;
    };
    await reader.read(topics.raw, partition, 0, take, { to: Number(high) });
  }
  await Promise.all([admin.disconnect(), reader.disconnect()]);
  return keys;
}

const lineOf = (id: string, index: number): string =>
  JSON.stringify({
    event_id: id,
    event_type: 'queue.entered',
    occurred_at: Date.now() - 60_000 + index,
    channel: 'VOICE',
    identities: [{ type: 'customer_id', value: `c${index % 1_000}` }],
    text: 'x'.repeat(500),
  });

test('bulk: killed in the middle and started again: everything is in Kafka, in order, little of it twice', async () => {
  const count = 60_000;
  const file = join(folder, 'bulk.ndjson');
  const ids = Array.from({ length: count }, (_, index) => `bulk-${String(index).padStart(6, '0')}`);
  writeFileSync(file, ids.map(lineOf).join('\n'));
  const before = await total(topics.raw);
  const first = await bulk({ FILE: file, BULK: '1' });
  await until('some of it to arrive', 30_000, async () => (await total(topics.raw)) > before + 5_000);
  first.child.kill('SIGKILL');
  await first.ended;
  const arrived = (await total(topics.raw)) - before;
  expect(arrived).toBeLessThan(count);
  const { code, out } = await (await bulk({ FILE: file, BULK: '1' })).ended;
  expect([code, JSON.parse(out).rejected]).toEqual([0, 0]);
  const keys = await rawKeys('bulk-');
  expect([...new Set(keys.flat())].sort()).toEqual(ids);
  for (const some of keys) {
    const firsts = [...new Set(some)];
    expect(firsts).toEqual([...firsts].sort());
  }
});

test('bulk: a folder of gzip and plain files, standard input, an mbox; a source that there is not', async () => {
  const many = join(folder, 'many');
  mkdirSync(many);
  writeFileSync(
    join(many, '1.ndjson.gz'),
    gzipSync(Array.from({ length: 10 }, (_, at) => lineOf(`gz-${at}`, at)).join('\n')),
  );
  writeFileSync(join(many, '2.ndjson'), `${lineOf('gz-plain', 1)}\n{"event_type": 5}\n`);
  const first = await (await bulk({ FILE: many })).ended;
  expect(JSON.parse(first.out)).toMatchObject({ accepted: 11, items: 12, rejected: 1 });
  expect((await rawKeys('gz-')).flat()).toHaveLength(11);

  const json = await bulk({ FILE: '-', FORMAT: 'json' });
  json.child.stdin.end(`[${lineOf('stdin-1', 1)},\n ${lineOf('stdin-2', 2)}]`);
  expect(JSON.parse((await json.ended).out)).toMatchObject({ accepted: 2, rejected: 0 });

  const mail = (id: string) =>
    `From a@b.example Thu Jan  1 00:00:00 2026\nMessage-ID: <${id}@b.example>\nFrom: a@b.example\nTo: help@shop.example\n` +
    'Date: Thu, 1 Jan 2026 10:00:00 +0000\nSubject: Hello\n\nBody\n\n';
  writeFileSync(join(folder, 'box.mbox'), mail('one') + mail('two'));
  const box = await (await bulk({ FILE: join(folder, 'box.mbox'), SOURCE: 'mail', INGEST_OWN_MAIL: 'shop.example' }))
    .ended;
  expect(JSON.parse(box.out)).toMatchObject({ items: 2, rejected: 0 });

  const nowhere = await (await bulk({ FILE: many, SOURCE: 'nowhere' })).ended;
  expect([nowhere.code, nowhere.err]).toEqual([
    1,
    expect.stringContaining('there is no source nowhere; known sources:'),
  ]);
});
