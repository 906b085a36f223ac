import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { LegRow, SessionChangeSet, SessionCommand, SessionEvent, SessionRow } from '../../../schemas/types';
import { topics } from '../../../services/lib/topics';
import { Customer } from '../../../services/sessionize/domain/customer';
import type { Changes } from '../../../services/sessionize/domain/revision';
import { defaultRules } from '../../../services/sessionize/domain/rules';
import type { SessionizeTask } from '../../../services/sessionize/sessionize';
import { arbitraryEvents } from './arbitrary-events';
import { sessionEvent } from './events';
import { oracleSessions } from './oracle';
import { Crash, standingRows, World } from './world';

/** What happens, one thing after the other; the number says how much or which. */
type Step = [
  what: 'events' | 'commands' | 'load events' | 'load sessions' | 'plan' | 'resend' | 'crash' | 'die' | 'tick',
  size: number,
];

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.tuple(
    fc.constantFrom(
      'events',
      'events',
      'events',
      'commands',
      'load events',
      'load sessions',
      'load sessions',
      'plan',
      'plan',
      'resend',
      'crash',
      'die',
      'tick',
    ),
    fc.integer({ min: 1, max: 6 }),
  ) as fc.Arbitrary<Step>,
  { maxLength: 60 },
);

const customers = ['ana', 'bea'];

/** sessionize over arrays, with a warehouse that loads its input and its output whenever it is told to. */
class Pipeline {
  readonly world: World;
  private task: SessionizeTask | undefined;
  private loadedEvents = 0;
  private loadedSessions = 0;
  private readonly sent: SessionCommand[] = [];
  private commands = 0;

  constructor(revisionEveryMs: number) {
    this.world = new World({ revisionEveryMs, snapshotAfterRecords: 7 });
  }

  /** Writes events as enrich would: late or not by what came before. */
  write(events: readonly SessionEvent[]): void {
    let rawTime = Number.NEGATIVE_INFINITY;
    events.forEach((event, index) => {
      rawTime = Math.max(rawTime, event.occurred_at);
      const late = event.occurred_at < rawTime - defaultRules.lateness_ms;
      const headers = { raw_partition: '0', raw_partitions: '1', raw_time: String(rawTime) };
      const customer_id = customers[index % 2];
      this.world.append(topics.enriched, { ...event, customer_id, late, sessionised: true }, headers, customer_id);
    });
  }

  async run([what, size]: Step): Promise<void> {
    const { world } = this;
    world.now += 100 * size;
    if (what === 'load events')
      this.loadedEvents = Math.min(this.loadedEvents + size, world.log(topics.enriched).length);
    if (what === 'load sessions') this.loadedSessions += 2 * size;
    if (what === 'plan') this.plan(customers[size % 2]);
    if (what === 'resend' && this.sent.length > 0) {
      world.append(topics.commands, this.sent[size % this.sent.length]);
    }
    if (what === 'crash') this.task = undefined;
    if (what === 'die') {
      const when = size % 2 === 0 ? 'beforeEffect' : 'afterEffect';
      world[when] = () => {
        world[when] = () => {};
        throw new Crash();
      };
    }
    try {
      this.task ??= await world.open();
      if (what === 'events') await world.feed(this.task, topics.enriched, size);
      if (what === 'commands') await world.feed(this.task, topics.commands, size);
      if (what === 'tick') await this.task.tick(world.now, world.control);
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
      this.task = undefined;
    }
  }

  /** A command for all that is loaded of a customer, as of the last progress record loaded. */
  plan(customer_id: string): void {
    const { world } = this;
    const log = world.log(topics.sessions).filter(({ offset }) => offset < this.loadedSessions);
    const told = log.findLast(({ message }) => message.headers?.kind === 'progress')?.message.value;
    if (!told) return;
    const { change_seq, progress } = JSON.parse(String(told)) as SessionChangeSet;
    if (this.loadedEvents < (progress?.input_offset ?? 0)) return;
    const events = world
      .log(topics.enriched)
      .slice(0, this.loadedEvents)
      .map(({ message }) => JSON.parse(String(message.value)) as SessionEvent & { customer_id: string })
      .filter((event) => event.customer_id === customer_id);
    const sets = log
      .filter(({ message }) => message.value && message.headers?.kind === undefined)
      .map(({ message }) => JSON.parse(String(message.value)) as SessionChangeSet)
      .filter((set) => set.customer_id === customer_id);
    this.commands += 1;
    const command: SessionCommand = {
      command_id: `c${this.commands}`,
      kind: 'repair',
      customer_id,
      as_of: change_seq,
      issued_at: 0,
      ...standingRows(sets),
      events,
    };
    this.sent.push(command);
    world.append(topics.commands, command);
  }

  /** Everything is taken in and loaded, and repairs go on for `rounds`. */
  async drain(rounds: number): Promise<void> {
    const { world } = this;
    world.beforeEffect = () => {};
    world.afterEffect = () => {};
    for (let round = 0; round <= rounds; round++) {
      this.task ??= await world.open();
      while (await world.feed(this.task, topics.enriched, 5));
      while (await world.feed(this.task, topics.commands, 5));
      world.now += 10_000;
      await this.task.tick(world.now, world.control);
      this.loadedEvents = world.log(topics.enriched).length;
      this.loadedSessions = Number.POSITIVE_INFINITY;
      if (round < rounds) for (const customer of customers) this.plan(customer);
    }
  }
}

const text = (rows: { sessions: SessionRow[]; legs: LegRow[] }): string[] =>
  [...rows.sessions, ...rows.legs]
    .map(({ version: _, customer_id: __, ...row }: (SessionRow | LegRow) & { customer_id?: string }) =>
      JSON.stringify(row),
    )
    .sort();

/** Rows of all a customer's events at once. */
function rowsAtOnce(events: SessionEvent[]) {
  const changes: Changes = { sessions: [], legs: [] };
  const customer = new Customer(defaultRules);
  customer.add(events);
  customer.revise(1, changes);
  return changes;
}

describe('repair of late events', () => {
  test('comes to the sessions of all events, whatever is resent, stale, crossing, killed or paced', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryEvents, steps, fc.constantFrom(0, 350), async (events, happens, paceMs) => {
        const pipeline = new Pipeline(paceMs);
        pipeline.write(events);
        for (const step of happens) await pipeline.run(step);
        await pipeline.drain(2);
        // Throws when a row is taken back that does not stand, or a version is used twice.
        const standing = standingRows(pipeline.world.changeSets());
        const expected = customers.map((_, of) => events.filter((__, index) => index % 2 === of));
        expect(standing.sessions.map(({ session_id, event_count }) => `${session_id} ${event_count}`).sort()).toEqual(
          expected
            .flatMap(oracleSessions)
            .map(({ session_id, event_ids }) => `${session_id} ${event_ids.length}`)
            .sort(),
        );
        const atOnce = expected.filter((one) => one.length > 0).map(rowsAtOnce);
        expect(text(standing)).toEqual(
          text({
            sessions: atOnce.flatMap(({ sessions }) => sessions),
            legs: atOnce.flatMap(({ legs }) => legs),
          }),
        );
        const seqs = pipeline.world.changeSets().map(({ change_seq }) => change_seq);
        expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b));
      }),
      { numRuns: 400 },
    );
  }, 60_000);

  test('a command that is resent changes nothing, not even a change_seq', async () => {
    const pipeline = new Pipeline(0);
    const hour = 3_600_000;
    pipeline.write(
      [0, 10 * hour, 2 * hour, 2 * hour].map((occurred_at, i) => sessionEvent({ event_id: `e${i}`, occurred_at })),
    );
    await pipeline.drain(1);
    const before = pipeline.world.changeSets().length;
    await pipeline.run(['resend', 1]);
    await pipeline.run(['commands', 5]);
    await pipeline.drain(3);
    expect(pipeline.world.changeSets()).toHaveLength(before);
  });
});
