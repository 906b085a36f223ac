import { HOUR_MS, hourOf, MINUTE_MS, SECOND_MS } from '../core/calendar';
import type { Channel } from '../core/event';
import type { Process } from '../core/kernel';
import { analysis, survey } from './afterwards';
import { chat } from './chat';
import { backOffice, faceToFace, letter } from './desk';
import { mail } from './mail';
import { messages } from './messages';
import { publicPost } from './public';
import { refundLater } from './sales';
import type { Result, Task } from './task';
import { call } from './voice';
import { visit } from './web';

/** Where people go first. */
const FIRST: Readonly<Partial<Record<Channel, number>>> = {
  WEB: 40,
  APP: 18,
  VOICE: 15,
  CHAT: 7,
  EMAIL: 6,
  MESSAGING: 5.5,
  SMS: 1.5,
  SOCIAL_PUBLIC: 1.5,
  SOCIAL_PRIVATE: 1.3,
  REVIEW: 0.8,
  IN_PERSON: 1.5,
  VIDEO: 0.6,
  POSTAL: 0.5,
};

/** Where they turn after a try that failed, by the channel that failed them. */
const NEXT: Readonly<Partial<Record<Channel, Readonly<Partial<Record<Channel, number>>>>>> = {
  WEB: { CHAT: 40, VOICE: 33, MESSAGING: 8, EMAIL: 9, APP: 5, WEB: 5 },
  APP: { CHAT: 28, VOICE: 36, WEB: 14, MESSAGING: 12, EMAIL: 6, APP: 4 },
  CHAT: { VOICE: 62, EMAIL: 16, WEB: 8, SOCIAL_PUBLIC: 6, MESSAGING: 8 },
  VOICE: { VOICE: 46, CHAT: 16, EMAIL: 16, WEB: 8, SOCIAL_PUBLIC: 6, IN_PERSON: 5, REVIEW: 3 },
  EMAIL: { VOICE: 58, EMAIL: 28, SOCIAL_PUBLIC: 6, POSTAL: 4, CHAT: 4 },
  MESSAGING: { VOICE: 60, CHAT: 15, EMAIL: 25 },
  SMS: { VOICE: 70, WEB: 30 },
  SOCIAL_PUBLIC: { SOCIAL_PRIVATE: 45, VOICE: 40, EMAIL: 15 },
  SOCIAL_PRIVATE: { VOICE: 60, EMAIL: 40 },
};

/** One demand until it is met or given up: every further channel is the consequence of a failure before. */
export function* journey(task: Task, firstChannel?: 'WEB', campaign?: string): Process {
  const { random, world } = task;
  let channel = firstChannel ?? firstChoice(task);
  for (; task.attempt < 6; task.attempt++) {
    const result = yield* attempt(task, channel, campaign);
    after(task, channel, result);
    if (result.status === 'resolved' || result.status === 'deferred') break;
    const onward = NEXT[channel];
    if (!onward || !random.chance(task.attempt === 0 ? 0.78 : 0.66)) return;
    channel = result.next ?? random.weighted(onward);
    yield* world.kernel.sleep(pause(task));
  }
  // Not everything that was closed stays solved.
  if (task.attempt > 5 || !random.chance(0.12)) return;
  yield* world.kernel.sleep(random.between(10, 70) * HOUR_MS);
  yield* attempt({ ...task, attempt: task.attempt + 1 }, 'VOICE');
}

function firstChoice(task: Task): Channel {
  if (task.random.chance(0.3 * (1 - task.who.digital))) return 'VOICE';
  return task.random.weighted(FIRST);
}

function* attempt(task: Task, channel: Channel, campaign?: string): Process<Result> {
  switch (channel) {
    case 'WEB':
    case 'APP':
      return yield* visit(task, channel, campaign);
    case 'CHAT':
      return yield* chat(task);
    case 'EMAIL':
      return yield* mail(task);
    case 'SMS':
    case 'MESSAGING':
    case 'SOCIAL_PRIVATE':
      return yield* messages(task, channel);
    case 'SOCIAL_PUBLIC':
    case 'REVIEW':
      return yield* publicPost(task, channel);
    case 'IN_PERSON':
    case 'VIDEO':
      return yield* faceToFace(task, channel);
    case 'POSTAL':
      return yield* letter(task);
    default:
      return yield* call(task);
  }
}

/** What a try sets off besides the customer's next step. */
function after(task: Task, channel: Channel, result: Result): void {
  const { kernel } = task.world;
  const { random } = task;
  if (result.status === 'deferred' && channel !== 'POSTAL') {
    kernel.spawn(backOffice(task), kernel.now + random.int(1, 30) * MINUTE_MS);
  }
  const assisted = ['VOICE', 'CHAT', 'EMAIL', 'MESSAGING', 'VIDEO', 'IN_PERSON'].includes(channel);
  if (assisted && random.chance(0.22)) kernel.spawn(survey(task, result));
  if (channel === 'VOICE' && random.chance(0.2)) kernel.spawn(analysis(task));
  if (task.ordered && random.chance(0.06)) kernel.spawn(refundLater(task));
}

/** Most people try the next thing at once, some later, nobody at three in the morning. */
function pause(task: Task): number {
  const { random, world } = task;
  if (random.chance(0.72)) return random.int(20, 900) * SECOND_MS;
  const later = random.between(0.5, 9) * HOUR_MS;
  const hour = hourOf(world.kernel.now + later);
  return hour < 6 ? later + (6 - hour) * HOUR_MS : later;
}
