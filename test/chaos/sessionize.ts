/**
 * Kills, freezes and stops instances of sessionize at random while two interleaving producers write its input, then
 * compares every session with the rule's. SEED, EVENTS, FAULTS. On a stack of its own: Kafka and the registry.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { faultText } from '../../infra/local/faults';
import type { Stack } from '../../infra/local/stack';
import { integer, readSettings } from '../../services/lib/settings';
import { onOwnStack } from '../bench/stack';
import { SessionizeFleet, sessionTimeoutMs } from '../integration/support/sessionize-fleet';
import { SessionsInput } from '../integration/support/sessions-input';
import { judge } from '../integration/support/sessions-verdict';
import { Writing } from '../integration/support/writing';
import { Random } from '../simulator/core/random';

const portOffset = 7_500;
const settings = z.object({
  SEED: integer(1, 0, 2 ** 31),
  EVENTS: integer(100_000, 1_000, 10_000_000),
  FAULTS: integer(40, 0, 10_000),
});
const instances = ['a', 'b', 'c'];

/** What may happen to an instance, and how often; all of it is done when the promise resolves. */
const faults = {
  'is killed': { weight: 40, strike: killAndStart },
  'is killed, and again at its start': {
    weight: 10,
    strike: async (fleet: SessionizeFleet, name: string, random: Random) => {
      await killAndStart(fleet, name, random);
      await sleep(1_000 * random.next());
      await killAndStart(fleet, name, random);
    },
  },
  // It wakes when others have taken over.
  'sleeps longer than its session': {
    weight: 25,
    strike: (fleet: SessionizeFleet, name: string, random: Random) =>
      freeze(fleet, name, sessionTimeoutMs + 500 + 3_500 * random.next()),
  },
  naps: {
    weight: 10,
    strike: (fleet: SessionizeFleet, name: string, random: Random) => freeze(fleet, name, 4_000 * random.next()),
  },
  'is stopped': {
    weight: 10,
    strike: async (fleet: SessionizeFleet, name: string) => {
      await stop(fleet, name);
      await fleet.start(name);
    },
  },
  'is killed with all the others': {
    weight: 5,
    strike: async (fleet: SessionizeFleet) => {
      await Promise.all(instances.map((name) => fleet.kill(name)));
      for (const name of instances) await fleet.start(name);
    },
  },
};
const weights = Object.fromEntries(Object.entries(faults).map(([name, { weight }]) => [name, weight]));

async function killAndStart(fleet: SessionizeFleet, name: string, random: Random): Promise<void> {
  await fleet.kill(name);
  await sleep(2_000 * random.next());
  await fleet.start(name);
}

async function stop(fleet: SessionizeFleet, name: string): Promise<void> {
  const { code, log } = await fleet.stop(name);
  if (code !== 0) throw new Error(`sessionize ${name} ended with ${code}:\n${log}`);
}

async function freeze(fleet: SessionizeFleet, name: string, forMs: number): Promise<void> {
  fleet.freeze(name);
  await sleep(forMs);
  fleet.wake(name);
}

async function work({ addresses }: Stack): Promise<boolean> {
  const { SEED: seed, EVENTS: events, FAULTS } = readSettings(settings, process.env);
  const fleet = await SessionizeFleet.connect(addresses);
  // Whoever waits for them then fails, and the stack is stopped on the way out.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => fleet.close());
  try {
    const options = { seed, events, customers: Math.ceil(events / 20), days: 5, poison: Math.ceil(events / 2_000) };
    const input = await SessionsInput.open(fleet.kafka, addresses.schemaRegistryUrl, options);
    for (const name of instances) await fleet.start(name);
    const writing = new Writing(input, 0, 60, events / 5);
    const struck = await strikeAll(fleet, input, writing, FAULTS, Random.of(seed, 'chaos/sessionize'));
    console.error('no more faults: writing the rest');
    await writing.finish();
    await fleet.untilRead(input.truth.ends);
    for (const name of fleet.names) await stop(fleet, name);
    await input.close();

    const { sessions, played, differences } = await judge(
      fleet.admin,
      fleet.reader,
      addresses.schemaRegistryUrl,
      input.truth,
    );
    const { poison, aborted } = input.truth;
    console.log(
      `seed ${seed}: ${input.truth.events.length} events, ${poison.size} undecodable, ${aborted} transactions aborted; ` +
        `${struck} faults; ${played.changeSets} change sets, ${played.takenBack} rows taken back, ${sessions} sessions`,
    );
    for (const difference of differences.slice(0, 50)) console.log(`  ${difference}`);
    console.log(differences.length === 0 ? 'the same: every session once' : `DIFFERENT: ${differences.length} lines`);
    return differences.length > 0;
  } finally {
    await fleet.close();
  }
}

/** Answers how many faults there were: fewer than wanted when the input was at its end before. */
async function strikeAll(
  fleet: SessionizeFleet,
  input: SessionsInput,
  writing: Writing,
  count: number,
  random: Random,
): Promise<number> {
  for (let fault = 1; fault <= count; fault++) {
    // Mostly in the middle of work; at times while the group still recovers from the last one.
    if (random.chance(0.7)) await fleet.untilAllAdvance();
    await sleep(1_500 * random.next());
    if (writing.pending === 0) return fault - 1;
    const name = random.pick(instances);
    const what = random.weighted(weights) as keyof typeof faults;
    const unread = await fleet.unread(input.truth.ends);
    console.error(`fault ${fault}: ${name} ${what}; ${writing.pending} events to write, ${unread} records to read`);
    if (random.chance(0.5)) await fleet.overload(name);
    await faults[what].strike(fleet, name, random);
  }
  return count;
}

onOwnStack('chaos-sessionize', portOffset, work, ['kafka', 'registry'])
  .then((different) => {
    process.exitCode = different ? 1 : 0;
  })
  .catch((error) => {
    console.error(`chaos: ${faultText(error)}`);
    process.exit(1);
  });
