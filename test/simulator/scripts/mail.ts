import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../core/calendar';
import type { Process } from '../core/kernel';
import { Interaction } from '../core/world';
import { queueFor, wrapUp } from './queueing';
import { judge } from './talk';
import type { Result, Task } from './task';
import { guessIntent, identities, text, utterance } from './task';

/**
 * A mail and its answer. The contact is the ticket, each mail an interaction of it; what the customer adds later
 * carries only the ticket, as many mail systems do.
 */
export function* mail(task: Task): Process<Result> {
  const { world, random, who } = task;
  const { kernel } = world;
  const ticket = world.nextId('t');
  const thread = `<${ticket}.${who.number}@mail.example.com>`;
  const line = new Interaction(world, {
    system: 'mail-gateway',
    instance: who.instance,
    channel: 'EMAIL',
    interaction_id: world.nextId('m'),
    contact_id: ticket,
    identities: identities(task, 'mail'),
    shared: { thread_id: thread, case_id: ticket },
  });
  line.emit('message.sent', {
    ...utterance(task, 'opening'),
    direction: 'INBOUND',
    ...(random.chance(0.8) && { intents: guessIntent(task, 'mail-sorter') }),
  });
  line.emit('case.opened', { actor: { type: 'SYSTEM' } });
  yield* kernel.sleep(random.int(1, 20) * SECOND_MS);
  const station = world.station('mail-desk');
  const queued = yield* queueFor(line, station, { patience_ms: 72 * HOUR_MS, report: 'seconds' });
  if (queued.kind !== 'answered') return { status: 'abandoned' };
  const { agent, seat } = queued;
  yield* kernel.sleep(Math.min(25 * MINUTE_MS, random.logNormal(5 * MINUTE_MS, 0.6)));
  const reply = { ...agent, direction: 'OUTBOUND' as const, stage: 'AGENT' as const, text: text(task, 'agent') };
  line.emit('message.sent', { ...reply, attributes: { subject: `Re: ${task.label}` } });
  if (random.chance(0.02)) line.emit('message.failed', { outcome: { code: 'bounced' } });
  const verdict = judge(task);
  yield* wrapUp(line, station, seat, { ...agent, ...verdict.details }, true);
  if (random.chance(0.3)) {
    yield* kernel.sleep(Math.min(20 * HOUR_MS, random.exponential(4 * HOUR_MS)) + MINUTE_MS);
    const { interaction_id: _, ...setup } = line.setup;
    const later = new Interaction(world, setup);
    const mood = verdict.status === 'resolved' ? 'pleased' : 'angry';
    later.emit('message.sent', { ...utterance(task, mood), direction: 'INBOUND' });
  }
  if (verdict.status === 'resolved') {
    yield* kernel.sleep(random.int(1, 30) * MINUTE_MS);
    line.emit('case.resolved', { actor: { type: 'SYSTEM' }, outcome: { resolved_by: 'human' } });
    if (random.chance(0.12)) yield* reopen(task, line);
  }
  return { status: verdict.status };
}

/** It was not solved after all: the customer answers the closed ticket, which is open again until somebody replies. */
function* reopen(task: Task, closed: Interaction): Process {
  const { world, random } = task;
  const { kernel } = world;
  yield* kernel.sleep(Math.min(40 * HOUR_MS, random.exponential(9 * HOUR_MS)) + 10 * MINUTE_MS);
  const line = closed.next(world.nextId('m'));
  line.emit('message.sent', { ...utterance(task, 'angry'), direction: 'INBOUND' });
  line.emit('case.reopened', { actor: { type: 'SYSTEM' } });
  yield* kernel.sleep(random.int(1, 20) * SECOND_MS);
  const station = world.station('mail-desk');
  const queued = yield* queueFor(line, station, { patience_ms: 72 * HOUR_MS, report: 'seconds' });
  if (queued.kind !== 'answered') return;
  yield* kernel.sleep(Math.min(25 * MINUTE_MS, random.logNormal(6 * MINUTE_MS, 0.6)));
  line.emit('message.sent', { ...queued.agent, direction: 'OUTBOUND', stage: 'AGENT', text: text(task, 'agent') });
  yield* wrapUp(line, station, queued.seat, queued.agent, true);
  yield* kernel.sleep(random.int(1, 30) * MINUTE_MS);
  line.emit('case.resolved', { actor: { type: 'SYSTEM' }, outcome: { resolved_by: 'human' } });
}
