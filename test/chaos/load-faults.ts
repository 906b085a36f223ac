import { setTimeout as sleep } from 'node:timers/promises';
import type { Stack } from '../../infra/local/stack';
import { type LoadFleet, loadSessionTimeoutMs } from '../integration/support/load-fleet';
import type { Random } from '../simulator/core/random';
import type { Mood } from '../support/flaky-proxy';

export interface Struck {
  stack: Stack;
  fleet: LoadFleet;
  /** The instance it happens to, where it happens to one. */
  name: string;
  random: Random;
}

type Strike = (struck: Struck) => Promise<void>;

/** The proxy between load and ClickHouse misbehaves for some seconds. */
const moody =
  (mood: Mood): Strike =>
  async ({ fleet, random }) => {
    fleet.proxy.mood = mood;
    await sleep(1_000 + 4_000 * random.next());
    fleet.proxy.mood = 'well';
  };

const killAndStart: Strike = async ({ fleet, name, random }) => {
  await fleet.kill(name);
  await sleep(1_500 * random.next());
  await fleet.start(name);
};

const killClickHouse: Strike = async ({ stack, random }) => {
  await stack.killPart('clickhouse');
  await sleep(1_000 * random.next());
  await stack.startPart('clickhouse');
};

/** What may happen while load works, and how often; all of it is over when the promise resolves. */
export const loadFaults: Record<string, { weight: number; strike: Strike }> = {
  'load is killed': { weight: 22, strike: killAndStart },
  'load is killed, and again at its start': {
    weight: 8,
    strike: async (struck) => {
      await killAndStart(struck);
      await sleep(1_000 * struck.random.next());
      await killAndStart(struck);
    },
  },
  'both loads are killed': {
    weight: 4,
    strike: async ({ fleet }) => {
      const names = [...fleet.members.keys()];
      await Promise.all(names.map((name) => fleet.kill(name)));
      for (const name of names) await fleet.start(name);
    },
  },
  // It wakes when another has taken over.
  'load sleeps longer than its session': {
    weight: 12,
    strike: ({ fleet, name, random }) => fleet.freeze(name, loadSessionTimeoutMs + 500 + 3_500 * random.next()),
  },
  'load naps': { weight: 5, strike: ({ fleet, name, random }) => fleet.freeze(name, 4_000 * random.next()) },
  'load is stopped': {
    weight: 6,
    strike: async ({ fleet, name }) => {
      await fleet.stop(name);
      await fleet.start(name);
    },
  },
  'ClickHouse is killed': { weight: 20, strike: killClickHouse },
  'ClickHouse sleeps': {
    weight: 8,
    strike: ({ fleet, random }) => fleet.freezePart('clickhouse', 1_000 + 9_000 * random.next()),
  },
  'ClickHouse is stopped': {
    weight: 4,
    strike: async ({ stack }) => {
      await stack.stopPart('clickhouse');
      await stack.startPart('clickhouse');
    },
  },
  'load and ClickHouse are killed': {
    weight: 6,
    strike: async (struck) => {
      await Promise.all([struck.fleet.kill(struck.name), struck.stack.killPart('clickhouse')]);
      await struck.stack.startPart('clickhouse');
      await struck.fleet.start(struck.name);
    },
  },
  // A new engine has no schemas in its memory: it cannot read what comes.
  'ClickHouse is killed while the registry is away': {
    weight: 3,
    strike: async (struck) => {
      await struck.stack.killPart('registry');
      await killClickHouse(struck);
      await sleep(2_000 * struck.random.next());
      await struck.stack.startPart('registry');
    },
  },
  'ClickHouse refuses connections': { weight: 4, strike: moody('refusing') },
  'ClickHouse lacks memory': { weight: 3, strike: moody('overloaded') },
  'answers of ClickHouse are lost': { weight: 7, strike: moody('forgetful') },
  'ClickHouse is slow': { weight: 3, strike: moody('slow') },
};

export const faultWeights = Object.fromEntries(Object.entries(loadFaults).map(([name, { weight }]) => [name, weight]));
