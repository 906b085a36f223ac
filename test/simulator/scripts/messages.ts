import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../core/calendar';
import type { Channel } from '../core/event';
import type { Process } from '../core/kernel';
import type { InteractionSetup } from '../core/world';
import { Interaction } from '../core/world';
import { botTalk } from './bot';
import { agentLeft, queueFor, wrapUp } from './queueing';
import { judge } from './talk';
import type { Result, Task } from './task';
import { currency, identities, text, utterance } from './task';

type Medium = Extract<Channel, 'SMS' | 'MESSAGING' | 'SOCIAL_PRIVATE'>;

const PROVIDERS: Readonly<Record<Medium, string>> = {
  SMS: 'sms-gateway',
  MESSAGING: 'whatsapp',
  SOCIAL_PRIVATE: 'instagram',
};

/** A conversation in messages, with a bot in front on messengers; answers come when somebody has time. */
export function* messages(task: Task, channel: Medium): Process<Result> {
  const { world, random, who } = task;
  const { kernel } = world;
  const setup: InteractionSetup = {
    system: 'messenger',
    instance: who.instance,
    channel,
    interaction_id: world.nextId('c'),
    identities: identities(task, channel === 'SOCIAL_PRIVATE' ? 'social' : 'message'),
    shared: { direction: 'INBOUND', provider: PROVIDERS[channel] },
  };
  const line = new Interaction(world, setup);
  if (channel === 'MESSAGING') {
    const heard = yield* botTalk(task, line);
    if (heard === 'settled') return { status: 'resolved' };
    if (heard === 'left') return { status: 'failed' };
  } else {
    line.emit('message.sent', utterance(task, 'opening'));
  }
  yield* kernel.sleep(random.int(300, 3000));
  const station = world.station('social-desk');
  const queued = yield* queueFor(line, station, { patience_ms: 72 * HOUR_MS, report: 'none' });
  if (queued.kind !== 'answered') return { status: 'abandoned' };
  const joinedAt = kernel.now;
  const turns = random.int(1, 3);
  for (let turn = 0; turn < turns; turn++) {
    yield* kernel.sleep(random.int(20, 120) * SECOND_MS);
    yield* say(task, line, queued.agent);
    if (random.chance(0.6)) {
      // People answer a message when they look at their phone again.
      yield* kernel.sleep(Math.min(3 * HOUR_MS, random.exponential(6 * MINUTE_MS)) + SECOND_MS);
      line.emit('message.sent', utterance(task, random.chance(0.2) ? 'angry' : 'neutral'));
    }
  }
  const verdict = judge(task);
  const focus_ms = Math.min(15 * MINUTE_MS, Math.round((kernel.now - joinedAt) * 0.3));
  yield* kernel.sleep(random.int(1000, 9000));
  agentLeft(line, station, { ...queued.agent, durations: { focus_ms } });
  yield* wrapUp(line, station, queued.seat, { ...queued.agent, ...verdict.details });
  return { status: verdict.status };
}

function* say(task: Task, line: Interaction, agent: object): Process {
  const { random, world } = task;
  line.emit('message.sent', {
    ...agent,
    direction: 'OUTBOUND',
    stage: 'AGENT',
    text: text(task, 'agent'),
    cost: { amount_minor: random.int(2, 9), currency: currency(task) },
  });
  yield* world.kernel.sleep(random.int(400, 2500));
  if (random.chance(0.02)) {
    line.emit('message.failed', { outcome: { code: 'unreachable' } });
    return;
  }
  line.emit('message.delivered');
  if (!random.chance(0.7)) return;
  yield* world.kernel.sleep(random.int(1, 240) * SECOND_MS);
  line.emit('message.read');
}
