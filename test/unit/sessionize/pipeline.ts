import fc from 'fast-check';
import type { LegRow, SessionChangeSet, SessionCommand, SessionEvent, SessionRow } from '../../../schemas/types';
import { topics } from '../../../services/lib/topics';
import { Customer } from '../../../services/sessionize/domain/customer';
import type { Changes } from '../../../services/sessionize/domain/revision';
import { defaultRules } from '../../../services/sessionize/domain/rules';
import type { SessionizeTask } from '../../../services/sessionize/sessionize';
import { Crash, standingRows, World } from './world';

const kinds = [
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
  'erase',
] as const;

/** What happens, one thing after the other; the number says how much or which. */
export type Step = [what: (typeof kinds)[number], size: number];

const stepsOf = (of: readonly (typeof kinds)[number][]): fc.Arbitrary<Step[]> =>
  fc.array(fc.tuple(fc.constantFrom(...of), fc.integer({ min: 1, max: 6 })) as fc.Arbitrary<Step>, { maxLength: 60 });

export const steps = stepsOf(kinds.filter((kind) => kind !== 'erase'));
export const stepsWithErasure = stepsOf([...kinds, 'erase', 'commands']);

export const customers = ['ana', 'bea'];

/** sessionize over arrays, with a warehouse that loads its input and its output whenever it is told to. */
export class Pipeline {
  readonly world: World;
  private task: SessionizeTask | undefined;
  private loadedEvents = 0;
  private loadedSessions = 0;
  private readonly sent: SessionCommand[] = [];
  private commands = 0;
  /** The first customer's events up to then are to be forgotten; they are no longer in the tables once `isDeleted`. */
  erasedThrough: number | undefined;
  isDeleted = false;

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
    if (what === 'erase') this.erase(size);
    if (what === 'resend' && this.sent.length > 0) {
      world.append(topics.commands, this.sent[size % this.sent.length]);
    }
    if (what === 'crash') this.task = undefined;
    if (what === 'die') world.dieAtNext(size % 2 === 0 ? 'beforeEffect' : 'afterEffect');
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
      .filter((event) => event.customer_id === customer_id && !(this.isDeleted && this.isErased(event)));
    const sets = log
      .filter(({ message }) => message.value && message.headers?.kind === undefined)
      .map(({ message }) => JSON.parse(String(message.value)) as SessionChangeSet)
      .filter((set) => set.customer_id === customer_id);
    this.commands += 1;
    const command: SessionCommand = {
      command_id: `c${this.commands}`,
      kind: 'repair',
      erased_through: null,
      customer_id,
      as_of: change_seq,
      issued_at: 0,
      ...standingRows(sets),
      events,
    };
    this.sent.push(command);
    world.append(topics.commands, command);
  }

  private isErased({ customer_id, occurred_at }: SessionEvent & { customer_id: string }): boolean {
    return customer_id === customers[0] && occurred_at <= (this.erasedThrough ?? Number.NEGATIVE_INFINITY);
  }

  /** Sends a command for at most so many of the sessions that stand as loaded; answers how many there were to erase. */
  erase(most: number): number {
    const { world, erasedThrough } = this;
    if (erasedThrough === undefined) return 0;
    world.erasures.addCustomer(customers[0], erasedThrough);
    const log = world.log(topics.sessions).filter(({ offset }) => offset < this.loadedSessions);
    const told = log.findLast(({ message }) => message.headers?.kind === 'progress')?.message.value;
    const { change_seq = 0, progress } = told ? (JSON.parse(String(told)) as SessionChangeSet) : {};
    if (this.loadedEvents < (progress?.input_offset ?? 0)) return 0;
    const sets = log
      .filter(({ message }) => message.value && message.headers?.kind === undefined)
      .map(({ message }) => JSON.parse(String(message.value)) as SessionChangeSet)
      .filter((set) => set.customer_id === customers[0]);
    const rows = standingRows(sets);
    const old = rows.sessions.filter(({ started_at }) => started_at <= erasedThrough);
    const sessions = old.slice(0, most);
    const within = (at: number): boolean =>
      sessions.some(({ started_at, ended_at }) => at >= started_at && at <= ended_at);
    const events = world
      .log(topics.enriched)
      .slice(0, this.loadedEvents)
      .map(({ message }) => JSON.parse(String(message.value)) as SessionEvent & { customer_id: string; late: boolean })
      .filter(
        (event) =>
          event.customer_id === customers[0] && !event.late && !this.isErased(event) && within(event.occurred_at),
      );
    this.commands += 1;
    const command: SessionCommand = {
      command_id: `e${this.commands}`,
      kind: 'erase',
      customer_id: customers[0],
      as_of: change_seq,
      issued_at: 0,
      sessions,
      legs: rows.legs.filter(({ arrived_at }) => within(arrived_at)),
      events,
      erased_through: erasedThrough,
    };
    this.sent.push(command);
    world.append(topics.commands, command);
    return old.length;
  }

  /** Everything is taken in and loaded, and repairs go on for `rounds`. */
  async drain(rounds: number): Promise<void> {
    const { world } = this;
    world.spare();
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

export const text = (rows: { sessions: SessionRow[]; legs: LegRow[] }): string[] =>
  [...rows.sessions, ...rows.legs]
    .map(({ version: _, customer_id: __, ...row }: (SessionRow | LegRow) & { customer_id?: string }) =>
      JSON.stringify(row),
    )
    .sort();

/** Rows of all a customer's events at once. */
export function rowsAtOnce(events: SessionEvent[]) {
  const changes: Changes = { sessions: [], legs: [] };
  const customer = new Customer(defaultRules);
  customer.add(events);
  customer.revise(1, changes);
  return changes;
}
