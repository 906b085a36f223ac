/** A time range, both ends included, epoch ms. */
export interface TimeRange {
  from: number;
  to: number;
}

export interface StandingSession {
  started_at: number;
  ended_at: number;
  event_count: number;
}

/**
 * What must be read to compute sessions anew around some times: as far from each as an event can reach (`reach_ms`, the
 * largest gap or contact join), widened to whole sessions; ranges that meet are one. Nothing outside can touch what
 * comes out: sessions that stand do not touch one another, and what is added lies within.
 */
export function repairRanges(
  times: readonly TimeRange[],
  sessions: readonly Pick<StandingSession, 'started_at' | 'ended_at'>[],
  reach_ms: number,
): TimeRange[] {
  let ranges = times.map(({ from, to }) => ({ from: from - reach_ms, to: to + reach_ms }));
  for (;;) {
    const widened = merged(ranges.map((range) => around(range, sessions)));
    const isSettled =
      widened.length === ranges.length &&
      widened.every(({ from, to }, i) => ranges[i].from === from && ranges[i].to === to);
    ranges = widened;
    if (isSettled) return ranges;
  }
}

function around(
  { from, to }: TimeRange,
  sessions: readonly Pick<StandingSession, 'started_at' | 'ended_at'>[],
): TimeRange {
  const met = sessions.filter(({ started_at, ended_at }) => started_at <= to && ended_at >= from);
  return {
    from: met.reduce((least, { started_at }) => Math.min(least, started_at), from),
    to: met.reduce((most, { ended_at }) => Math.max(most, ended_at), to),
  };
}

function merged(ranges: readonly TimeRange[]): TimeRange[] {
  const result: TimeRange[] = [];
  for (const range of [...ranges].sort((a, b) => a.from - b.from)) {
    const last = result.at(-1);
    if (last && range.from <= last.to) last.to = Math.max(last.to, range.to);
    else result.push({ ...range });
  }
  return result;
}

/**
 * Whether an event is in its session: it lies within one that has as many events as there are in its time. A session
 * holds all its customer's events between its ends, so a missing one shows in the count.
 */
export function isInSession(at: number, sessions: readonly StandingSession[], times: readonly number[]): boolean {
  return sessions.some(
    ({ started_at, ended_at, event_count }) =>
      started_at <= at && at <= ended_at && countWithin(times, started_at, ended_at) === event_count,
  );
}

/** `times` in ascending order. */
function countWithin(times: readonly number[], from: number, to: number): number {
  return firstAbove(times, to) - firstAbove(times, from - 1);
}

function firstAbove(times: readonly number[], limit: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
