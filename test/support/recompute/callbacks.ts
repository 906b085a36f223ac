import { type Figures, groupBy, type Question, ratio, sumOf } from './leg';
import { compareKeys } from './queues';
import type { SimulatedEvent } from './simulated';
import { localText, type Period, periodStart } from './zones';

interface Promised {
  at: number;
  channel: string;
  queue: string;
  attempts: number;
  /** When it was first tried or reached; undefined if it was not. */
  tried_at: number | undefined;
  reached: boolean;
  joined: boolean;
}

type Event = Pick<
  SimulatedEvent,
  | 'event_id'
  | 'event_type'
  | 'occurred_at'
  | 'customer_id'
  | 'source_system'
  | 'source_instance'
  | 'contact_id'
  | 'interaction_id'
  | 'previous_interaction_id'
  | 'outcome_code'
  | 'channel'
  | 'queue'
>;

const isPromise = ({ event_type, outcome_code }: Event): boolean =>
  event_type === 'callback.scheduled' || (event_type === 'queue.left' && outcome_code === 'callback');
const isTry = ({ event_type }: Event): boolean =>
  event_type === 'callback.attempted' || event_type === 'callback.reached';

const week = 7 * 86_400_000;

/** Walks through each contact: a promise opens, what is tried before the next promise belongs to it. */
function promisesOf(events: readonly Event[], { from, to }: Pick<Question, 'from' | 'to'>): Promised[] {
  const near = events.filter(({ occurred_at }) => occurred_at >= from && occurred_at < to + week);
  const connection = (event: Event): string =>
    JSON.stringify([event.source_system, event.source_instance, event.interaction_id]);
  const calls = new Set(near.filter(isTry).map(connection));
  // Agents count in the calls that were made for a promise.
  const isJoin = (event: Event): boolean =>
    event.event_type === 'agent.joined' && event.interaction_id !== '' && calls.has(connection(event));
  const about = near.filter((event) => isPromise(event) || isTry(event) || isJoin(event));
  const contactOf = (event: Event): string =>
    event.contact_id || (!isPromise(event) && event.previous_interaction_id) || event.interaction_id || event.event_id;
  const contacts = groupBy(about, (event) => [
    event.customer_id,
    event.source_system,
    event.source_instance,
    contactOf(event),
  ]);
  return contacts.flatMap((contact) => {
    const promises: Promised[] = [];
    const made = new Map<string, Promised>();
    const ordered = contact.toSorted(
      (a, b) => a.occurred_at - b.occurred_at || Number(isPromise(b)) - Number(isPromise(a)),
    );
    for (const event of ordered) {
      if (isPromise(event)) {
        const once = event.interaction_id || event.event_id;
        const known = made.get(once);
        // Said twice of one interaction: one promise, with the queue that either of them names.
        if (known) known.queue ||= event.queue;
        else {
          const promise: Promised = {
            at: event.occurred_at,
            channel: event.channel,
            queue: event.queue,
            attempts: 0,
            tried_at: undefined,
            reached: false,
            joined: false,
          };
          promises.push(promise);
          made.set(once, promise);
        }
        continue;
      }
      const open = promises.at(-1);
      if (!open) continue;
      if (event.event_type === 'agent.joined') {
        open.joined = true;
        continue;
      }
      if (event.event_type === 'callback.attempted') open.attempts++;
      else open.reached = true;
      open.tried_at ??= event.occurred_at;
    }
    return promises;
  });
}

/** What `callbacks` says: the promises made in [from, to) and what became of them. */
export function callbacks(events: readonly Event[], question: Omit<Question, 'bookedBy'>): Figures[] {
  const { from, to, by, zone } = question;
  const period = (['hour', 'day', 'week', 'month'] as Period[]).find((name) => by.includes(name));
  const promises = promisesOf(events, question).filter(({ at }) => at < to);
  const keyed = promises.map((promise) => ({
    promise,
    key: [
      period ? periodStart(promise.at, zone, period) : from,
      by.includes('channel') ? promise.channel : '(all)',
      by.includes('queue') ? promise.queue : '(all)',
    ] as [number, string, string],
  }));
  return groupBy(keyed, ({ key }) => key)
    .toSorted((a, b) => compareKeys(a[0].key, b[0].key))
    .map((group) => {
      const [start, channel, queue] = group[0].key;
      const all = group.map(({ promise }) => promise);
      const tried = all.filter(({ tried_at }) => tried_at !== undefined);
      const reached = all.filter((promise) => promise.reached).length;
      const bridged = all.filter((promise) => promise.reached && promise.joined).length;
      return {
        period_start: localText(start, zone),
        ...{ channel, queue, scheduled: all.length, attempted: tried.length, reached, bridged },
        attempts: sumOf(all, ({ attempts }) => attempts),
        attempt_rate: ratio(tried.length, all.length),
        reach_rate: ratio(reached, tried.length),
        bridge_rate: ratio(bridged, reached),
        completion_rate: ratio(reached, all.length),
        avg_time_to_attempt_ms: ratio(
          sumOf(tried, ({ tried_at, at }) => tried_at! - at),
          tried.length,
        ),
      };
    });
}
