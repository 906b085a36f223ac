import type { Contact } from './contacts';
import { addCosts, dayOf, groupBy, type Order, type Row, ratio } from './rows';

export interface Window {
  from: number;
  to: number;
  window_ms: number;
  intent_scope: string;
  channel_scope: string;
  as_of: number;
}

interface Followed {
  contact: Contact;
  measured: boolean;
  next: Contact | undefined;
  people: Contact | undefined;
}

const byStart = (a: Contact, b: Contact): number =>
  a.started_at - b.started_at || (a.first_leg_id < b.first_leg_id ? -1 : 1);

/** Each contact that starts in the range, with the first contact that followed it within the window, if one did. */
function followed(contacts: readonly Contact[], window: Window): Followed[] {
  const scopeOf = (contact: Contact): string =>
    window.intent_scope === 'same' ? contact.intent : window.intent_scope === 'order' ? contact.order_id : 'all';
  return groupBy(contacts, ({ customer_id }) => [customer_id]).flatMap((group) => {
    const sorted = [...group].sort(byStart);
    return sorted.flatMap((contact, place): Followed[] => {
      if (contact.started_at < window.from || contact.started_at >= window.to) return [];
      const end = contact.ended_at + window.window_ms;
      const comparable = scopeOf(contact) !== '';
      const later = sorted
        .slice(place + 1)
        .filter((one) => one.is_inbound && one.started_at <= end && comparable && scopeOf(one) === scopeOf(contact))
        .filter((one) => window.channel_scope === 'any' || one.first_channel === contact.first_channel);
      const measured = contact.identity !== 'anonymous' && comparable && end <= window.as_of;
      return [{ contact, measured, next: later[0], people: later.find(({ human_legs }) => human_legs > 0) }];
    });
  });
}

const count = <Item>(items: readonly Item[], test: (item: Item) => unknown): number =>
  items.filter((item) => test(item)).length;
const begunByUs = ({ direction }: Contact): boolean => direction === 'OUTBOUND' || direction === 'INTERNAL';

export function repeatContacts(contacts: readonly Contact[], window: Window): Row[] {
  const rows = followed(contacts, window).filter(({ contact }) =>
    ['ASSISTED', 'SELF_SERVICE', 'DIRECT'].includes(contact.kind),
  );
  return groupBy(rows, ({ contact }) => [dayOf(contact.started_at), contact.first_channel, contact.intent]).map(
    (group) => {
      const [{ contact }] = group;
      const inbound = group.filter((row) => row.contact.is_inbound);
      const identified = count(inbound, (row) => row.contact.identity !== 'anonymous');
      const measured = inbound.filter((row) => row.measured);
      const answered = measured.filter((row) => row.contact.answered);
      const rate = ratio(
        count(measured, ({ next }) => next),
        measured.length,
      );
      const answeredRate = ratio(
        count(answered, ({ next }) => next),
        answered.length,
      );
      return {
        day: dayOf(contact.started_at),
        channel: contact.first_channel,
        intent: contact.intent,
        contacts: inbound.length,
        excluded_outbound: count(group, (row) => row.contact.is_contact && !row.contact.is_inbound),
        excluded_never_engaged: count(group, (row) => !row.contact.is_contact),
        identified,
        identity_coverage: ratio(identified, inbound.length),
        measured: measured.length,
        repeated: count(measured, ({ next }) => next),
        repeat_contact_rate: rate,
        fcr: rate === null ? null : 1 - rate,
        measured_answered: answered.length,
        repeated_answered: count(answered, ({ next }) => next),
        fcr_answered: answeredRate === null ? null : 1 - answeredRate,
        ...netResolution(answered),
      };
    },
  );
}

/** Of contacts that an agent answered: those beyond the first level, and the others that nothing followed. */
function netResolution(answered: readonly Followed[]): Row {
  const within = answered.filter(({ contact }) => contact.outcome !== 'DEFERRED' && contact.outcome !== 'ESCALATED');
  const resolved_first = count(within, ({ next }) => !next);
  return {
    beyond_level_1: answered.length - within.length,
    resolved_first,
    net_fcr: ratio(resolved_first, within.length),
  };
}

const isDone = ({ goal, outcome }: Contact): boolean => goal !== '' || outcome === 'SUCCESS';

export function containment(contacts: readonly Contact[], window: Window): Row[] {
  const rows = followed(contacts, window).filter(({ contact }) => contact.begins_in_self_service);
  return groupBy(rows, ({ contact }) => [dayOf(contact.started_at), contact.first_channel, contact.intent]).map(
    (group) => {
      const [{ contact }] = group;
      const own = group.filter((row) => row.contact.engaged && !begunByUs(row.contact));
      const contained = own.filter((row) => row.contact.human_legs === 0);
      const measured = own.filter((row) => row.measured);
      const stayed = measured.filter((row) => row.contact.human_legs === 0);
      const meant = measured.filter((row) => row.contact.contact_intent);
      const reached = meant.filter((row) => row.contact.human_legs > 0 || row.people);
      const done = count(contained, (row) => isDone(row.contact));
      const truly = count(stayed, (row) => isDone(row.contact) || !row.next);
      return {
        day: dayOf(contact.started_at),
        channel: contact.first_channel,
        intent: contact.intent,
        self_service_sessions: own.length,
        excluded_never_engaged: count(group, (row) => !row.contact.engaged && !begunByUs(row.contact)),
        excluded_proactive: count(group, (row) => begunByUs(row.contact)),
        contained_technical: contained.length,
        contained_functional: done,
        containment: ratio(contained.length, own.length),
        functional_containment: ratio(done, own.length),
        identity_coverage: ratio(
          count(own, (row) => row.contact.identity !== 'anonymous'),
          own.length,
        ),
        measured: measured.length,
        true_contained: truly,
        true_containment: ratio(truly, measured.length),
        measured_with_intent: meant.length,
        deflected: meant.length - reached.length,
        leaked: reached.length,
        deflection: ratio(meant.length - reached.length, meant.length),
      };
    },
  );
}

export function escalationLeaks(contacts: readonly Contact[], window: Window): Row[] {
  const rows = followed(contacts, window)
    .filter(({ contact, measured }) => contact.begins_in_self_service && measured && contact.contact_intent)
    .filter(({ contact }) => contact.engaged && !begunByUs(contact))
    .map(({ contact, people }) => ({
      day: dayOf(contact.started_at),
      channel: contact.first_channel,
      leaked_to: contact.first_human_channel || people?.first_human_channel || '',
      within_contact: contact.human_legs > 0,
    }));
  return groupBy(rows, (row) => Object.values(row)).map((group) => ({ ...group[0], sessions: group.length }));
}

export function durableResolution(contacts: readonly Contact[], window: Window): Row[] {
  const rows = followed(contacts, window).filter(({ contact }) => contact.resolved_by !== '' && !begunByUs(contact));
  return groupBy(rows, ({ contact }) => [
    dayOf(contact.started_at),
    contact.first_channel,
    contact.resolved_by,
    contact.autonomous,
  ]).map((group) => {
    const [{ contact }] = group;
    const measured = group.filter((row) => row.measured);
    const durable = count(measured, (row) => !row.next);
    return {
      day: dayOf(contact.started_at),
      channel: contact.first_channel,
      resolved_by: contact.resolved_by,
      autonomous: contact.autonomous,
      closed: group.length,
      measured: measured.length,
      durable,
      durable_resolution_rate: ratio(durable, measured.length),
    };
  });
}

export function costPerContact(contacts: readonly Contact[], from: number, to: number): Row[] {
  const own = contacts.filter((one) => one.is_contact && one.started_at >= from && one.started_at < to);
  return groupBy(own, (one) => [dayOf(one.started_at), one.first_channel, one.kind]).flatMap((group) => {
    const currencies = Object.keys(addCosts(group.map(({ costs }) => costs)));
    return (currencies.length > 0 ? currencies : ['']).map((currency) => {
      const known = group.flatMap(({ costs }) => (currency in costs ? [costs[currency]] : []));
      const sum = known.length > 0 ? known.reduce((a, b) => a + b, 0) : null;
      return {
        day: dayOf(group[0].started_at),
        channel: group[0].first_channel,
        kind: group[0].kind,
        currency,
        contacts: group.length,
        contacts_with_cost: known.length,
        cost_minor: sum,
        cost_per_contact_minor: sum === null ? null : sum / known.length,
      };
    });
  });
}

export function contactRate(contacts: readonly Contact[], events: readonly Order[], window: Window): Row[] {
  const { from, to, window_ms, as_of } = window;
  const inbound = contacts.filter((one) => one.is_inbound);
  const orders = groupBy(events, ({ order_id, event_id }) => [order_id || event_id, order_id === ''])
    .map((group) => ({ order_id: group[0].order_id, at: Math.min(...group.map(({ occurred_at }) => occurred_at)) }))
    .filter(({ at }) => at >= from && at < to)
    .map(({ order_id, at }) => ({
      order_id,
      day: dayOf(at),
      measured: order_id !== '' && at + window_ms <= as_of,
      about: count(
        inbound,
        (one) =>
          order_id !== '' && one.order_id === order_id && one.started_at > at && one.started_at <= at + window_ms,
      ),
    }));
  const started = inbound.filter((one) => one.started_at >= from && one.started_at < to);
  const days = new Set([...orders.map(({ day }) => day), ...started.map((one) => dayOf(one.started_at))]);
  return [...days].map((day) => {
    const placed = orders.filter((order) => order.day === day);
    const measured = placed.filter((order) => order.measured);
    const about = measured.reduce((sum, order) => sum + order.about, 0);
    const contacted = count(measured, (order) => order.about > 0);
    const all = count(started, (one) => dayOf(one.started_at) === day);
    return {
      day,
      orders: placed.length,
      keyed_orders: count(placed, ({ order_id }) => order_id !== ''),
      measured_orders: measured.length,
      contacted_orders: contacted,
      order_contacts: about,
      contacts_per_order: ratio(about, measured.length),
      contacted_order_rate: ratio(contacted, measured.length),
      period_contacts: all,
      period_contacts_with_order: count(started, (one) => dayOf(one.started_at) === day && one.order_id !== ''),
      contact_rate_by_period: ratio(all, placed.length),
    };
  });
}
