import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { SessionEvent } from '../../../schemas/types';
import { topics } from '../../../services/lib/topics';
import { defaultRules } from '../../../services/sessionize/domain/rules';
import type { SessionizeTask } from '../../../services/sessionize/sessionize';
import { arbitraryEvents } from './arbitrary-events';
import { hour, minute, sessionEvent } from './events';
import { customers, rowsAtOnce, text } from './pipeline';
import { Crash, standingRows, World } from './world';

/** As enrich writes it: the highest event time of its raw partition, of how many. */
function write(
  world: World,
  customer_id: string,
  event: SessionEvent,
  { rawTime = event.occurred_at, raw = 0, of = 1 } = {},
): void {
  const headers = { raw_partition: String(raw), raw_partitions: String(of), raw_time: String(rawTime) };
  world.append(topics.enriched, { ...event, customer_id, late: false, sessionised: true }, headers, customer_id);
}

/** Whose an event is; of each customer some come by every raw partition. */
const ownerOf = (index: number): string => customers[(index >> 1) % 2];

const sizes = (world: World): Record<string, number> =>
  Object.fromEntries(
    standingRows(world.changeSets()).sessions.map(({ session_id, event_count }) => [session_id, event_count]),
  );

/** A fleet of owners of one partition, each of which may come back with what it had when it lost it. */
class Owners {
  readonly world: World;
  private readonly tasks: (SessionizeTask | undefined)[] = [undefined, undefined];
  private owner = 0;

  constructor(revisionEveryMs: number) {
    this.world = new World({ revisionEveryMs, snapshotAfterRecords: 7, hotCustomers: 1 });
  }

  /** The other one takes over, with what it had; who lost it may keep its own. */
  async handOver(): Promise<void> {
    this.owner = 1 - this.owner;
    await this.open(this.tasks[this.owner]);
  }

  async run([what, size]: Step): Promise<void> {
    const { world } = this;
    world.now += 100 * size;
    if (what === 'die') world.dieAtNext(size % 2 === 0 ? 'beforeEffect' : 'afterEffect');
    try {
      if (what === 'crash') this.tasks[this.owner] = undefined;
      if (what === 'hand over') await this.handOver();
      const task = this.tasks[this.owner] ?? (await this.open(undefined));
      if (what === 'events') await world.feed(task, topics.enriched, size);
      if (what === 'tick') await task.tick(world.now, world.control);
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
      this.tasks[this.owner] = undefined;
    }
    world.trim();
  }

  async drain(): Promise<void> {
    const { world } = this;
    world.spare();
    const task = this.tasks[this.owner] ?? (await this.open(undefined));
    while (await world.feed(task, topics.enriched, 5)) world.trim();
    await task.drain(world.control);
  }

  private async open(previous: SessionizeTask | undefined): Promise<SessionizeTask> {
    this.tasks[this.owner] = undefined;
    const task = await this.world.open(previous);
    this.tasks[this.owner] = task;
    return task;
  }
}

const kinds = ['events', 'events', 'events', 'tick', 'crash', 'die', 'hand over'] as const;
type Step = [what: (typeof kinds)[number], size: number];
const steps = fc.array(fc.tuple(fc.constantFrom(...kinds), fc.integer({ min: 1, max: 6 })) as fc.Arbitrary<Step>, {
  maxLength: 60,
});

describe('who takes a partition over goes on as if it had always had it', () => {
  test('whoever dies, comes back or waits, without any repair, and with nothing left below the floor', async () => {
    const delays = fc.array(fc.integer({ min: 0, max: defaultRules.lateness_ms }), { minLength: 24, maxLength: 24 });
    // A raw partition may be hours behind the others: what comes by it is in time all the same.
    const lags = fc.array(fc.integer({ min: 0, max: 24 * hour }), { minLength: 1, maxLength: 3 });
    const paces = fc.constantFrom(0, 350);
    await fc.assert(
      fc.asyncProperty(arbitraryEvents, delays, lags, steps, paces, async (events, delay, lag, happens, pace) => {
        const owners = new Owners(pace);
        const arriving = events
          .map((event, index) => ({ event, index, at: event.occurred_at + delay[index] + lag[index % lag.length] }))
          .sort((a, b) => a.at - b.at);
        const rawTimes = lag.map(() => Number.NEGATIVE_INFINITY);
        for (const { event, index } of arriving) {
          const raw = index % lag.length;
          rawTimes[raw] = Math.max(rawTimes[raw], event.occurred_at);
          write(owners.world, ownerOf(index), event, { rawTime: rawTimes[raw], raw, of: lag.length });
        }
        for (const step of happens) await owners.run(step);
        await owners.drain();
        const standing = standingRows(owners.world.changeSets());
        const atOnce = customers
          .map((customer) => events.filter((_, index) => ownerOf(index) === customer))
          .filter((own) => own.length > 0)
          .map(rowsAtOnce);
        expect(text(standing)).toEqual(
          text({
            sessions: atOnce.flatMap(({ sessions }) => sessions),
            legs: atOnce.flatMap(({ legs }) => legs),
          }),
        );
      }),
      { numRuns: 1_000 },
    );
  }, 120_000);

  test('a page view that waits for its row is told, though the watermark has passed its session', async () => {
    const world = new World({ revisionEveryMs: 1_000 });
    const task = await world.open();
    for (const [event_id, at] of [
      ['a0', 0],
      ['a1', 10 * minute],
    ] as const) {
      write(world, 'ana', sessionEvent({ event_id, occurred_at: at }));
      await world.feed(task, topics.enriched, 10);
    }
    write(world, 'bea', sessionEvent({ event_id: 'b0', occurred_at: 10 * hour }));
    await world.feed(task, topics.enriched, 10);
    expect(sizes(world)).toEqual({ a0: 1, b0: 1 });
    const next = await world.open();
    await next.tick(1_000, world.control);
    expect(sizes(world)).toEqual({ a0: 2, b0: 1 });
  });

  test('a session that a contact of an earlier one may still reach over is restored', async () => {
    const world = new World();
    const task = await world.open();
    const call = (event_id: string, occurred_at: number) => sessionEvent({ event_id, occurred_at, contact_id: 'c' });
    write(world, 'ana', call('first', 0));
    write(world, 'ana', sessionEvent({ event_id: 'page', occurred_at: hour }));
    write(world, 'bea', sessionEvent({ event_id: 'b0', occurred_at: 4 * hour }));
    await world.feed(task, topics.enriched, 10);
    expect(sizes(world)).toEqual({ first: 1, page: 1, b0: 1 });
    write(world, 'ana', call('last', 4 * hour));
    await world.feed(await world.open(), topics.enriched, 10);
    expect(sizes(world)).toEqual({ first: 3, b0: 1 });
  });

  test('one who comes back does not emit again what another has emitted without taking anything in', async () => {
    const world = new World({ revisionEveryMs: 1_000 });
    const first = await world.open();
    for (const event_id of ['a0', 'a1']) {
      write(world, 'ana', sessionEvent({ event_id }));
      await world.feed(first, topics.enriched, 10);
    }
    const second = await world.open();
    await second.tick(1_000, world.control);
    expect(sizes(world)).toEqual({ a0: 2 });
    const back = await world.open(first);
    await back.tick(10_000, world.control);
    // Throws when a row is taken back that does not stand.
    expect(sizes(world)).toEqual({ a0: 2 });
  });

  test('the floor told after a restore of very many lies below the oldest that is wanted', async () => {
    const world = new World({ hotCustomers: 5_000 });
    let task = await world.open();
    const many = 1_200;
    const feedAll = async (): Promise<void> => {
      while (await world.feed(task, topics.enriched, 400)) world.trim();
    };
    const isLong = (index: number): boolean => index === many - 1;
    for (let index = 0; index < many; index++) {
      const channel = isLong(index) ? 'EMAIL' : 'WEB';
      write(world, `c${index}`, sessionEvent({ event_id: `first${index}`, occurred_at: 0, channel }));
    }
    await feedAll();
    for (let index = 0; index < many - 1; index++) {
      write(world, `c${index}`, sessionEvent({ event_id: `second${index}`, occurred_at: 24 * hour }));
    }
    await feedAll();
    task = await world.open();
    for (let index = 0; index < 20; index++) {
      write(world, 'c0', sessionEvent({ event_id: `more${index}`, occurred_at: 24 * hour }));
      await feedAll();
      task = await world.open();
    }
    const last = sessionEvent({ event_id: 'last', occurred_at: 25 * hour, channel: 'EMAIL' });
    write(world, `c${many - 1}`, last);
    await feedAll();
    expect(sizes(world)[`first${many - 1}`]).toBe(2);
  });
});
