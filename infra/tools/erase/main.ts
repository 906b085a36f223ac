/** `make erase CUSTOMER=…`: forgets everything of one person up to now; `AGAIN=1`: of all who were erased before. */
import { userInfo } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CountryCode } from 'libphonenumber-js/min';
import { z } from 'zod';
import type { DeadLetter, Erasure, InteractionEvent, SessionCommand } from '../../../schemas/types';
import { unsafeIdentityKey } from '../../../services/enrich/settings';
import { AvroCodec } from '../../../services/lib/avro';
import { ErasureLog } from '../../../services/lib/erasure-log';
import { createKafka } from '../../../services/lib/kafka/client';
import { partitionsOf } from '../../../services/lib/kafka/offsets';
import { PartitionReader } from '../../../services/lib/kafka/partition-reader';
import { partitionOf } from '../../../services/lib/kafka/partitioner';
import { createLog } from '../../../services/lib/log';
import { erasureSettings, readSettings, unsafeErasureKey } from '../../../services/lib/settings';
import { topics } from '../../../services/lib/topics';
import { CommandProducer } from '../../../services/load/repair/command-producer';
import { rebuildDeps } from '../rebuild/main';
import { loadProgress, rawEnds } from '../replay/loaded';
import { count, counted, ProgressLine, seconds } from '../replay/progress';
import { type ToolSettings, toolSettings } from '../settings';
import { Tables } from './ask';
import { deadLettersOf } from './dead-letters';
import { backAgain, type EraseDeps, erase } from './erase';

const own = z.object({
  ...erasureSettings,
  /** As enrich has it: whom dead letters are about. */
  IDENTITY_KEY: z.string().min(16).default(unsafeIdentityKey),
  DEFAULT_COUNTRY: z.string().optional(),
});

type Moment = { at: number; through: number };

const drainStalledAfterMs = 180_000;
/** A batch that enrich had begun before it knew ends within its session's time-out; its look at the topic is 2 s old at most. */
const settleMs = 10_000;

/** All that an erasure needs, connected; `close` when done. */
export async function eraseDeps(
  settings: ToolSettings,
  env: Record<string, string | undefined>,
  told: (text: string) => void,
): Promise<EraseDeps & { erasureLog: ErasureLog; close(): Promise<void> }> {
  const { ERASURE_KEY, IDENTITY_KEY, DEFAULT_COUNTRY } = readSettings(own, env);
  const registry = settings.schemaRegistryUrl;
  const base = await rebuildDeps(settings, 'erase', told, false);
  const kafka = createKafka(settings.kafka, 'erase', createLog('erase', 'silent'));
  const reader = await PartitionReader.connect(kafka);
  const { admin } = base;
  // Refuses another key than that of the erasures before.
  const erasureLog = await ErasureLog.open({ admin, reader }, registry, ERASURE_KEY);
  const erasureCodec = await AvroCodec.register<Erasure>(registry, `${topics.erasures}-value`, 'erasure.v1');
  const letters = await AvroCodec.register<DeadLetter>(registry, `${topics.deadLetter}-value`, 'dead-letter.v1');
  const raw = await AvroCodec.register<InteractionEvent>(registry, `${topics.raw}-value`, 'interaction-event.v1');
  const command = await AvroCodec.register<SessionCommand>(registry, `${topics.commands}-value`, 'session-command.v1');
  const commands = await CommandProducer.connect(kafka, command);
  const producer = kafka.producer({ idempotent: true, allowAutoTopicCreation: false });
  await producer.connect();
  const partitions = await partitionsOf(admin, topics.enriched);
  const identity = { key: IDENTITY_KEY, country: DEFAULT_COUNTRY as CountryCode | undefined };
  return {
    ...base,
    erasureLog,
    tables: new Tables(settings.clickhouse),
    key: ERASURE_KEY,
    commands,
    partitionOf: (customer_id) => partitionOf(customer_id, partitions),
    publish: async (erasure) => {
      const messages = [{ key: erasure.customer_hash, value: erasureCodec.encode(erasure) }];
      await producer.send({ topic: topics.erasures, acks: -1, messages });
    },
    drained: () => drained(settings, partitions, told),
    deadLetters: (customer_id, through) =>
      deadLettersOf({ admin, reader, letters, raw, identity }, customer_id, through),
    now: Date.now,
    settle_ms: settleMs,
    within_ms: 120_000,
    close: async () => {
      await Promise.all([producer.disconnect(), commands.close(), reader.disconnect()]);
      await base.close();
    },
  };
}

/** Waits as `make replay` does, for what the raw topic holds now. */
async function drained(settings: ToolSettings, partitions: number, told: (text: string) => void): Promise<void> {
  const ends = await rawEnds(settings.kafka);
  let [moved, movedAt] = [-1, Date.now()];
  for (;;) {
    const { loaded, total, done } = await loadProgress(settings.clickhouse, ends, partitions);
    if (done || total === 0) return;
    if (loaded !== moved) [moved, movedAt] = [loaded, Date.now()];
    if (Date.now() - movedAt > drainStalledAfterMs) {
      throw new Error(
        `${count(total - loaded)} raw records are not loaded and nothing moves: is the pipeline running and well?`,
      );
    }
    told(`waits until what was received is loaded: ${count(loaded)} of ${count(total)}`);
    await sleep(300);
  }
}

async function eraseOne(deps: EraseDeps, progress: ProgressLine, ...asked: [string, string, Moment?]): Promise<void> {
  const startedAt = Date.now();
  const { record, isResumed, commands, unknownDeadLetters } = await erase(deps, ...asked);
  const what = isResumed ? 'An erasure that was broken off is ended' : 'Erased';
  progress.end(`${what} in ${seconds(Date.now() - startedAt)}, ${counted(commands, 'command')} to sessionize`);
  const deleted = Object.entries(record.deleted);
  if (deleted.length === 0) console.log('The tables held nothing of that person; what may still come is left out.');
  for (const [table, rows] of deleted) console.log(`  ${table.padEnd(36)} ${count(rows)} rows deleted`);
  if (record.deleted.sessions || record.deleted.legs) {
    console.log('  Of sessions and legs each counts twice: as it stood, and as it was taken back.');
  }
  const through = new Date(record.erased_through).toISOString();
  console.log(`Everything up to ${through} is forgotten; the record is erasure ${record.erasure_id}.`);
  if (unknownDeadLetters > 0) {
    console.log(`${count(unknownDeadLetters)} dead letters cannot be read: nobody can say whose they are.`);
  }
}

async function main(): Promise<void> {
  const { CUSTOMER = '', AGAIN = '' } = process.env;
  const by = process.env.BY || userInfo().username;
  if ((CUSTOMER === '') === (AGAIN === '')) {
    throw new Error(
      "name the person by customer_id: make erase CUSTOMER='ana' (BY=who asks for it), or AGAIN=1 after a restore",
    );
  }
  const settings = toolSettings(process.env);
  const progress = new ProgressLine();
  const deps = await eraseDeps(settings, process.env, (text) => progress.show(text));
  if (deps.key === unsafeErasureKey) console.error('erase: ERASURE_KEY is the unsafe local default');
  try {
    let erased = 1;
    if (CUSTOMER !== '') await eraseOne(deps, progress, CUSTOMER, by);
    else {
      const people = await backAgain(deps.tables, deps.erasureLog.erasures);
      erased = people.size;
      console.log(`People who were erased and are in the tables again: ${count(erased)}.`);
      for (const [customer_id, moment] of people) await eraseOne(deps, progress, customer_id, by, moment);
    }
    if (erased > 0)
      console.log(
        'Files of replaced parts go within minutes; copies in Kafka with its retention: raw, enriched and commands 7 days, ' +
          'sessions and dead letters 30.',
      );
  } finally {
    await deps.close();
  }
}

if (require.main === module) {
  main().catch((error) => {
    console.error(`erase: ${(error as Error).message}`);
    process.exit(1);
  });
}
