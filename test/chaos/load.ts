/**
 * Kills, freezes and stops load and ClickHouse at random while topics are loaded, then loads the same topics once more,
 * undisturbed, into another database, and compares every table and view. SEED, EVENTS, FAULTS. On a stack of its own.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { connectDatabase } from '../../infra/clickhouse/database';
import { migrate } from '../../infra/clickhouse/migrate';
import { faultText } from '../../infra/local/faults';
import type { Stack } from '../../infra/local/stack';
import { createKafka } from '../../services/lib/kafka/client';
import { createLog } from '../../services/lib/log';
import { integer, readSettings } from '../../services/lib/settings';
import { onOwnStack } from '../bench/stack';
import { containersOnly, LoadFleet } from '../integration/support/load-fleet';
import { LoadInput } from '../integration/support/load-input';
import { migrationsFolder } from '../integration/support/migrated-database';
import { Random } from '../simulator/core/random';
import { metricSum } from '../support/metric-sum';
import { differences, digests } from '../support/table-digests';
import { faultWeights, loadFaults } from './load-faults';

const portOffset = 7_800;
const settings = z.object({
  SEED: integer(1, 0, 2 ** 31),
  EVENTS: integer(500_000, 1_000, 10_000_000),
  FAULTS: integer(50, 0, 10_000),
});
const perRound = 500;
const settleWithinMs = 900_000;
/** A machine that loads more slowly than this meets the next fault with more to load. */
const catchUpWithinMs = 60_000;

async function work(stack: Stack): Promise<boolean> {
  const { SEED: seed, EVENTS: events, FAULTS: faults } = readSettings(settings, process.env);
  const { addresses } = stack;
  const kafka = createKafka({ KAFKA_BROKERS: addresses.kafkaBrokers }, 'chaos', createLog('chaos', 'silent'));
  const random = Random.of(seed, 'chaos/load');
  const inputRandom = Random.of(seed, 'chaos/load/input');
  const input = await LoadInput.open(kafka, addresses.schemaRegistryUrl, () => inputRandom.next());
  // One sends blocks as they came, the other in containers: either may have to repeat what the other has begun.
  const fleet = await LoadFleet.connect(stack, (name) => ({
    FETCH_MAX_PARTITION_BYTES: '200000',
    ...(name === 'b' ? containersOnly : {}),
  }));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => fleet.close());
  try {
    for (const name of ['a', 'b']) await fleet.start(name);
    // As much is written by each fault as there is of both: something to load all the while, and to the end.
    let allowed = 0;
    let struck = 0;
    const writing = (async () => {
      while (input.truth.events < events) {
        if (input.truth.events < allowed || struck === faults) await input.write(perRound);
        else await sleep(20);
      }
    })();
    const repeats = new Repeats();
    for (; struck < faults; struck++) {
      allowed = Math.ceil((events * (struck + 1)) / faults);
      await caughtUp(fleet, input, (3 * events) / faults);
      await sleep(500 + 2_000 * random.next());
      const name = random.pick(['a', 'b']);
      const what = random.weighted(faultWeights);
      await repeats.note(fleet);
      console.error(`fault ${struck + 1}: ${what} (${name}); ${await unloaded(fleet, input)} records to load`);
      await loadFaults[what].strike({ stack, fleet, name, random });
    }
    console.error('no more faults: loading the rest');
    await writing;
    await input.close();
    await fleet.untilLoaded(input.truth, settleWithinMs);
    await repeats.note(fleet);
    for (const name of [...fleet.members.keys()]) await fleet.stop(name);
    const found = await digests(fleet.clickhouse, 'customer_dynamics');
    const expected = await undisturbed(stack, input);
    const wrong = [...differences(found, expected), ...(await againstTruth(fleet, input))];
    console.log(
      `seed ${seed}: ${input.truth.events} events in the tables, ${input.truth.unreadable} unreadable; ${struck} faults; ` +
        `${repeats.total} blocks repeated by a new owner (seen), ${fleet.proxy.lostAnswers} answers lost; ` +
        `${Object.keys(found).length} tables and views compared`,
    );
    for (const line of wrong) console.log(`  ${line}`);
    console.log(wrong.length === 0 ? 'the same as undisturbed, in every table and view' : 'DIFFERENT');
    return wrong.length > 0;
  } finally {
    await fleet.close();
  }
}

/** The same topics by another group into another database, with nothing in the way. */
async function undisturbed(stack: Stack, input: LoadInput) {
  const database = 'undisturbed';
  const client = await connectDatabase({
    url: stack.addresses.clickhouseUrl,
    database,
    username: 'default',
    password: '',
  });
  await migrate(client, { folder: migrationsFolder });
  await client.close();
  const fleet = await LoadFleet.connect(
    stack,
    () => ({ LOAD_GROUP_PREFIX: 'undisturbed', FETCH_MAX_PARTITION_BYTES: '8000000' }),
    database,
  );
  try {
    await fleet.start('undisturbed');
    await fleet.untilLoaded(input.truth, settleWithinMs);
    await fleet.stop('undisturbed');
    return await digests(fleet.clickhouse, database);
  } finally {
    await fleet.close();
  }
}

async function againstTruth(fleet: LoadFleet, { truth }: LoadInput): Promise<string[]> {
  const [found] = await fleet.rows<Record<string, number>>(
    `SELECT count() AS events, uniqExact(event_id) AS ids, sum(toUInt64(substring(event_id, 3))) AS numbers,
       sum(talk_ms) AS talk_ms FROM interactions`,
  );
  const { events, numbers, talk_ms } = truth;
  const wanted = { events, ids: events, numbers, talk_ms };
  const same = JSON.stringify(found) === JSON.stringify(wanted);
  return same ? [] : [`interactions: ${JSON.stringify(found)} and not ${JSON.stringify(wanted)}`];
}

/** Waits until no more records than these are to be loaded: the faults shall meet the load from its start to its end. */
async function caughtUp(fleet: LoadFleet, input: LoadInput, most: number): Promise<void> {
  for (const deadline = Date.now() + catchUpWithinMs; Date.now() < deadline; await sleep(200)) {
    if (Number(await unloaded(fleet, input)) <= most) return;
  }
}

/** Records that are written and not loaded, as far as ClickHouse answers. */
async function unloaded(fleet: LoadFleet, { truth }: LoadInput): Promise<number | string> {
  const loaded = await fleet.loadedOffsets().catch(() => undefined);
  if (!loaded) return 'unknown';
  return [...truth.ends].reduce((sum, [place, end]) => sum + Math.max(0, end - (loaded.get(place) ?? 0)), 0);
}

/** Blocks that instances repeated, summed over their lives as far as their metrics were read. */
class Repeats {
  private readonly byUrl = new Map<string, { last: number; sum: number }>();

  async note(fleet: LoadFleet): Promise<void> {
    for (const member of fleet.members.values()) {
      const now = await member.metrics().then(
        (text) => metricSum(text, 'load_repeated_blocks_total'),
        () => undefined,
      );
      if (now === undefined) continue;
      const before = this.byUrl.get(member.url) ?? { last: 0, sum: 0 };
      this.byUrl.set(member.url, { last: now, sum: before.sum + (now >= before.last ? now - before.last : now) });
    }
  }

  get total(): number {
    return [...this.byUrl.values()].reduce((total, { sum }) => total + sum, 0);
  }
}

onOwnStack('chaos-load', portOffset, work, ['kafka', 'registry', 'clickhouse'])
  .then((different) => {
    process.exitCode = different ? 1 : 0;
  })
  .catch((error) => {
    console.error(`chaos: ${faultText(error)}`);
    process.exit(1);
  });
