import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../core/calendar';
import type { Process } from '../core/kernel';
import { Interaction } from '../core/world';
import { queueFor, wrapUp } from './queueing';
import type { Result, Task } from './task';
import { identities, text, toldIntent } from './task';

/** A post in public, or a review: no contact, no interaction, sometimes an answer. */
export function* publicPost(task: Task, channel: 'SOCIAL_PUBLIC' | 'REVIEW'): Process<Result> {
  const { world, random, who } = task;
  const score = Math.round(random.between(-1, 0.3) * 100) / 100;
  const thread = world.nextId('post');
  const setup = {
    system: 'social-listener',
    instance: 'main',
    channel,
    identities: identities(task, 'social'),
    shared: { thread_id: thread, provider: channel === 'REVIEW' ? 'trustpilot' : who.social.type.slice(7) },
  };
  const post = new Interaction(world, setup);
  post.emit('social.mention', {
    direction: 'INBOUND',
    actor: { type: 'CUSTOMER' },
    text: text(task, 'publicPost'),
    intents: toldIntent(task, 'listener'),
    emotion: { score, raw: Math.round(score * 100), raw_min: -100, raw_max: 100, model: 'listener' },
    ...(channel === 'REVIEW' && { attributes: { stars: `${random.int(1, 5)}` } }),
  });
  if (channel === 'REVIEW' || !random.chance(0.6)) return { status: 'failed' };
  yield* world.kernel.sleep(random.int(5, 60) * SECOND_MS);
  const answer = new Interaction(world, { ...setup, interaction_id: world.nextId('c') });
  const station = world.station('social-desk');
  const queued = yield* queueFor(answer, station, { patience_ms: 72 * HOUR_MS, report: 'none' });
  if (queued.kind !== 'answered') return { status: 'abandoned' };
  yield* world.kernel.sleep(random.int(1, 5) * MINUTE_MS);
  const reply = { ...queued.agent, direction: 'OUTBOUND' as const, stage: 'AGENT' as const, text: text(task, 'agent') };
  answer.emit('message.sent', reply);
  const outcome = { status: 'PARTIAL' as const, code: 'moved_to_private' };
  yield* wrapUp(answer, station, queued.seat, { ...queued.agent, outcome }, true);
  return { status: 'failed', next: 'SOCIAL_PRIVATE' };
}
