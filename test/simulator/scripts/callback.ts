import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../core/calendar';
import type { Process } from '../core/kernel';
import type { Station } from '../core/station';
import type { Interaction } from '../core/world';
import { endCall } from './ending';
import { queueOf } from './queueing';
import { talkToAgent } from './talk';
import type { Task } from './task';

/** The caller leaves the queue for a promise; the call back is a new interaction of the same contact. */
export function* callBack(task: Task, line: Interaction, station: Station): Process {
  const { random, world } = task;
  const queue = queueOf(station);
  world.ledger.of(station.plan.id).offered++;
  const startedAt = line.emit('queue.entered', { queue });
  yield* world.kernel.sleep(random.int(8, 40) * SECOND_MS);
  line.emit('queue.left', { queue, outcome: { code: 'callback', status: 'DEFERRED' } });
  line.emit('callback.scheduled', { attributes: { promised_minutes: '60' } });
  endCall(task, line, startedAt, { disconnect_by: 'CUSTOMER' });
  const due = random.int(20, 150) * MINUTE_MS;
  world.kernel.spawn(callAgain(task, line, station), world.kernel.now + due);
}

/** Nobody is there: the caller asks to be called when the line opens again. No queue has seen this call. */
export function promiseCall(task: Task, line: Interaction, station: Station, startedAt: number): void {
  const { random, world } = task;
  line.emit('callback.scheduled', { attributes: { promised: 'next_opening' } });
  endCall(task, line, startedAt, { status: 'DEFERRED', code: 'closed', disconnect_by: 'CUSTOMER' });
  let opens = Math.ceil(world.kernel.now / HOUR_MS) * HOUR_MS;
  while (station.plan.staffing(opens) === 0) opens += HOUR_MS;
  world.kernel.spawn(callAgain(task, line, station), opens + random.int(2, 90) * MINUTE_MS);
}

/** Who is not reached is tried once more, a while later. */
function* callAgain(task: Task, earlier: Interaction, station: Station, attempt = 1): Process {
  const { random, world } = task;
  const { interaction_id } = earlier.setup;
  const line = earlier.next(world.nextId('v'), {
    shared: { direction: 'OUTBOUND', ...(interaction_id && { previous_interaction_id: interaction_id }) },
  });
  const seating = yield* station.enter(60 * MINUTE_MS, () => undefined);
  if (seating.kind !== 'answered') return;
  const agent = { actor: { type: 'AGENT' as const, id: seating.seat.agent, team: station.plan.id } };
  const startedAt = line.emit('callback.attempted', agent);
  yield* world.kernel.sleep(random.int(6, 25) * SECOND_MS);
  if (random.chance(0.2)) {
    endCall(task, line, startedAt, { status: 'FAILURE', code: 'not_reached', disconnect_by: 'SYSTEM' });
    station.release(seating.seat);
    if (attempt > 1) return;
    yield* world.kernel.sleep(random.int(15, 60) * MINUTE_MS);
    yield* callAgain(task, earlier, station, attempt + 1);
    return;
  }
  line.emit('callback.reached', agent);
  line.emit('agent.joined', { ...agent, queue: queueOf(station) });
  yield* talkToAgent(task, line, station, { kind: 'answered', agent, seat: seating.seat }, startedAt, false);
}
