import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { migrate } from '../../../infra/clickhouse/migrate';
import { agentHandleTimes, contactMetrics } from '../../support/recompute/contact-chains';
import type { Figures, Question, RecomputedLeg } from '../../support/recompute/leg';
import {
  abandonments,
  handleTimes,
  serviceLevels,
  type TargetOf,
  transfers,
  waitPercentiles,
} from '../../support/recompute/queues';
import { RandomLegs, type SignedLeg } from '../../support/recompute/random-legs';
import { migrationsFolder } from '../support/migrated-database';
import { viewsAgainstRows } from '../support/recomputed';
import { withStack } from '../support/stack';
import { LegDatabase } from './leg-database';

const local = withStack(['clickhouse'], { setUpSteps: [] });

// Four days, and the clocks of Berlin change on the third.
const range = { from: Date.parse('2026-03-27T00:00:00Z'), to: Date.parse('2026-03-31T00:00:00Z') };
const inside = { from: Date.parse('2026-03-27T23:00:00Z'), to: Date.parse('2026-03-30T21:15:00Z') };

const targets = [
  { queue: '*', channel: 'CHAT', target_seconds: 60, short_abandon_seconds: 10, share: 0.7 },
  { queue: 'a', channel: '*', target_seconds: 5, short_abandon_seconds: 1, share: 0.95 },
  { queue: 'a', channel: 'CHAT', target_seconds: 19, short_abandon_seconds: 0, share: 0.9 },
];
/** By the table above, unless seconds are given. */
const targetOf =
  (given: { target_seconds?: number; short_seconds?: number }): TargetOf =>
  ({ queue, channel }) => {
    const named = (row: (typeof targets)[number]) =>
      [queue, '*'].includes(row.queue) && [channel, '*'].includes(row.channel);
    const rank = (row: (typeof targets)[number]) => (row.queue === '*' ? 0 : 2) + (row.channel === '*' ? 0 : 1);
    const [best] = targets.filter(named).sort((a, b) => rank(b) - rank(a));
    const row = best ?? { target_seconds: 20, short_abandon_seconds: 5, share: 0.8 };
    return {
      target_seconds: given.target_seconds ?? row.target_seconds,
      short_seconds: given.short_seconds ?? row.short_abandon_seconds,
      share: row.share,
    };
  };

type Asked = Partial<Pick<Question, 'from' | 'to' | 'bookedBy'>> & { by: string[]; zone?: string } & Thresholds;
type Thresholds = { target_seconds?: number; short_seconds?: number };
type Recompute = (legs: RecomputedLeg[], question: Question, targetOf: TargetOf) => Figures[];

const recomputed: Record<string, Recompute> = {
  service_levels: serviceLevels,
  abandonments,
  handle_times: handleTimes,
  transfers,
  wait_percentiles: waitPercentiles,
  agent_handle_times: agentHandleTimes,
  contact_metrics: contactMetrics,
};

const questions: [view: string, asked: Asked][] = [
  ['service_levels', { by: [], target_seconds: 20, short_seconds: 5 }],
  ['service_levels', { by: ['day', 'queue', 'channel'], zone: 'Europe/Berlin' }],
  ['service_levels', { by: ['half_hour'], bookedBy: 'EVENT', target_seconds: 61, zone: 'Asia/Kathmandu', ...inside }],
  ['abandonments', { by: ['quarter_hour', 'direction'], zone: 'Europe/Berlin', ...inside }],
  ['abandonments', { by: ['hour'], bookedBy: 'EVENT', short_seconds: 19, zone: 'America/New_York' }],
  ['handle_times', { by: ['hour', 'queue'], zone: 'Europe/Berlin' }],
  ['handle_times', { by: ['week', 'channel'], bookedBy: 'EVENT', zone: 'Pacific/Chatham' }],
  ['transfers', { by: ['month', 'queue', 'direction'], zone: 'Europe/Berlin', ...inside }],
  ['transfers', { by: ['hour'], bookedBy: 'EVENT' }],
  ['wait_percentiles', { by: ['day', 'queue'], zone: 'Europe/Berlin' }],
  ['wait_percentiles', { by: ['hour'], bookedBy: 'EVENT', zone: 'Asia/Kathmandu', ...inside }],
  ['agent_handle_times', { by: ['day', 'queue'], zone: 'Europe/Berlin' }],
  ['agent_handle_times', { by: ['hour', 'channel'], bookedBy: 'EVENT', ...inside }],
  ['contact_metrics', { by: ['day', 'channel', 'queue'], zone: 'Europe/Berlin' }],
  ['contact_metrics', { by: ['direction'], ...inside }],
];

describe('legs drawn at random and revised', () => {
  let database: LegDatabase;
  const drawn = new RandomLegs(Number(process.env.SEED ?? 20_261_125), range);
  const blocks: SignedLeg[][] = [];
  beforeAll(async () => {
    database = await LegDatabase.open(local.stack.addresses.clickhouseUrl, 'drawn');
    await database.insert(targets, 'service_level_targets');
  });
  afterAll(() => database?.client.close());

  const insert = async (arrivals: number, revisions: number) => {
    const block = drawn.block(arrivals, revisions);
    blocks.push(block);
    await database.insert(block);
  };

  const asks = async ([view, asked]: [string, Asked]) => {
    const { from = range.from, to = range.to, zone = 'UTC', bookedBy = 'ARRIVAL', by, ...thresholds } = asked;
    const legs = [...drawn.current.values()];
    const expected = recomputed[view](legs, { from, to, by, zone, bookedBy }, targetOf(thresholds));
    const booking = view === 'contact_metrics' ? {} : { booked_by: bookedBy };
    const found = await database.view(view, { from, to, by, time_zone: zone, ...booking, ...thresholds });
    return { found, expected };
  };

  const agree = async () => {
    for (const question of questions) {
      const { found, expected } = await asks(question);
      expect(expected.length).toBeGreaterThan(0);
      expect({ question, rows: found }).toEqual({ question, rows: expected });
    }
    expect(await database.rows(viewsAgainstRows.efficiency_metrics)).toEqual([{ rows: 0 }]);
  };

  test('are in every view what they are when counted one by one, after each block', async () => {
    await insert(1500, 0);
    await agree();
    await insert(1000, 900);
    await agree();
    for (let i = 0; i < 6; i++) await insert(150, 300);
    await agree();
  }, 720_000);

  test('and still when the engine has merged everything', async () => {
    await database.client.command({ query: 'OPTIMIZE TABLE leg_metrics_15m FINAL' });
    await database.client.command({ query: 'OPTIMIZE TABLE legs FINAL' });
    await agree();
  }, 360_000);

  test('by any threshold in whole seconds', async () => {
    for (const target_seconds of [0, 1, 2, 5, 6, 19, 21, 89, 90, 100_000]) {
      const { found, expected } = await asks(['service_levels', { by: ['queue'], target_seconds, short_seconds: 0 }]);
      expect(found).toEqual(expected);
    }
  }, 180_000);

  test('all of it taken back leaves nothing', async () => {
    const legs = [...drawn.current.values()].map((leg) => ({ ...leg, sign: -1 as const }));
    const copy = await LegDatabase.open(local.stack.addresses.clickhouseUrl, 'taken_back');
    // Taken back first, and torn apart.
    await copy.insert(legs);
    for (const block of blocks) await copy.insert(block);
    for (const [view, { by }] of questions) expect(await copy.view(view, { ...range, by })).toEqual([]);
    await copy.client.close();
  }, 360_000);

  test('make the same roll-up when the migration finds them there, and when it applies again', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'migrations-'));
    const before = readdirSync(migrationsFolder).filter((name) => name < '0014');
    for (const name of before) cpSync(join(migrationsFolder, name), join(folder, name));
    const copy = await LegDatabase.open(local.stack.addresses.clickhouseUrl, 'filled', folder);
    for (const block of blocks) await copy.insert(block);
    const differ = `SELECT count() AS rows FROM ((${sums('drawn')} EXCEPT ALL ${sums('filled')})
      UNION ALL (${sums('filled')} EXCEPT ALL ${sums('drawn')}))`;
    await migrate(copy.client, { folder: migrationsFolder });
    expect(await copy.rows(differ)).toEqual([{ rows: 0 }]);
    await copy.client.command({
      query: 'ALTER TABLE schema_migrations DELETE WHERE number >= 32 SETTINGS mutations_sync = 1',
    });
    expect((await migrate(copy.client, { folder: migrationsFolder }))[0]).toMatch(/^0032/);
    expect(await copy.rows(differ)).toEqual([{ rows: 0 }]);
    // The view is there again and counts what comes.
    await copy.insert(drawn.block(10, 0));
    expect(await copy.rows(differ)).not.toEqual([{ rows: 0 }]);
    await copy.client.close();
    rmSync(folder, { recursive: true });
  }, 360_000);
});

const keys = 'booked_by, bucket_start, channel, queue, direction';
const maps = ['answered_waits', 'abandoned_waits', 'flow_out_waits', 'answered_wait_buckets', 'abandoned_wait_buckets'];
const sums = (database: string): string =>
  `SELECT ${keys}, * EXCEPT (${keys}, ${maps.join(', ')}) APPLY sum, ${maps.map((map) => `sumMap(${map})`).join(', ')}
   FROM ${database}.leg_metrics_15m GROUP BY ${keys} HAVING sum(legs + answered + abandoned + flow_outs + handled) != 0`;
