import type { Leg, Order, Rate, Session } from '../../../support/recompute/rows';

/** Uniform in [0, 1), the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export interface Dealings {
  legs: Leg[];
  sessions: Session[];
  orders: Order[];
  rates: Rate[];
}

const minute_ms = 60_000;
const day_ms = 24 * 60 * minute_ms;

/** Some sessions of many customers over a time, with every value that the metrics tell apart. */
export function randomDealings(seed: number, customers: number, from: number, to: number): Dealings {
  const next = seeded(seed);
  const int = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1));
  const pick = <Item>(...items: Item[]): Item => items[int(0, items.length - 1)];
  const maybe = <Item>(share: number, item: () => Item): Item | null => (next() < share ? item() : null);
  const legs: Leg[] = [];
  const sessions: Session[] = [];
  const orders: Order[] = [];
  let placed = 0;
  const span = (): number => pick(0, int(1, 9000), int(0, 30) * minute_ms);

  const leg = (session: Session, contact_id: string, arrived_at: number): Leg => {
    const stage = pick(
      'SELF_SERVICE',
      'UNKNOWN',
      'UNKNOWN',
      'QUEUE',
      'AGENT',
      'AGENT',
      'WRAP_UP',
      'BACK_OFFICE',
      'PURCHASE',
    );
    const ended_at = arrived_at + span();
    const outcome = pick(
      'UNKNOWN',
      'UNKNOWN',
      'SUCCESS',
      'SUCCESS',
      'FAILURE',
      'ABANDONED',
      'ESCALATED',
      'NEUTRAL',
      'DEFERRED',
    );
    const answered = stage === 'AGENT' || stage === 'WRAP_UP';
    return {
      customer_id: session.customer_id,
      leg_id: `l-${int(0, 1e9).toString(36)}-${legs.length}`,
      session_id: session.session_id,
      contact_id,
      channel: pick('VOICE', 'VOICE', 'CHAT', 'EMAIL', 'WEB', 'WEB', 'APP', 'MESSAGING', 'TASK', 'UNKNOWN'),
      stage,
      direction: pick('INBOUND', 'INBOUND', 'INBOUND', 'UNKNOWN', 'OUTBOUND', 'INTERNAL'),
      intent: pick('', '', 'billing', 'moving'),
      queue: pick('', 'A', 'B'),
      agent_id: answered ? pick('anna', 'bert', '') : '',
      outcome,
      failure_step: pick('', '', '', 'web.form_error', 'bot.fallback'),
      resolved_by: pick('', '', '', '', 'bot', 'human', 'customer', 'timeout', 'automation', 'operator'),
      goal: pick('', '', '', '', 'done'),
      case_id: pick('', '', `C${int(1, 60)}`),
      order_id: pick('', '', `O${int(Math.max(0, placed - 6), placed + 1)}`),
      left_by: pick('', 'ANSWERED', 'ABANDONED', 'FLOW_OUT'),
      short_abandoned: next() < 0.3,
      transferred: next() < 0.2,
      contact_intent: next() < 0.3,
      arrived_at,
      ended_at,
      answered_at: answered ? maybe(0.8, () => arrived_at + Math.floor((ended_at - arrived_at) / 2)) : null,
      handled_at: answered ? maybe(0.8, () => ended_at) : null,
      ivr_ms: maybe(0.3, () => int(0, 60_000)),
      talk_ms: maybe(0.3, () => int(0, 600_000)),
      hold_ms: maybe(0.2, () => int(0, 60_000)),
      acw_ms: maybe(0.2, () => int(0, 60_000)),
      focus_ms: maybe(0.2, () => int(0, 600_000)),
      customer_message_count: pick(0, 0, 1, 5),
      agent_message_count: pick(0, 0, 2),
      bot_message_count: pick(0, 0, 3),
      ...pick(
        { cost_minor: null, cost_currency: '' },
        { cost_minor: int(0, 3) * 100, cost_currency: pick('EUR', 'USD') },
      ),
    };
  };

  for (let number = 0; number < customers; number++) {
    const customer_id = pick('', '', '', '~phone:', '~device_id:', '~anonymous_id:') + number;
    // Some come back within hours, some after weeks.
    const pause = pick(0.3, 2, 8) * day_ms;
    let at = from + int(0, 8 * day_ms);
    while (at < to) {
      const session: Session = {
        customer_id,
        session_id: `s-${sessions.length}`,
        started_at: at,
        ended_at: at,
        intent: pick('', 'billing', 'billing', 'moving'),
      };
      // Sources use their names again, in other sessions too.
      const names = Array.from({ length: int(1, 3) }, () => `k-${int(0, 3)}`);
      const own = Array.from({ length: int(1, 5) }, (_, place) =>
        leg(session, pick(...names), place === 0 ? at : at + pick(0, int(0, 90 * minute_ms), int(0, 600) * minute_ms)),
      );
      session.ended_at = Math.max(...own.map(({ ended_at }) => ended_at));
      if (next() < 0.02) own.push({ ...leg(session, 'beyond', session.ended_at), session_id: '' });
      legs.push(...own);
      sessions.push(session);
      if (next() < 0.2) {
        placed += 1;
        const order = {
          event_id: `e-${orders.length}`,
          order_id: pick('', `O${placed}`, `O${placed}`),
          occurred_at: at,
        };
        orders.push(
          order,
          ...(next() < 0.2 ? [{ ...order, event_id: `${order.event_id} again`, occurred_at: at + 4000 }] : []),
        );
      }
      // Sometimes the gap is a whole number of days, to the millisecond.
      at = session.ended_at + pick(int(31 * minute_ms, pause + 31 * minute_ms), day_ms, 3 * day_ms, 3 * day_ms + 1);
    }
  }
  const rate = (
    channel: string,
    stage: string,
    per_minute_minor: number,
    currency: string,
    valid_from: number,
  ): Rate => ({
    channel,
    stage,
    per_minute_minor,
    per_contact_minor: 12.5,
    per_message_minor: 0.3,
    currency,
    valid_from,
  });
  const rates = [
    rate('VOICE', 'HUMAN', 61.7, 'EUR', 0),
    rate('VOICE', 'HUMAN', 99, 'USD', from + 15 * day_ms),
    rate('CHAT', 'SELF_SERVICE', 0.1, 'EUR', 0),
    rate('EMAIL', '', 0, 'EUR', from + 5 * day_ms),
  ];
  return { legs, sessions, orders, rates };
}
