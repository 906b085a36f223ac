import type { QueueFigures } from '../core/ledger';
import { noFigures } from '../core/ledger';
import type { Leg } from './legs';

/** Figures per queue ('' for legs without one), from legs alone. */
export function queueFigures(legs: readonly Leg[]): Record<string, QueueFigures> {
  const queues: Record<string, QueueFigures> = {};
  for (const leg of legs) {
    const figures = queues[leg.queue] ?? noFigures();
    if (leg.queued_at !== undefined) figures.offered++;
    if (leg.left_by === 'ANSWERED') {
      figures.answered++;
      figures.wait_ms_answered += leg.wait_ms ?? 0;
    }
    if (leg.left_by === 'ABANDONED') figures.abandoned++;
    if (leg.short_abandoned) figures.short_abandoned++;
    if (leg.handled_index >= 0) figures.handled++;
    if (Object.values(figures).some((n) => n > 0)) queues[leg.queue] = figures;
  }
  return Object.fromEntries(Object.entries(queues).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** All queues together. */
export function totalFigures(queues: Readonly<Record<string, QueueFigures>>): QueueFigures {
  const total = noFigures();
  for (const figures of Object.values(queues)) {
    for (const name of Object.keys(total) as (keyof QueueFigures)[]) total[name] += figures[name];
  }
  return total;
}

/** Stops the run unless the books the model kept say what the legs of all events, late ones included, say. */
export function assertBooksAgree(books: ReadonlyMap<string, QueueFigures>, legs: readonly Leg[]): void {
  const fromLegs = queueFigures(legs);
  const names = new Set([...books.keys(), ...Object.keys(fromLegs)]);
  for (const name of names) {
    const kept = JSON.stringify(books.get(name) ?? noFigures());
    const counted = JSON.stringify(fromLegs[name] ?? noFigures());
    if (kept !== counted) throw new Error(`queue '${name}': the model counted ${kept}, its events say ${counted}`);
  }
}
