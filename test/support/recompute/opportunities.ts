import { type Figures, groupBy, ratio, sumOf } from './leg';
import type { SimulatedEvent, SimulatedSession } from './simulated';

const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

interface Question {
  from: number;
  to: number;
  window_ms: number;
  as_of: number;
}

/** What `missed_opportunities` says: sessions in which a wish to buy showed, one by one. */
export function missedOpportunities(
  sessions: readonly SimulatedSession[],
  events: readonly SimulatedEvent[],
  { from, to, window_ms, as_of }: Question,
): Figures[] {
  const own = new Map(groupBy(events, ({ customer_id }) => customer_id).map((of) => [of[0].customer_id, of]));
  const chances = sessions
    .filter(({ started_at }) => started_at >= from && started_at < to)
    .flatMap((session) => {
      const { started_at, ended_at, customer_id } = session;
      const inOrder = (own.get(customer_id) ?? []).toSorted(
        (a, b) => a.occurred_at - b.occurred_at || (a.event_id < b.event_id ? -1 : 1),
      );
      const inside = inOrder.filter(({ occurred_at }) => occurred_at >= started_at && occurred_at <= ended_at);
      const signals = inside.filter((event) => event.event_type === 'opportunity.signaled' && event.sessionised);
      if (signals.length === 0) return [];
      const soon = inOrder.filter(({ occurred_at }) => occurred_at <= ended_at + window_ms);
      const offers = inside.filter(({ event_type }) => event_type === 'offer.presented');
      const orders = soon.filter(
        ({ event_type, occurred_at }) => event_type === 'order.placed' && occurred_at >= signals[0].occurred_at,
      );
      return {
        session,
        currency: signals[0].commerce_currency,
        value: Math.max(0, ...signals.map(({ commerce_value_minor }) => commerce_value_minor ?? 0)),
        measured: ended_at + window_ms <= as_of,
        offers: offers.length,
        accepted: offers.filter(({ commerce_accepted }) => commerce_accepted).length,
        late: soon.some((event) => event.event_type === 'offer.presented' && event.occurred_at > ended_at),
        bought: orders.length > 0,
        helped: orders.some(({ channel }) => channel === 'WEB' || channel === 'APP'),
      };
    });
  const keyOf = ({ session, currency }: (typeof chances)[number]) => [
    dayOf(session.started_at),
    session.intent,
    currency,
  ];
  return groupBy(chances, keyOf).map((group) => {
    const [{ session, currency }] = group;
    const measured = group.filter((chance) => chance.measured);
    const unoffered = measured.filter(({ offers }) => offers === 0);
    const missed = unoffered.filter(({ bought }) => !bought);
    const missed_value_minor = sumOf(missed, ({ value }) => value);
    const [offers, accepted_offers] = [sumOf(measured, (one) => one.offers), sumOf(measured, (one) => one.accepted)];
    return {
      ...{ day: dayOf(session.started_at), intent: session.intent, currency, sessions: group.length },
      ...{ measured: measured.length, offered: measured.length - unoffered.length },
      offered_late: unoffered.filter(({ late }) => late).length,
      bought: measured.filter(({ bought }) => bought).length,
      won_elsewhere: unoffered.filter(({ helped }) => helped).length,
      ...{ missed: missed.length, missed_rate: ratio(missed.length, measured.length), missed_value_minor },
      ...{ offers, accepted_offers, expected_value_minor: ratio(missed_value_minor * accepted_offers, offers) },
    };
  });
}
