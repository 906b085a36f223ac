import { MINUTE_MS, SECOND_MS } from '../core/calendar';
import type { Details } from '../core/event';
import type { Process } from '../core/kernel';
import type { Station } from '../core/station';
import type { Interaction } from '../core/world';
import type { StationId } from '../organisation/stations';
import { endCall } from './ending';
import type { Queued } from './queueing';
import { agentLeft, queueFor, queueOf, wrapUp } from './queueing';
import type { Task } from './task';

type Answered = Extract<Queued, { kind: 'answered' }>;

/** Where the call is now, or how it ended on the way. */
export type Handed = { line: Interaction; station: Station; answered: Answered } | 'failed' | 'abandoned';

/**
 * Hands a call on, never back to a queue it has been in. The emea installation opens a new interaction in the same
 * contact; the latam one goes on in the same interaction, so that legs have to be cut there.
 */
export function* transfer(
  task: Task,
  line: Interaction,
  station: Station,
  first: Answered,
  startedAt: number,
  left: Details,
): Process<Handed> {
  const { random, world } = task;
  const target = world.station(otherLine(task, station.plan.id));
  if (!target.open) {
    agentLeft(line, station, left);
    endCall(task, line, startedAt, { status: 'PARTIAL', code: 'department_closed', disconnect_by: 'AGENT' });
    world.kernel.spawn(wrapUp(line, station, first.seat, first.agent));
    return 'failed';
  }
  line.emit('transfer.started', first.agent);
  yield* world.kernel.sleep(random.int(2, 9) * SECOND_MS);
  const sameInteraction = task.who.instance === 'latam';
  if (random.chance(0.35)) {
    const second = yield* consult(task, target);
    if (second) {
      line.emit('transfer.completed', { ...first.agent, outcome: { code: 'warm' } });
      const onward = handOver(task, line, station, first, left, sameInteraction);
      yield* world.kernel.sleep(500);
      onward.emit('agent.joined', { ...second.agent, queue: queueOf(target) });
      return { line: onward, station: target, answered: second };
    }
  }
  if (random.chance(0.08)) {
    // An outside line that rings out: the same leg is handed over twice.
    line.emit('transfer.completed', { ...first.agent, outcome: { code: 'external' } });
    yield* world.kernel.sleep(random.int(20, 60) * SECOND_MS);
  }
  line.emit('transfer.completed', { ...first.agent, outcome: { code: 'queue' } });
  const onward = handOver(task, line, station, first, left, sameInteraction);
  yield* world.kernel.sleep(300);
  const patience_ms = Math.max(30 * SECOND_MS, random.exponential(6 * MINUTE_MS));
  const report = sameInteraction ? 'none' : 'seconds';
  const queued = yield* queueFor(onward, target, { patience_ms, report, dequeueEvent: sameInteraction });
  if (queued.kind !== 'answered') {
    endCall(task, onward, startedAt, { disconnect_by: queued.kind === 'closed' ? 'SYSTEM' : 'CUSTOMER' });
    return 'abandoned';
  }
  return { line: onward, station: target, answered: queued };
}

/** Asks the other team directly; gives up after a minute and a half. */
function* consult(task: Task, target: Station): Process<Answered | undefined> {
  const seating = yield* target.enter(90 * SECOND_MS, () => undefined);
  if (seating.kind !== 'answered') return undefined;
  yield* task.world.kernel.sleep(task.random.int(5, 30) * SECOND_MS);
  const actor: Details['actor'] = { type: 'AGENT', id: seating.seat.agent, team: target.plan.id };
  return { kind: 'answered', agent: { actor }, seat: seating.seat };
}

/** The first agent goes; the call is now in the interaction that is returned. */
function handOver(
  task: Task,
  line: Interaction,
  station: Station,
  first: Answered,
  left: Details,
  sameInteraction: boolean,
): Interaction {
  agentLeft(line, station, left);
  if (sameInteraction) {
    // No wrap-up here: it would land in the next agent's leg of the same interaction.
    if (first.seat) station.release(first.seat);
    return line;
  }
  task.world.kernel.spawn(wrapUp(line, station, first.seat, first.agent));
  const shared = { ...line.setup.shared, previous_interaction_id: line.setup.interaction_id! };
  return line.next(task.world.nextId('v'), { shared });
}

function otherLine(task: Task, from: StationId): StationId {
  const lines: StationId[] = ['voice-support', 'voice-billing', 'voice-sales'];
  return task.random.pick(lines.filter((id) => id !== from));
}
