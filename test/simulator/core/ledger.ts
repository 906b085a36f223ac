/** What a queue did, counted where it happens in the model and not from the events it wrote. */
export interface QueueFigures {
  offered: number;
  answered: number;
  abandoned: number;
  short_abandoned: number;
  handled: number;
  wait_ms_answered: number;
}

export function noFigures(): QueueFigures {
  return { offered: 0, answered: 0, abandoned: 0, short_abandoned: 0, handled: 0, wait_ms_answered: 0 };
}

/** The books of every queue, by queue id. */
export class Ledger {
  readonly queues = new Map<string, QueueFigures>();

  of(queue: string): QueueFigures {
    const known = this.queues.get(queue);
    if (known) return known;
    const fresh = noFigures();
    this.queues.set(queue, fresh);
    return fresh;
  }
}
