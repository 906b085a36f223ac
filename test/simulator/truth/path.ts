import type { Intent, Seen, Status } from '../core/event';
import type { Leg } from './legs';
import { MOST_LEGS } from './rules';

export interface PathFigures {
  path: string[];
  path_counts: number[];
  outcome: Status;
  failures_before_success: number;
  first_failed_channel: string;
  rescued_by_channel: string;
}

/** What the legs of a session, in order, say about the way the customer went. */
export function pathFigures(legs: Leg[]): PathFigures {
  const path: string[] = [];
  const path_counts: number[] = [];
  for (const leg of legs.slice(0, MOST_LEGS)) {
    const step = `${leg.label}:${leg.outcome}`;
    if (path[path.length - 1] === step) path_counts[path_counts.length - 1]!++;
    else {
      path.push(step);
      path_counts.push(1);
    }
  }
  const clear = legs.filter(({ outcome }) => outcome !== 'UNKNOWN' && outcome !== 'NEUTRAL');
  const firstSuccess = legs.findIndex(({ outcome }) => outcome === 'SUCCESS');
  const before = firstSuccess < 0 ? legs : legs.slice(0, firstSuccess);
  const firstFailed = legs.findIndex(({ failed }) => failed);
  const rescue = firstFailed < 0 ? undefined : legs.slice(firstFailed + 1).find(({ outcome }) => outcome === 'SUCCESS');
  return {
    path,
    path_counts,
    outcome: clear[clear.length - 1]?.outcome ?? 'UNKNOWN',
    failures_before_success: before.filter(({ failed }) => failed).length,
    first_failed_channel: legs[firstFailed]?.label ?? '',
    rescued_by_channel: rescue?.label ?? '',
  };
}

/** The most confident intent of a kind of events in order; the first of equals. */
export function surest(events: readonly Seen[], kind: string): Intent | undefined {
  let best: Intent | undefined;
  for (const { event } of events) {
    for (const intent of event.intents ?? []) {
      if (intent.kind !== kind) continue;
      if (!best || (intent.confidence ?? 0) > (best.confidence ?? 0)) best = intent;
    }
  }
  return best;
}

export const intentOf = (events: readonly Seen[]): string => surest(events, 'INTENT')?.label ?? '';
