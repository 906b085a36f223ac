import { type Figures, groupBy, type RecomputedLeg, ratio, sumOf } from './leg';
import type { SimulatedEvent, SimulatedLeg, SimulatedSession } from './simulated';

/** The views without parameters, counted one by one. Times are epoch ms, days `YYYY-MM-DD` (UTC). */

const quarter = (at: number): number => Math.floor(at / 900_000) * 900_000;
const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);
const distinct = (values: readonly unknown[]): number => new Set(values.map((value) => JSON.stringify(value))).size;
const valuesOf = <Item>(items: readonly Item[], of: (item: Item) => number | null): number[] =>
  items.map(of).filter((value) => value !== null);
const total = (values: readonly number[]): number => sumOf(values, (value) => value);

export function volumeTrends(events: readonly SimulatedEvent[]): Figures[] {
  const own = events.filter(({ customer_id }) => customer_id !== '');
  const keyOf = (event: SimulatedEvent) => [quarter(event.occurred_at), event.channel, event.direction, event.intent];
  return groupBy(own, keyOf).map((group) => {
    const [{ occurred_at, channel, direction, intent }] = group;
    const contactOf = (event: SimulatedEvent) => {
      const name = event.contact_id || event.interaction_id;
      return [event.customer_id, event.source_system, event.source_instance, name || ['alone', event.event_id]];
    };
    return {
      ...{ bucket_start: quarter(occurred_at), channel, direction, intent, events: group.length },
      contacts: distinct(group.map(contactOf)),
      customers: distinct(group.map(({ customer_id }) => customer_id)),
    };
  });
}

export function channelFailurePaths(sessions: readonly SimulatedSession[]): object[] {
  const failed = sessions.filter(({ first_failed_channel }) => first_failed_channel !== '');
  const keyOf = (one: SimulatedSession) => [
    dayOf(one.started_at),
    one.intent,
    one.path,
    one.first_failed_channel,
    one.rescued_by_channel,
  ];
  return groupBy(failed, keyOf).map((group) => {
    const [{ started_at, intent, path, first_failed_channel, rescued_by_channel }] = group;
    const times = valuesOf(group, ({ time_to_success_ms }) => time_to_success_ms);
    return {
      ...{ day: dayOf(started_at), intent, path, first_failed_channel, rescued_by_channel, sessions: group.length },
      ...{ customers: distinct(group.map(({ customer_id }) => customer_id)), sessions_with_success: times.length },
      time_to_success_ms: total(times),
    };
  });
}

export function efficiencyMetrics(legs: readonly SimulatedLeg[]): Figures[] {
  const keyOf = (leg: SimulatedLeg) => [quarter(leg.arrived_at), leg.channel, leg.queue];
  return groupBy(legs, keyOf).map((group) => {
    const [{ arrived_at, channel, queue }] = group;
    const left = (how: string) => group.filter(({ left_by }) => left_by === how);
    const [answered, abandoned] = [left('ANSWERED'), left('ABANDONED')];
    const handled = group.filter(({ handled_at }) => handled_at !== null);
    const worked = (part: 'talk_ms' | 'hold_ms' | 'acw_ms'): number => total(valuesOf(handled, (leg) => leg[part]));
    const waits = (of: readonly RecomputedLeg[]): number[] => valuesOf(of, ({ wait_ms }) => wait_ms);
    const [talk_ms, hold_ms, acw_ms] = [worked('talk_ms'), worked('hold_ms'), worked('acw_ms')];
    const offered = group.filter(({ queued_at }) => queued_at !== null).length;
    const short = group.filter(({ short_abandoned }) => short_abandoned).length;
    const transfers = group.filter(({ transferred }) => transferred).length;
    return {
      ...{ bucket_start: quarter(arrived_at), channel, queue, legs: group.length, offered },
      ...{ answered: answered.length, abandoned: abandoned.length, short_abandoned: short },
      ...{ flow_outs: left('FLOW_OUT').length, handled: handled.length, talk_ms, hold_ms, acw_ms },
      ...{ wait_ms_answered: total(waits(answered)), wait_ms_abandoned: total(waits(abandoned)), transfers },
      asa_ms: ratio(total(waits(answered)), waits(answered).length),
      aht_ms: ratio(talk_ms + hold_ms + acw_ms, handled.length),
      answer_rate: ratio(answered.length, offered),
      abandon_rate: ratio(abandoned.length, offered),
      abandon_rate_excl_short: ratio(abandoned.length - short, offered - short),
      transfer_rate: ratio(transfers, handled.length),
    };
  });
}
