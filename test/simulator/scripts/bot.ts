import { SECOND_MS } from '../core/calendar';
import type { Process } from '../core/kernel';
import type { Interaction } from '../core/world';
import type { Task } from './task';
import { goesWrong, guessIntent, text, utterance } from './task';

/** A talk with the assistant: it settles the matter, hands over to people, or loses the customer. */
export function* botTalk(task: Task, line: Interaction): Process<'settled' | 'handed over' | 'left'> {
  const { random, world } = task;
  const { kernel } = world;
  const bot = { actor: { type: 'BOT' as const, id: 'assistant-3' } };
  line.emit('bot.session_started', { ...bot, text: text(task, 'bot') });
  yield* kernel.sleep(random.int(4, 40) * SECOND_MS);
  line.emit('message.sent', utterance(task, 'opening'));
  let misses = 0;
  for (let turn = 0; turn < 3; turn++) {
    yield* kernel.sleep(random.int(700, 2200));
    if (goesWrong(task, 0.3)) {
      misses++;
      line.emit('bot.fallback', { ...bot, text: text(task, 'bot') });
      yield* kernel.sleep(random.int(5, 35) * SECOND_MS);
      line.emit('message.sent', utterance(task, misses > 1 ? 'angry' : 'neutral'));
      if (misses > 1) break;
      continue;
    }
    line.emit('bot.intent_recognized', { ...bot, intents: guessIntent(task, 'bot-nlu-4') });
    yield* kernel.sleep(random.int(600, 1800));
    line.emit('message.sent', { ...bot, direction: 'OUTBOUND', text: text(task, 'bot') });
    yield* kernel.sleep(random.int(6, 45) * SECOND_MS);
    break;
  }
  yield* kernel.sleep(random.int(800, 5000));
  if (misses < 2 && random.chance(task.profile.bot)) {
    line.emit('bot.session_ended', { ...bot, outcome: { goal: `${task.label}_answered`, resolved_by: 'bot' } });
    return 'settled';
  }
  if (random.chance(0.18)) {
    line.emit('bot.session_ended', bot);
    return 'left';
  }
  yield* kernel.sleep(random.int(900, 4000));
  line.emit('bot.handoff_requested', bot);
  yield* kernel.sleep(random.int(50, 300));
  line.emit('bot.session_ended', bot);
  return 'handed over';
}
