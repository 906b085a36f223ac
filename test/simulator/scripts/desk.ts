import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../core/calendar';
import type { Process } from '../core/kernel';
import { Interaction } from '../core/world';
import { endCall } from './ending';
import { queueFor, wrapUp } from './queueing';
import { judge } from './talk';
import type { Result, Task } from './task';
import { identities, text, utterance } from './task';

/** A visit to a branch, or an appointment by video: somebody is there, nobody queues. */
export function* faceToFace(task: Task, channel: 'IN_PERSON' | 'VIDEO'): Process<Result> {
  const { world, random } = task;
  const line = new Interaction(world, {
    system: channel === 'VIDEO' ? 'acd' : 'branch',
    instance: channel === 'VIDEO' ? task.who.instance : `shop-${random.int(1, 9)}`,
    channel,
    interaction_id: world.nextId('v'),
    identities: identities(task, 'desk'),
    shared: { direction: 'INBOUND' },
  });
  const actor = { type: 'AGENT' as const, id: `adviser-${random.int(1, 20)}`, team: 'advisers' };
  const startedAt = line.emit('interaction.started');
  yield* world.kernel.sleep(random.int(1, 8) * MINUTE_MS);
  // No agent.joined here: being connected to a person is all that these systems say.
  line.emit('interaction.connected', { actor, stage: 'AGENT' });
  yield* world.kernel.sleep(Math.max(2 * MINUTE_MS, random.logNormal(task.profile.talk_ms * 1.5, 0.4)));
  const verdict = judge(task);
  world.ledger.of('').handled++;
  endCall(task, line, startedAt, { ...verdict.details.outcome, disconnect_by: 'CUSTOMER' });
  return { status: verdict.status };
}

/** A letter: arrives, is scanned, and becomes work for the back office. */
export function* letter(task: Task): Process<Result> {
  const { world, random } = task;
  const line = new Interaction(world, {
    system: 'mail-room',
    instance: 'main',
    channel: 'POSTAL',
    identities: identities(task, 'desk'),
  });
  line.emit('message.sent', { ...utterance(task, 'opening'), direction: 'INBOUND' });
  yield* world.kernel.sleep(random.int(20, 400) * MINUTE_MS);
  return yield* backOffice(task);
}

/** Work that no customer sees: a case with a task in the back office, and its end told by mail or not at all. */
export function* backOffice(task: Task): Process<Result> {
  const { world, random } = task;
  const { kernel } = world;
  const case_id = world.nextId('t');
  const line = new Interaction(world, {
    system: 'case-desk',
    instance: 'main',
    channel: 'TASK',
    interaction_id: case_id,
    identities: identities(task, 'desk'),
    shared: { case_id, direction: 'INTERNAL' },
  });
  line.emit('case.opened', { stage: 'BACK_OFFICE' });
  line.emit('task.created', { stage: 'BACK_OFFICE' });
  const station = world.station('back-office');
  const queued = yield* queueFor(line, station, { patience_ms: 72 * HOUR_MS, report: 'seconds' });
  if (queued.kind !== 'answered') return { status: 'abandoned' };
  yield* kernel.sleep(Math.min(HOUR_MS, random.logNormal(11 * MINUTE_MS, 0.7)));
  line.emit('task.completed', { ...queued.agent, stage: 'BACK_OFFICE' });
  yield* wrapUp(line, station, queued.seat, queued.agent, true);
  yield* kernel.sleep(random.int(5, 50) * SECOND_MS);
  if (!random.chance(0.85)) {
    line.emit('case.status_changed', { attributes: { status: 'pending' } });
    if (!random.chance(0.6)) return { status: 'failed' };
    // What the customer was asked for has come.
    yield* kernel.sleep(random.int(180, 1800) * MINUTE_MS);
    line.emit('case.status_changed', { attributes: { status: 'open' } });
    yield* kernel.sleep(random.int(5, 50) * MINUTE_MS);
  }
  line.emit('case.resolved', { stage: 'BACK_OFFICE', outcome: { resolved_by: 'operator' } });
  if (random.chance(0.5)) {
    const note = new Interaction(world, {
      system: 'mail-gateway',
      instance: task.who.instance,
      channel: 'EMAIL',
      contact_id: case_id,
      identities: line.setup.identities,
      shared: { direction: 'OUTBOUND', case_id },
    });
    note.emit('message.sent', { actor: { type: 'SYSTEM' }, text: text(task, 'agent') });
  }
  return { status: 'resolved' };
}
