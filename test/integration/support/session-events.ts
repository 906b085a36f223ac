import type { Channel, EnrichedEvent } from '../../../schemas/types';
import { Random } from '../../simulator/core/random';
import { enrichedEvent } from '../../support/enriched-records';

export const rawPartitions = 4;

/** An event where it arrives in the raw topic. */
export interface Arrival {
  event: EnrichedEvent;
  rawPartition: number;
  /** Highest event time of its raw partition so far, as enrich writes it into the header. */
  raw_time: number;
}

export interface SessionEventsOptions {
  seed: number;
  events: number;
  customers: number;
  days: number;
}

const minute = 60_000;
const hour = 60 * minute;
const startsAt = Date.UTC(2026, 0, 5);

/** Kinds of dealings: how often, events at least and at most, longest step between two of them. */
const visits = {
  WEB: { weight: 50, events: [1, 9], step_ms: 28 * minute },
  VOICE: { weight: 20, events: [3, 8], step_ms: 12 * minute },
  // Steps above the gap: held together by their contact, where they have one.
  CHAT: { weight: 20, events: [2, 8], step_ms: 50 * minute },
  SMS: { weight: 5, events: [1, 4], step_ms: 20 * hour },
  EMAIL: { weight: 5, events: [1, 3], step_ms: 40 * hour },
} as const satisfies Partial<Record<Channel, { weight: number; events: [number, number]; step_ms: number }>>;
type VisitChannel = keyof typeof visits;
const weights = Object.fromEntries(Object.entries(visits).map(([channel, { weight }]) => [channel, weight]));

const types: Record<VisitChannel, string[]> = {
  WEB: ['web.page_viewed', 'web.form_error', 'order.placed'],
  VOICE: ['queue.entered', 'agent.joined', 'interaction.connected', 'interaction.ended', 'wrapup.completed'],
  CHAT: ['interaction.connected', 'message.sent', 'agent.joined', 'queue.entered', 'interaction.ended'],
  SMS: ['message.sent'],
  EMAIL: ['message.sent', 'agent.joined'],
};

/** Up to 20 minutes behind younger events: far within the lateness. */
const outOfOrder = 0.15;
const longestDelay_ms = 20 * minute;
const shareLate = 0.01;
const shareOutside = 0.01;

/**
 * Events of many customers on several channels, in the order in which they arrive, the same for the same options. Now
 * and then one that is late (it would join a session if it were taken), or outside sessions. Contacts span channels, some
 * for longer than one contact may last; times are often equal, with and without a sequence.
 */
export function sessionEvents({ seed, events, customers, days }: SessionEventsOptions): Arrival[] {
  const random = Random.of(seed, 'session-events');
  const drawn: { event: EnrichedEvent; arrives_at: number }[] = [];
  for (let visit = 0; drawn.length < events; visit++) {
    const customer = `customer-${seed}-${random.int(0, customers - 1)}`;
    const channel = random.weighted(weights) as VisitChannel;
    const contact = random.chance(0.4) ? `${customer}/contact-${random.int(0, days)}` : null;
    let at = random.between(0, days * 24 * hour);
    const [least, most] = visits[channel].events;
    for (let left = random.int(least, most); left > 0; left--) {
      const occurred_at = startsAt + (random.chance(0.5) ? Math.round(at / minute) * minute : Math.round(at));
      const late = random.chance(shareLate);
      const delay = random.chance(outOfOrder) ? random.between(minute, longestDelay_ms) : 0;
      drawn.push({
        event: enrichedEvent({
          event_id: `event-${seed}-${random.hex(8)}-${drawn.length}`,
          event_type: random.pick(types[channel]),
          occurred_at,
          received_at: occurred_at,
          customer_id: customer,
          identity_type: 'customer_id',
          identity_verified: true,
          late,
          sessionised: !random.chance(shareOutside),
          source_system: random.chance(0.9) ? 'test' : 'other',
          source_sequence: random.pick([null, 1, 2]),
          channel,
          direction: 'INBOUND',
          interaction_id: channel === 'WEB' ? null : `${customer}/${channel}-${visit}`,
          contact_id: contact,
          agent_id: random.pick([null, 'agent-1', 'agent-2']),
          talk_ms: channel === 'VOICE' ? random.int(0, 600_000) : null,
        }),
        arrives_at: occurred_at + (late ? 3 * hour : delay),
      });
      at += random.between(0, visits[channel].step_ms);
    }
  }
  drawn.length = events;
  drawn.sort((a, b) => a.arrives_at - b.arrives_at || (a.event.event_id < b.event.event_id ? -1 : 1));
  const rawTimes = new Array<number>(rawPartitions).fill(Number.NEGATIVE_INFINITY);
  return drawn.map(({ event }) => {
    const rawPartition = random.int(0, rawPartitions - 1);
    rawTimes[rawPartition] = Math.max(rawTimes[rawPartition], event.occurred_at);
    return { event, rawPartition, raw_time: rawTimes[rawPartition] };
  });
}
