import { assertLateIsStable, deliver } from './core/delivery';
import type { Line, SimEvent } from './core/event';
import type { QueueFigures } from './core/ledger';
import { Random } from './core/random';
import type { Planned } from './core/roster';
import { runOrganisation } from './organisation/run';
import { type Settings, settingsOf } from './organisation/settings';
import { assertBooksAgree } from './truth/queues';
import { see } from './truth/rules';
import { sessionise } from './truth/sessionise';
import type { Truth } from './truth/truth';
import { truthOf } from './truth/truth';

export interface SimulationOptions {
  /** Same seed, same bytes. Default 1. */
  seed?: number;
  /** At least so many distinct events, a few in a hundred more. Default 205,000. */
  events?: number;
  /** Days from Monday 2026-03-02 00:00 UTC. Default 8. */
  days?: number;
  /** Size of the staff, 1 that of the default run. Default: in proportion to the events a day. */
  staff?: number;
  /** Told about each finished step. */
  onProgress?: (message: string) => void;
}

export interface Simulation {
  /** In order of arrival, repeats included. */
  events: SimEvent[];
  truth: Truth;
  /** The same order, with who is late and who comes again. */
  lines: Line[];
  /** What the organisation has told the pipeline of itself, besides its events. */
  settings: Settings;
}

interface Ran {
  recorded: SimEvent[];
  books: ReadonlyMap<string, QueueFigures>;
  plans: Planned[];
}

export const DEFAULT_EVENTS = 205_000;
export const DEFAULT_DAYS = 8;

/** Seen at full size; a run that comes out too small is done again with more. */
const EVENTS_PER_JOURNEY = 16.9;

/**
 * Runs the organisation, puts its events in order of arrival and works out the truth about them.
 * Throws when its own checks fail: lateness that would depend on the partition count, or queue books that disagree.
 */
export function simulate(options: SimulationOptions = {}): Simulation {
  const { seed = 1, events = DEFAULT_EVENTS, days = DEFAULT_DAYS, onProgress = () => undefined } = options;
  const scale = options.staff ?? (events / DEFAULT_EVENTS) * (DEFAULT_DAYS / days);
  const { recorded, books, plans } = runUntilEnough(seed, events, days, scale);
  onProgress(`${recorded.length} events of ${days} days`);
  const seen = recorded.map(see);
  if (new Set(seen.map(({ event }) => event.event_id)).size < seen.length) throw new Error('an event_id came twice');
  assertBooksAgree(books, sessionise(seen).legs);
  onProgress('the queues’ books agree with the events');
  const lines = deliver(seen, Random.of(seed, 'delivery'));
  assertLateIsStable(lines);
  onProgress(`${lines.length} lines in order of arrival; 1 to 24 partitions agree on who is late`);
  const settings = settingsOf(plans);
  const truth = truthOf(lines, { plans, days });
  onProgress(`${truth.sessions.length} sessions worked out`);
  return { events: lines.map(({ event }) => event), truth, lines, settings };
}

/** Returns only what is needed further on: the world itself, with everything that still waits in it, is large. */
function runUntilEnough(seed: number, events: number, days: number, scale: number): Ran {
  let journeys = Math.ceil((events / EVENTS_PER_JOURNEY) * 1.02);
  for (;;) {
    const customers = Math.ceil(journeys * 0.75);
    const world = runOrganisation(seed, { customers, journeys, days, scale });
    const { recorded, plans } = world;
    if (recorded.length >= events) return { recorded, books: world.ledger.queues, plans };
    journeys = Math.ceil(journeys * Math.min(2, (events / recorded.length) * 1.03)) + 1;
  }
}
