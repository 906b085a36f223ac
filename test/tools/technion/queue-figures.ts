import type { PublicEvent } from './convert';

export interface QueueFigures {
  offered: number;
  answered: number;
  abandoned: number;
  answered_in_time: number;
  abandoned_in_time: number;
  sl_offered: number;
  asa_ms: number;
}

/** What the file itself says of its queue, for a target in seconds: the view service_levels must say the same. */
export function queueFigures(events: readonly PublicEvent[], targetSeconds: number): QueueFigures {
  const waitsAt = (event_type: string): number[] =>
    events
      .filter((event) => event.event_type === event_type)
      .flatMap(({ durations }) => (durations as { wait_ms?: number } | undefined)?.wait_ms ?? []);
  const inTime = (waits: number[]): number => waits.filter((wait) => wait <= targetSeconds * 1000).length;
  const [answered, abandoned] = [waitsAt('agent.joined'), waitsAt('queue.abandoned')];
  return {
    offered: events.filter(({ event_type }) => event_type === 'queue.entered').length,
    answered: answered.length,
    abandoned: abandoned.length,
    answered_in_time: inTime(answered),
    abandoned_in_time: inTime(abandoned),
    sl_offered: inTime(answered) / (answered.length + abandoned.length),
    asa_ms: answered.reduce((sum, wait) => sum + wait, 0) / answered.length,
  };
}
