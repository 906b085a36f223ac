import { MINUTE_MS } from '../core/calendar';
import type { Details } from '../core/event';
import type { Interaction } from '../core/world';
import type { Task } from './task';
import { currency, guessIntent } from './task';

/** The last word of a call, with its length and price. */
export function endCall(task: Task, line: Interaction, startedAt: number, outcome: Details['outcome']): void {
  const total_ms = task.world.kernel.now - startedAt;
  const amount_minor = Math.ceil((total_ms / MINUTE_MS) * 55);
  line.emit('interaction.ended', {
    outcome,
    durations: { total_ms },
    cost: { amount_minor, currency: currency(task) },
    ...(task.random.chance(0.2) && { intents: guessIntent(task, 'speech-1') }),
  });
}
