import { HOUR_MS, MINUTE_MS } from '../core/calendar';
import type { Process } from '../core/kernel';
import type { Random } from '../core/random';
import type { World } from '../core/world';
import { Interaction } from '../core/world';
import type { Customer } from '../organisation/people';
import { identify } from '../organisation/people';
import type { Result, Task } from './task';
import { identities, text } from './task';

/** Asks how it was; one in four answers. */
export function* survey(task: Task, result: Result): Process {
  const { world, random } = task;
  const channel = random.chance(0.6) ? 'EMAIL' : 'SMS';
  yield* world.kernel.sleep(random.int(3, 90) * MINUTE_MS);
  const line = new Interaction(world, {
    system: 'survey-tool',
    instance: 'main',
    channel,
    interaction_id: world.nextId('q'),
    identities: identities(task, channel === 'EMAIL' ? 'mail' : 'message'),
    shared: { stage: 'SURVEY', direction: 'OUTBOUND' },
  });
  const kind = random.weighted({ CSAT: 5, NPS: 3, CES: 2, FCR: 2 });
  const scales = { CSAT: [1, 5], NPS: [0, 10], CES: [1, 7], FCR: [0, 1] };
  const [scale_min, scale_max] = scales[kind] as [number, number];
  line.emit('survey.invited', { survey: { kind, scale_min, scale_max } });
  if (!random.chance(0.25)) return;
  yield* world.kernel.sleep(Math.min(30 * HOUR_MS, random.exponential(3 * HOUR_MS)) + MINUTE_MS);
  const middle = scale_min + (scale_max - scale_min) * (result.status === 'resolved' ? 0.8 : 0.35);
  const spread = kind === 'FCR' ? 0.5 : 2;
  const score = Math.min(scale_max, Math.max(scale_min, Math.round(middle + random.between(-spread, spread))));
  // Of a stream of its own: whether somebody writes changes nothing else.
  const pen = random.fork('comment');
  const comment = text(task, score >= scale_min + 0.6 * (scale_max - scale_min) ? 'praise' : 'criticism', pen);
  line.emit('survey.answered', {
    direction: 'INBOUND',
    survey: { kind, score, scale_min, scale_max },
    ...(pen.chance(0.6) && { text: comment }),
  });
}

/** A machine listens to the recording afterwards; a supervisor sometimes judges the agent. */
export function* analysis(task: Task): Process {
  const { world, random } = task;
  yield* world.kernel.sleep(random.int(2, 40) * MINUTE_MS);
  const line = new Interaction(world, {
    system: 'speech-analytics',
    instance: 'main',
    channel: 'VOICE',
    identities: identities(task, 'phone'),
  });
  line.emit('analysis.completed', {
    emotion: { score: Math.round(random.between(-0.8, 0.8) * 100) / 100, model: 'speech-1' },
    intents: [{ label: task.label, confidence: 0.5, kind: 'TOPIC', model: 'speech-1' }],
  });
  if (!random.chance(0.2)) return;
  yield* world.kernel.sleep(random.int(10, 300) * MINUTE_MS);
  const agent = `${task.profile.voiceStation}-A${String(random.int(1, 4)).padStart(2, '0')}`;
  const quality = { form: 'call-standard', score_pct: random.int(55, 100), evaluator: `coach-${random.int(1, 3)}` };
  world.record(
    'quality.evaluated',
    'UNKNOWN',
    { system: 'quality-desk', instance: 'main' },
    {
      actor: { type: 'AGENT', id: agent, team: task.profile.voiceStation },
      quality,
    },
  );
}

/** One recipient of a newsletter. Returns whether a link was followed. */
export function* newsletter(world: World, random: Random, who: Customer, campaign_id: string): Process<boolean> {
  const bySms = random.chance(0.3);
  const line = new Interaction(world, {
    system: 'campaigns',
    instance: 'main',
    channel: bySms ? 'SMS' : 'EMAIL',
    interaction_id: world.nextId('n'),
    identities: identify(random, who, bySms ? 'message' : 'mail'),
    shared: { stage: 'MARKETING', direction: 'OUTBOUND', campaign_id },
  });
  line.emit('message.sent');
  yield* world.kernel.sleep(random.int(300, 20000));
  if (random.chance(0.03)) {
    line.emit('message.failed', { outcome: { code: 'mailbox_full' } });
    return false;
  }
  line.emit('message.delivered');
  if (!random.chance(0.35)) return false;
  yield* world.kernel.sleep(Math.min(20 * HOUR_MS, random.exponential(2 * HOUR_MS)) + 1000);
  line.emit('message.read');
  return random.chance(0.15);
}
