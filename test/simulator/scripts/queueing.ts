import { MINUTE_MS, SECOND_MS } from '../core/calendar';
import type { Details } from '../core/event';
import type { Process } from '../core/kernel';
import type { Seat, Station } from '../core/station';
import type { Interaction } from '../core/world';

export type Queued = { kind: 'answered'; agent: Details; seat: Seat | undefined } | { kind: 'abandoned' | 'closed' };

/** Which waits a system states itself: a whole number of seconds, or none, and then only the times tell. */
export type WaitReport = 'seconds' | 'none';

export interface QueueOptions {
  patience_ms: number;
  report: WaitReport;
  /** The system also says queue.left when an agent takes the call. */
  dequeueEvent?: boolean;
}

/**
 * Puts an interaction into a station's queue and writes what happens until somebody answers or the customer is gone.
 * The books are kept here, from the model's own variables; the truth is later checked against them.
 */
export function* queueFor(line: Interaction, station: Station, options: QueueOptions): Process<Queued> {
  const books = line.world.ledger.of(station.plan.id);
  const queue = queueOf(station);
  const enteredAt = line.emit('queue.entered', { queue });
  books.offered++;
  let offeredAt = enteredAt;
  const seating = yield* station.enter(options.patience_ms, (type, agent) => {
    const actor: Details['actor'] = { type: 'AGENT', id: agent, team: station.plan.id };
    if (type === 'offer.made') {
      offeredAt = line.emit(type, { actor });
      return;
    }
    line.emit(type, { actor, durations: { ring_ms: line.world.kernel.now - offeredAt } });
  });
  const waited = line.world.kernel.now - enteredAt;
  const reported = options.report === 'seconds' ? Math.floor(waited / SECOND_MS) * SECOND_MS : waited;
  const stated: Details = options.report === 'seconds' ? { durations: { wait_ms: reported } } : {};
  if (seating.kind === 'abandoned') {
    books.abandoned++;
    if (reported <= 5000) books.short_abandoned++;
    line.emit('queue.abandoned', { queue, outcome: { disconnect_by: 'CUSTOMER' }, ...stated });
    return { kind: 'abandoned' };
  }
  if (seating.kind === 'closed') {
    line.emit('queue.left', { queue, outcome: { code: 'closed', status: 'FAILURE' }, ...stated });
    return { kind: 'closed' };
  }
  if (options.dequeueEvent) line.emit('queue.left', { queue });
  const seat = seating.kind === 'answered' ? seating.seat : undefined;
  const id = seat?.agent ?? `${station.plan.id}-duty-manager`;
  const agent: Details = { actor: { type: 'AGENT', id, team: station.plan.id } };
  line.emit('agent.joined', { ...agent, queue, ...stated });
  books.answered++;
  books.wait_ms_answered += reported;
  return { kind: 'answered', agent, seat };
}

export function queueOf(station: Station): Details['queue'] {
  return { id: station.plan.id, name: station.plan.name, skill: station.plan.skill };
}

/** The agent's part is over: counted once for each leg that was answered. */
export function agentLeft(line: Interaction, station: Station, details: Details): void {
  line.world.ledger.of(station.plan.id).handled++;
  line.emit('agent.left', details);
}

/** After-contact work: the agent stays busy while the customer goes on with life. `closes` when nothing else ended it. */
export function* wrapUp(
  line: Interaction,
  station: Station,
  seat: Seat | undefined,
  details: Details,
  closes = false,
): Process {
  const acw_ms = Math.min(Math.round(line.world.random.logNormal(45 * SECOND_MS, 0.6)), 10 * MINUTE_MS);
  yield* line.world.kernel.sleep(acw_ms);
  if (closes) line.world.ledger.of(station.plan.id).handled++;
  const stated = line.setup.instance === 'latam' ? {} : { durations: { acw_ms } };
  line.emit('wrapup.completed', { ...details, ...stated });
  if (seat) station.release(seat);
}
