import { HOUR_MS, MINUTE_MS, SECOND_MS } from './calendar';
import type { Line, Seen, SimEvent } from './event';
import { partitionOf } from './partitioner';
import type { Random } from './random';
import { RawTimes } from './rawtime';

const SHARE_LAGGING = 0.075;
const SHARE_LATE = 0.0112;
const SHARE_REPEATED = 0.0203;

/** A sender whose events come in 3,000 lines later at most stays well inside any window of remembered ids. */
const REPEAT_DISTANCE = 3_000;

/** How much later than it needs a late event is, and how much room an event in time has: a replay may reorder by 10 min. */
export const LATE_MARGIN_MS = 15 * MINUTE_MS;
export const IN_TIME_MS = 45 * MINUTE_MS;
const LATENESS_MS = HOUR_MS;

interface Waiting {
  seen: Seen;
  deliverAt: number;
}

/**
 * The order of arrival: most events within two seconds, some up to half an hour later, one in a hundred later than the
 * lateness, one in fifty twice. An event is late by a margin in every partition of every partition count, or not at all.
 */
export function deliver(recorded: readonly Seen[], random: Random): Line[] {
  const inTime: Waiting[] = [];
  let lateOnes: Waiting[] = [];
  for (const seen of recorded) {
    if (random.chance(SHARE_LATE)) lateOnes.push({ seen, deliverAt: seen.at + lateDelay(random) });
    else inTime.push({ seen, deliverAt: seen.at + promptDelay(random) });
  }
  for (;;) {
    inTime.sort((a, b) => a.deliverAt - b.deliverAt);
    const placed = placeLate(inTime, lateOnes);
    if (placed.tooNew.length === 0) return repeatSome(placed.order, random);
    // Near the end of the stream nothing newer follows that would make them late: they come in time after all.
    for (const { seen } of placed.tooNew) inTime.push({ seen, deliverAt: seen.at + promptDelay(random) });
    lateOnes = placed.late;
  }
}

function promptDelay(random: Random): number {
  if (!random.chance(SHARE_LAGGING)) return random.int(0, 2 * SECOND_MS);
  return Math.floor(Math.exp(random.between(Math.log(20 * SECOND_MS), Math.log(30 * MINUTE_MS))));
}

function lateDelay(random: Random): number {
  return Math.floor(random.between(3 * HOUR_MS, 20 * HOUR_MS));
}

interface Placed {
  order: Line[];
  late: Waiting[];
  tooNew: Waiting[];
}

function placeLate(inTime: Waiting[], late: Waiting[]): Placed {
  const raw = new RawTimes();
  const lowest = new Float64Array(inTime.length + 1).fill(Number.NEGATIVE_INFINITY);
  // It only ever rises, so an old value errs on the safe side; looking at 300 partitions each time would take long.
  const stride = Math.ceil(inTime.length / 5_000);
  inTime.forEach(({ seen }, i) => {
    raw.add(seen.event.event_id, seen.at);
    lowest[i + 1] = i % stride === 0 ? raw.lowest() : lowest[i]!;
  });
  const before = new Map<number, Seen[]>();
  const placed: Placed = { order: [], late: [], tooNew: [] };
  for (const one of late) {
    const due = firstIndex(inTime.length + 1, (i) => i > 0 && inTime[i - 1]!.deliverAt >= one.deliverAt);
    const stale = firstIndex(inTime.length + 1, (i) => lowest[i]! > one.seen.at + LATENESS_MS + LATE_MARGIN_MS);
    const slot = Math.max(due, stale);
    if (slot > inTime.length) {
      placed.tooNew.push(one);
      continue;
    }
    placed.late.push(one);
    before.set(slot, [...(before.get(slot) ?? []), one.seen]);
  }
  for (let i = 0; i <= inTime.length; i++) {
    for (const seen of before.get(i) ?? []) placed.order.push(lineOf(seen, true));
    const next = inTime[i];
    if (next) placed.order.push(lineOf(next.seen, false));
  }
  return placed;
}

function lineOf({ event, at, customer_id }: Seen, late: boolean): Line {
  return { event, at, customer_id, late, repeat: false };
}

/** First i in [0, length) that passes a test which stays passed from there on; `length` if none does. */
function firstIndex(length: number, passes: (i: number) => boolean): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (passes(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function repeatSome(order: Line[], random: Random): Line[] {
  const again = new Map<number, Line[]>();
  order.forEach((delivery, i) => {
    if (!random.chance(SHARE_REPEATED)) return;
    const after = Math.min(order.length - 1, i + random.int(0, random.chance(0.5) ? 5 : REPEAT_DISTANCE - 100));
    again.set(after, [...(again.get(after) ?? []), { ...delivery, repeat: true }]);
  });
  const lines: Line[] = [];
  order.forEach((delivery, i) => {
    lines.push(delivery, ...(again.get(i) ?? []));
  });
  return lines;
}

/**
 * Stops the run unless every partition count from 1 to 24 agrees, with room to spare, on which events are late.
 * The rule checked is enrich's: late when occurred_at < highest occurred_at before it in its raw partition - 1 h.
 */
export function assertLateIsStable(deliveries: readonly Line[]): void {
  const raw = new RawTimes();
  for (const { event, at, late, repeat } of deliveries) {
    if (repeat) continue;
    if (late && !(at < raw.lowest() - LATENESS_MS - LATE_MARGIN_MS)) {
      throw new Error(`${event.event_id} is late in some partitions only`);
    }
    if (!late && at < raw.highest - IN_TIME_MS) throw new Error(`${event.event_id} is in time by too little`);
    raw.add(event.event_id, at);
  }
}

/** Enrich's rule, literally, for one partition count: the ids of the late events of a file, repeats left out. */
export function lateByRule(events: readonly SimEvent[], partitions: number): Set<string> {
  const seen = new Set<string>();
  const rawTime = new Map<number, number>();
  const late = new Set<string>();
  for (const event of events) {
    if (seen.has(event.event_id)) continue;
    seen.add(event.event_id);
    const at = Date.parse(event.occurred_at);
    const p = partitionOf(event.event_id, partitions);
    const highest = rawTime.get(p) ?? Number.NEGATIVE_INFINITY;
    if (at < highest - LATENESS_MS) late.add(event.event_id);
    rawTime.set(p, Math.max(highest, at));
  }
  return late;
}
