import { type Figures, type RecomputedLeg as Leg, type Question, ratio, sumOf } from './leg';
import { localText, type Period, periodStart } from './zones';

/**
 * The figures of legs counted from lists of legs, one metric after the other as it is defined. It shares nothing with
 * the views that it is to check: no SQL, no roll-up, no signs.
 */

/** Seconds and a share, 0 to 1, as they hold for a leg. */
export type TargetOf = (leg: Leg) => { target_seconds: number; short_seconds: number; share: number };

const periods: Period[] = ['quarter_hour', 'half_hour', 'hour', 'day', 'week', 'month'];

interface Group {
  key: [start: number, channel: string, queue: string, direction: string];
  figures: Figures;
  /** Legs by what is booked of them. */
  queued: Leg[];
  handled: Leg[];
  ended: Leg[];
  transferred: Leg[];
  givenUp: Leg[];
}

/** When a leg left the queue: at its answer, else after its wait, else (unknown) at its end. */
export function leftQueueAt(leg: Leg): number {
  if (leg.left_by === 'ANSWERED') return leg.answered_at ?? leg.ended_at;
  return leg.queued_at === null || leg.wait_ms === null ? leg.ended_at : leg.queued_at + leg.wait_ms;
}

/** The legs of the range in their groups, in order; each list by its own time where it is booked by event. */
function groupsOf(legs: readonly Leg[], question: Question): Group[] {
  const groups = new Map<string, Group>();
  const byEvent = question.bookedBy === 'EVENT';
  const add = (list: 'queued' | 'handled' | 'ended' | 'transferred' | 'givenUp', leg: Leg, eventAt: number): void => {
    const at = byEvent ? eventAt : leg.arrived_at;
    if (at < question.from || at >= question.to) return;
    const key = keyOf(leg, at, question);
    const name = JSON.stringify(key);
    let group = groups.get(name);
    if (!group) {
      const [start, channel, queue, direction] = key;
      const figures = { period_start: localText(start, question.zone), channel, queue, direction };
      group = { key, figures, queued: [], handled: [], ended: [], transferred: [], givenUp: [] };
      groups.set(name, group);
    }
    group[list].push(leg);
  };
  for (const leg of legs) {
    const left = leg.left_by !== '';
    if (left || (!byEvent && leg.queued_at !== null)) add('queued', leg, leftQueueAt(leg));
    if (leg.handled_at !== null) add('handled', leg, leg.handled_at);
    if (leg.transferred) add('transferred', leg, leg.handled_at ?? leg.ended_at);
    if (leg.abandoned_in) add('givenUp', leg, leg.left_by === 'ABANDONED' ? leftQueueAt(leg) : leg.ended_at);
    add('ended', leg, leg.ended_at);
  }
  return [...groups.values()].sort((a, b) => compareKeys(a.key, b.key));
}

export function keyOf(leg: Leg, at: number, { by, zone, from }: Pick<Question, 'by' | 'zone' | 'from'>): Group['key'] {
  const period = periods.find((name) => by.includes(name));
  const named = (name: 'channel' | 'queue' | 'direction'): string => (by.includes(name) ? leg[name] : '(all)');
  return [period ? periodStart(at, zone, period) : from, named('channel'), named('queue'), named('direction')];
}

export function compareKeys(a: readonly (string | number)[], b: readonly (string | number)[]): number {
  const index = a.findIndex((value, i) => value !== b[i]);
  return index < 0 ? 0 : a[index] < b[index] ? -1 : 1;
}

const count = (legs: readonly Leg[], holds: (leg: Leg) => boolean): number => legs.filter(holds).length;
const leftBy = (legs: readonly Leg[], how: string): Leg[] => legs.filter(({ left_by }) => left_by === how);
const within = (legs: readonly Leg[], seconds: (leg: Leg) => number): number =>
  count(legs, (leg) => leg.wait_ms !== null && leg.wait_ms <= seconds(leg) * 1000);
const total = (legs: readonly Leg[], field: 'wait_ms' | 'talk_ms' | 'hold_ms' | 'acw_ms' | 'focus_ms'): number =>
  sumOf(legs, (leg) => leg[field] ?? 0);
/** Mean over the legs of which it is known. */
const meanOf = (legs: readonly Leg[], field: 'wait_ms' | 'talk_ms' | 'acw_ms' | 'focus_ms'): number | null =>
  ratio(
    total(legs, field),
    count(legs, (leg) => leg[field] !== null),
  );
const only = (values: readonly number[]): number | null => (new Set(values).size === 1 ? values[0] : null);

export function serviceLevels(legs: readonly Leg[], question: Question, targetOf: TargetOf): Figures[] {
  const target = (leg: Leg): number => targetOf(leg).target_seconds;
  return groupsOf(legs, question)
    .filter(({ queued }) => queued.length > 0)
    .map(({ figures, queued }) => {
      const [answered, abandoned, flowed] = ['ANSWERED', 'ABANDONED', 'FLOW_OUT'].map((how) => leftBy(queued, how));
      const [a, b, f, offered] = [answered.length, abandoned.length, flowed.length, queued.length];
      const [aIn, bIn, fIn] = [within(answered, target), within(abandoned, target), within(flowed, target)];
      const short = within(abandoned, (leg) => targetOf(leg).short_seconds);
      return {
        ...figures,
        target_seconds: only(queued.map(target)),
        target_share: only(queued.map((leg) => targetOf(leg).share)),
        ...{
          offered,
          answered: a,
          answered_in_time: aIn,
          abandoned: b,
          abandoned_in_time: bIn,
          short_abandoned: short,
        },
        ...{ flow_outs: f, flow_outs_in_time: fIn, waiting: offered - a - b - f },
        sl_offered: ratio(aIn, a + b),
        sl_answered_over_answered: ratio(aIn, a),
        sl_excl_short: ratio(aIn, a + b - short),
        sl_incl_flowouts: ratio(aIn, a + b + f),
        sl_excl_abandons: ratio(aIn, a),
        sl_abandons_ignored: ratio(aIn, a + b - bIn),
        sl_abandons_positive: ratio(aIn + bIn, a + b),
        sl_abandons_ignored_incl_flowouts: ratio(aIn, a + b + f - bIn),
        sl_dequeued: ratio(aIn + bIn + fIn, offered),
        asa_ms: meanOf(answered, 'wait_ms'),
        avg_abandon_wait_ms: meanOf(abandoned, 'wait_ms'),
        avg_wait_all_ms: meanOf([...answered, ...abandoned, ...flowed], 'wait_ms'),
        unknown_waits: count([...answered, ...abandoned, ...flowed], ({ wait_ms }) => wait_ms === null),
      };
    });
}

export function abandonments(legs: readonly Leg[], question: Question, targetOf: TargetOf): Figures[] {
  const endedBy = (who: string) => (leg: Leg) => leg.disconnect_by.toUpperCase() === who;
  return groupsOf(legs, question)
    .map(({ figures, queued, handled, givenUp }) => {
      const abandoned = leftBy(queued, 'ABANDONED');
      const [a, b, offered] = [leftBy(queued, 'ANSWERED').length, abandoned.length, queued.length];
      const short = within(abandoned, (leg) => targetOf(leg).short_seconds);
      const callbacks = count(leftBy(queued, 'FLOW_OUT'), ({ flow_out_kind }) => flow_out_kind === 'callback');
      const [byCustomer, bySystem] = [count(abandoned, endedBy('CUSTOMER')), count(abandoned, endedBy('SYSTEM'))];
      const givenUpIn = (where: string): number => count(givenUp, ({ abandoned_in }) => abandoned_in === where);
      return {
        ...figures,
        ...{ offered, answered: a, abandoned: b, short_abandoned: short, callback_flow_outs: callbacks },
        other_flow_outs: leftBy(queued, 'FLOW_OUT').length - callbacks,
        abandon_rate: ratio(b, offered),
        abandon_rate_decided: ratio(b, a + b),
        abandon_rate_excl_short: ratio(b - short, offered - short),
        answer_rate: ratio(a, offered),
        ...{ abandoned_by_customer: byCustomer, abandoned_by_system: bySystem },
        abandoned_by_others: b - byCustomer - bySystem,
        ...{ ivr_abandons: givenUpIn('IVR'), queue_abandons: givenUpIn('QUEUE'), ring_abandons: givenUpIn('RING') },
        hold_abandons: givenUpIn('HOLD'),
        hold_abandon_rate: ratio(givenUpIn('HOLD'), handled.length),
      };
    })
    .filter((row) => row.offered + row.ivr_abandons + row.ring_abandons + row.hold_abandons > 0);
}

const isTimed = ({ talk_ms, hold_ms, acw_ms, focus_ms }: Leg): boolean =>
  [talk_ms, hold_ms, acw_ms, focus_ms].some((part) => part !== null);
const isHeld = ({ hold_ms, hold_count }: Leg): boolean => hold_ms !== null && (hold_ms > 0 || hold_count > 0);

/** Dialling (ms) of an outbound call that did not queue: as the source states its ringing, else up to the answer; null if unknown. */
function diallingOf({
  direction,
  channel,
  queued_at,
  offer_count,
  ring_ms,
  answered_at,
  arrived_at,
}: Leg): number | null {
  const isDialled = direction === 'OUTBOUND' && (channel === 'VOICE' || channel === 'VIDEO') && queued_at === null;
  if (!isDialled) return null;
  if (ring_ms !== null && offer_count === 0) return ring_ms;
  return answered_at === null ? null : Math.max(0, answered_at - arrived_at);
}

/** Sums and means of handled legs, for a group or for an agent. */
export function handling(handled: readonly Leg[]) {
  const [talk_ms, hold_ms, acw_ms] = [total(handled, 'talk_ms'), total(handled, 'hold_ms'), total(handled, 'acw_ms')];
  const focus_ms = total(handled, 'focus_ms');
  const timed = count(handled, isTimed);
  const handle_ms = talk_ms + hold_ms + acw_ms;
  const dial_ms = sumOf(handled, (leg) => diallingOf(leg) ?? 0);
  const focused = sumOf(handled, (leg) => leg.focus_ms ?? (leg.talk_ms ?? 0) + (leg.hold_ms ?? 0));
  return {
    ...{ handled: handled.length, handled_timed: timed, talk_ms, hold_ms, acw_ms, focus_ms, handle_ms },
    held: count(handled, isHeld),
    dial_ms,
    aht_incl_dialling_ms: ratio(handle_ms + dial_ms, handled.length),
    aht_ms: ratio(handle_ms, handled.length),
    aht_timed_ms: ratio(handle_ms, timed),
    aht_focus_ms: ratio(focused + acw_ms, timed),
    avg_hold_when_held_ms: ratio(hold_ms, count(handled, isHeld)),
  };
}

export function handleTimes(legs: readonly Leg[], question: Question): Figures[] {
  return groupsOf(legs, question)
    .map(({ figures, queued, handled }) => ({
      ...figures,
      answered: leftBy(queued, 'ANSWERED').length,
      ...handling(handled),
      hold_count: sumOf(handled, ({ hold_count }) => hold_count),
      avg_talk_ms: meanOf(handled, 'talk_ms'),
      avg_hold_all_ms: ratio(total(handled, 'hold_ms'), handled.length),
      avg_acw_ms: meanOf(handled, 'acw_ms'),
      avg_focus_ms: meanOf(handled, 'focus_ms'),
      ...dialled(handled),
    }))
    .filter(({ answered, handled }) => answered + handled > 0);
}

function dialled(handled: readonly Leg[]): Figures {
  const known = handled.map(diallingOf).filter((ms) => ms !== null);
  return {
    dialled: known.length,
    avg_dial_ms: ratio(
      sumOf(known, (ms) => ms),
      known.length,
    ),
  };
}

/** Middle of the 1 % within which a wait lies, in whole ms; below 1 ms it is 0. */
function nearWait(wait_ms: number): number {
  if (wait_ms < 1) return 0;
  const place = Math.floor(Math.log(wait_ms) / Math.log(1.01));
  return Math.round(1.01 ** (place + 0.5));
}

/** Percentiles by nearest rank of the waits themselves, told as finely as the views tell them. */
export function waitPercentiles(legs: readonly Leg[], question: Question): Figures[] {
  return groupsOf(legs, question)
    .map(({ figures, queued }) => {
      const rows = ['answered', 'abandoned'].map((how) => {
        const waits = leftBy(queued, how.toUpperCase())
          .flatMap(({ wait_ms }) => (wait_ms === null ? [] : [wait_ms]))
          .sort((a, b) => a - b);
        const at = (p: number): number | null =>
          waits.length === 0 ? null : nearWait(waits[Math.ceil((waits.length * p) / 100) - 1]);
        const percentiles = [50, 80, 90, 95, 99].map((p) => [`p${p}_${how}_wait_ms`, at(p)] as const);
        return { [`${how}_waits`]: waits.length, ...Object.fromEntries(percentiles) };
      });
      return { ...figures, ...rows[0], ...rows[1] } as Figures;
    })
    .filter(({ answered_waits, abandoned_waits }) => Number(answered_waits) + Number(abandoned_waits) > 0);
}

const kinds: Record<string, string[]> = {
  cold: ['cold', 'blind'],
  warm: ['warm', 'consult', 'attended'],
  queue: ['queue'],
  external: ['external'],
};

export function transfers(legs: readonly Leg[], question: Question): Figures[] {
  return groupsOf(legs, question)
    .map(({ figures, handled, transferred, ended }) => {
      const of = (kind: string): number =>
        count(transferred, ({ transfer_kind }) => kinds[kind].includes(transfer_kind.toLowerCase()));
      const [cold, warm, queue, external] = Object.keys(kinds).map(of);
      const [offers, unanswered_offers] = [
        sumOf(ended, ({ offer_count }) => offer_count),
        sumOf(ended, ({ unanswered_offer_count }) => unanswered_offer_count),
      ];
      return {
        ...figures,
        ...{ handled: handled.length, transfers: transferred.length },
        ...{ transfers_cold: cold, transfers_warm: warm, transfers_queue: queue, transfers_external: external },
        transfers_other: transferred.length - cold - warm - queue - external,
        transfer_rate: ratio(transferred.length, handled.length),
        cold_transfer_rate: ratio(cold, handled.length),
        warm_transfer_rate: ratio(warm, handled.length),
        queue_transfer_rate: ratio(queue, handled.length),
        external_transfer_rate: ratio(external, handled.length),
        ...{ offers, unanswered_offers, unanswered_offer_rate: ratio(unanswered_offers, offers) },
      };
    })
    .filter((row) => row.handled + row.transfers + row.offers > 0);
}
