import { SECOND_MS } from '../core/calendar';
import type { Process } from '../core/kernel';
import type { Interaction } from '../core/world';
import type { Task } from './task';
import { goesWrong, guessIntent } from './task';

export type Heard = 'routed' | 'settled' | 'hung up';

/** The voice menu. It settles simple things, loses patience of some, and sends the rest on. */
export function* menu(task: Task, line: Interaction): Process<Heard> {
  const { random, world } = task;
  const startedAt = line.emit('ivr.menu_entered', { attributes: { menu: 'main' } });
  const inputs = random.int(1, 2);
  for (let i = 0; i < inputs; i++) {
    yield* world.kernel.sleep(random.int(2500, 11000));
    if (goesWrong(task, 0.07)) {
      line.emit('ivr.invalid_input');
      yield* world.kernel.sleep(random.int(3000, 7000));
      if (random.chance(0.45)) {
        line.emit('ivr.invalid_input');
        yield* world.kernel.sleep(random.int(2000, 6000));
      }
    }
    line.emit('ivr.input', {
      attributes: { digit: `${random.int(1, 6)}` },
      ...(i === inputs - 1 && random.chance(0.7) && { intents: guessIntent(task, 'menu') }),
    });
  }
  yield* world.kernel.sleep(random.int(1, 6) * SECOND_MS);
  const ended = { durations: { ivr_ms: world.kernel.now - startedAt } };
  if (random.chance(0.05 + task.attempt * 0.03)) {
    line.emit('ivr.opt_out');
    line.emit('ivr.ended', ended);
    return 'routed';
  }
  if (random.chance(0.03)) {
    line.emit('ivr.ended', ended);
    return 'hung up';
  }
  if (!goesWrong(task, 0.4) && random.chance(task.profile.selfService * 0.4)) {
    yield* world.kernel.sleep(random.int(15, 60) * SECOND_MS);
    line.emit('ivr.ended', {
      outcome: { goal: `${task.label}_settled`, resolved_by: 'bot' },
      durations: { ivr_ms: world.kernel.now - startedAt },
    });
    return 'settled';
  }
  line.emit('ivr.ended', ended);
  return 'routed';
}
