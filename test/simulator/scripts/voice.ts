import { MINUTE_MS, SECOND_MS } from '../core/calendar';
import type { Process } from '../core/kernel';
import { Interaction } from '../core/world';
import { callBack, promiseCall } from './callback';
import { endCall } from './ending';
import { menu } from './ivr';
import { queueFor } from './queueing';
import { talkToAgent } from './talk';
import type { Result, Task } from './task';
import { identities } from './task';

/** A phone call: menu, queue, agent. The systems of the two installations write it in different ways. */
export function* call(task: Task): Process<Result> {
  const { world, random, who } = task;
  const id = world.nextId('v');
  const line = new Interaction(world, {
    system: 'acd',
    instance: who.instance,
    channel: 'VOICE',
    interaction_id: id,
    contact_id: id,
    identities: identities(task, 'phone'),
    shared: { direction: 'INBOUND' },
  });
  const startedAt = line.emit('interaction.started');
  yield* world.kernel.sleep(random.int(400, 1500));
  const heard = yield* menu(task, line);
  if (heard === 'settled') {
    endCall(task, line, startedAt, { status: 'SUCCESS', disconnect_by: 'CUSTOMER', resolved_by: 'bot' });
    return { status: 'resolved' };
  }
  if (heard === 'hung up') {
    endCall(task, line, startedAt, { disconnect_by: 'CUSTOMER' });
    return { status: 'failed' };
  }
  const station = world.station(task.profile.voiceStation);
  if (!station.open) {
    yield* world.kernel.sleep(6 * SECOND_MS);
    if (random.chance(0.3)) {
      promiseCall(task, line, station, startedAt);
      return { status: 'deferred' };
    }
    endCall(task, line, startedAt, { code: 'closed', status: 'FAILURE', disconnect_by: 'SYSTEM' });
    return { status: 'failed' };
  }
  if (station.pressure > 0.6 && random.chance(0.45)) {
    yield* callBack(task, line, station);
    return { status: 'deferred' };
  }
  const patience_ms = random.chance(0.06) ? random.int(2, 8) * SECOND_MS : patience(task);
  const report = who.instance === 'emea' ? 'seconds' : 'none';
  const queued = yield* queueFor(line, station, { patience_ms, report, dequeueEvent: who.instance === 'latam' });
  if (queued.kind !== 'answered') {
    endCall(task, line, startedAt, { disconnect_by: queued.kind === 'closed' ? 'SYSTEM' : 'CUSTOMER' });
    return { status: 'abandoned' };
  }
  const solved = yield* talkToAgent(task, line, station, queued, startedAt);
  return { status: solved };
}

function patience(task: Task): number {
  return Math.max(15 * SECOND_MS, task.random.exponential(5.5 * MINUTE_MS) / (1 + task.attempt * 0.2));
}
