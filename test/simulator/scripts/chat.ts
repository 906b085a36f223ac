import { MINUTE_MS, SECOND_MS } from '../core/calendar';
import type { Process } from '../core/kernel';
import { Interaction } from '../core/world';
import { botTalk } from './bot';
import { endCall } from './ending';
import { agentLeft, queueFor, wrapUp } from './queueing';
import { sellingTalk } from './sales';
import { judge, talkToAgent } from './talk';
import type { Result, Task } from './task';
import { identities, text, utterance } from './task';

/**
 * A chat on the site: the bot first, then people. The emea installation keeps it in the contact centre's suite, where
 * it can turn into a call of the same contact; elsewhere a widget writes it, which numbers nothing.
 */
export function* chat(task: Task): Process<Result> {
  const { world, random, who } = task;
  const { kernel } = world;
  const suite = who.instance === 'emea' && random.chance(0.6);
  const id = world.nextId(suite ? 'v' : 'c');
  const line = new Interaction(world, {
    system: suite ? 'acd' : 'chat-widget',
    instance: who.instance,
    channel: 'CHAT',
    interaction_id: id,
    ...(suite && { contact_id: id }),
    identities: identities(task, random.chance(0.5) ? 'mail' : 'visit'),
    shared: { direction: 'INBOUND' },
  });
  const startedAt = line.emit('interaction.started');
  yield* kernel.sleep(random.int(300, 1500));
  const heard = yield* botTalk(task, line);
  if (heard !== 'handed over') {
    const settled = heard === 'settled';
    yield* kernel.sleep(random.int(500, 20000));
    endCall(task, line, startedAt, { disconnect_by: 'CUSTOMER', ...(settled && { resolved_by: 'bot' }) });
    return settled ? { status: 'resolved' } : { status: 'failed' };
  }
  yield* kernel.sleep(random.int(200, 900));
  const station = world.station('chat-care');
  const patience_ms = Math.max(20 * SECOND_MS, random.exponential(4 * MINUTE_MS));
  const report = suite ? 'seconds' : 'none';
  const queued = yield* queueFor(line, station, { patience_ms, report, dequeueEvent: suite });
  if (queued.kind !== 'answered') {
    yield* kernel.sleep(random.int(100, 1500));
    endCall(task, line, startedAt, { disconnect_by: queued.kind === 'closed' ? 'SYSTEM' : 'CUSTOMER' });
    return { status: 'abandoned', next: random.chance(0.7) ? 'VOICE' : 'EMAIL' };
  }
  const joinedAt = kernel.now;
  const turns = random.int(2, 5);
  for (let turn = 0; turn < turns; turn++) {
    yield* kernel.sleep(random.int(8, 50) * SECOND_MS);
    line.emit('message.sent', { ...queued.agent, direction: 'OUTBOUND', text: text(task, 'agent') });
    yield* kernel.sleep(random.int(10, 70) * SECOND_MS);
    line.emit('message.sent', utterance(task, random.chance(0.15) ? 'angry' : 'neutral'));
  }
  yield* kernel.sleep(5 * SECOND_MS);
  if (random.chance(task.profile.sale)) yield* sellingTalk(task, line, queued.agent);
  yield* kernel.sleep(random.int(300, 3000));
  agentLeft(line, station, { ...queued.agent, durations: { focus_ms: Math.round((kernel.now - joinedAt) * 0.45) } });
  yield* kernel.sleep(random.int(300, 3000));
  if (suite && random.chance(0.06)) {
    const phone = world.station(task.profile.voiceStation);
    if (phone.open) return yield* turnIntoCall(task, line);
  }
  const verdict = judge(task);
  if (verdict.status === 'resolved' && random.chance(0.5)) {
    line.emit('message.sent', utterance(task, 'pleased'));
    yield* kernel.sleep(random.int(500, 4000));
  }
  endCall(task, line, startedAt, { disconnect_by: random.chance(0.6) ? 'CUSTOMER' : 'AGENT' });
  kernel.spawn(wrapUp(line, station, queued.seat, { ...queued.agent, ...verdict.details }));
  return { status: verdict.status };

  /** The same contact goes on by voice: a new interaction on another channel. */
  function* turnIntoCall(again: Task, from: Interaction): Process<Result> {
    const phone = world.station(again.profile.voiceStation);
    if (queued.kind === 'answered') kernel.spawn(wrapUp(from, station, queued.seat, queued.agent));
    const spoken = from.next(world.nextId('v'), {
      channel: 'VOICE',
      shared: { direction: 'OUTBOUND', previous_interaction_id: id },
    });
    yield* kernel.sleep(random.int(5, 40) * SECOND_MS);
    const callAt = spoken.emit('interaction.started');
    yield* kernel.sleep(400);
    const taken = yield* queueFor(spoken, phone, { patience_ms: 4 * MINUTE_MS, report: 'seconds' });
    if (taken.kind !== 'answered') {
      endCall(again, spoken, callAt, { disconnect_by: taken.kind === 'closed' ? 'SYSTEM' : 'CUSTOMER' });
      return { status: 'abandoned' };
    }
    return { status: yield* talkToAgent(again, spoken, phone, taken, callAt, false) };
  }
}
