import { Random } from '../../simulator/core/random';

/** How customers come and go; times in ms of event time, [least, most], drawn evenly. */
export interface LoadShape {
  name: string;
  events_per_session: [number, number];
  /** Between events of one session: under the gap. */
  spacing_ms: [number, number];
  /** Between sessions of one customer: over the gap. */
  pause_ms: [number, number];
  /** Records in one produced batch, all partitions: large where a backlog is written, small where traffic is live. */
  records_per_send: number;
}

const minutes = 60_000;
const hours = 60 * minutes;

/**
 * replay: days of traffic; a session's events stand so close together that most commits hold whole sessions.
 * live: everybody is here at once; the events of a session are so far apart that each commit touches each customer once.
 */
export const loadShapes = {
  replay: {
    name: 'replay',
    events_per_session: [3, 13],
    spacing_ms: [minutes / 3, 5 * minutes],
    pause_ms: [hours, 84 * hours],
    records_per_send: 8_000,
  },
  live: {
    name: 'live',
    events_per_session: [3, 13],
    spacing_ms: [10 * minutes, 28 * minutes],
    pause_ms: [35 * minutes, 2 * hours],
    records_per_send: 400,
  },
} as const satisfies Record<string, LoadShape>;

export type LoadName = keyof typeof loadShapes;

/** Events in order of arrival. */
export interface Load {
  shape: LoadShape;
  customers: number;
  /** Number of the customer of each event. */
  customer: Uint32Array;
  /** Epoch ms of each event. */
  occurred_at: Float64Array;
}

/** In the past for good: a broker refuses records from the future, and Streams stamps its output with event time. */
const startsAt = Date.UTC(2026, 0, 5);
const outOfOrder = 0.05;
/** Below the lateness (1 h) by far: nobody may call these late. */
const delay_ms = [minutes, 20 * minutes] as const;

/** The same events for the same arguments. One event in twenty arrives behind events that are younger than it. */
export function generateLoad(shape: LoadShape, events: number, customers: number, seed: number): Load {
  const random = Random.of(seed, shape.name);
  const mean = ([least, most]: readonly [number, number]): number => (least + most) / 2;
  const cycle = (mean(shape.events_per_session) - 1) * mean(shape.spacing_ms) + mean(shape.pause_ms);
  const horizon = ((1.3 * events) / customers) * (cycle / mean(shape.events_per_session)) + minutes;
  const owners: number[] = [];
  const times: number[] = [];
  const arrivals: number[] = [];
  for (let customer = 0; customer < customers; customer++) {
    // Begun some cycles ago, so that the load is in full swing from its first event on.
    let at = -random.between(3, 4) * cycle;
    let left = random.int(...shape.events_per_session);
    while (at < horizon) {
      if (at >= 0) {
        const delay = random.chance(outOfOrder) ? random.between(...delay_ms) : 0;
        owners.push(customer);
        times.push(Math.round(startsAt + at));
        arrivals.push(at + delay);
      }
      left -= 1;
      at += left > 0 ? random.between(...shape.spacing_ms) : random.between(...shape.pause_ms);
      if (left === 0) left = random.int(...shape.events_per_session);
    }
  }
  if (times.length < events) throw new Error(`the load has only ${times.length} events of ${events}`);
  const order = Uint32Array.from(times.keys()).sort((a, b) => arrivals[a] - arrivals[b] || a - b);
  const load = { customer: new Uint32Array(events), occurred_at: new Float64Array(events) };
  for (let i = 0; i < events; i++) {
    load.customer[i] = owners[order[i]];
    load.occurred_at[i] = times[order[i]];
  }
  return { shape, customers, ...load };
}

export const customerId = (customer: number): string => `customer-${String(customer).padStart(6, '0')}`;
