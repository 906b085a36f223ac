import type { PublicEvent } from './convert';

export interface QueueFigures {
  offered: number;
  answered: number;
  abandoned: number;
  answered_in_time: number;
  abandoned_in_time: number;
  /** Answered before they queued, by clocks that disagree: they are legs of their own, and the queue's never end. */
  waiting: number;
  sl_offered: number;
  asa_ms: number;
}

/** What the file itself says of its queue, for a target in seconds: the view service_levels must say the same. */
export function queueFigures(events: readonly PublicEvent[], targetSeconds: number): QueueFigures {
  const queuedAt = new Map(
    events.flatMap(({ event_type, interaction_id, occurred_at }) =>
      event_type === 'queue.entered' ? [[interaction_id, occurred_at] as const] : [],
    ),
  );
  const waitsAt = (event_type: string): number[] =>
    events
      .filter(
        (event) =>
          event.event_type === event_type && event.occurred_at >= (queuedAt.get(event.interaction_id) ?? Infinity),
      )
      .map(({ durations }) => (durations as { wait_ms: number }).wait_ms);
  const inTime = (waits: number[]): number => waits.filter((wait) => wait <= targetSeconds * 1000).length;
  const [answered, abandoned] = [waitsAt('agent.joined'), waitsAt('queue.abandoned')];
  return {
    offered: queuedAt.size,
    answered: answered.length,
    abandoned: abandoned.length,
    answered_in_time: inTime(answered),
    abandoned_in_time: inTime(abandoned),
    waiting: queuedAt.size - answered.length - abandoned.length,
    sl_offered: inTime(answered) / (answered.length + abandoned.length),
    asa_ms: answered.reduce((sum, wait) => sum + wait, 0) / answered.length,
  };
}
