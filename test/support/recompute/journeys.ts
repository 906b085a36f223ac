import {
  addCosts,
  addresses,
  type Costs,
  costsOf,
  day_ms,
  dayOf,
  failed,
  groupBy,
  inOrder,
  type Leg,
  labelOf,
  type Rate,
  type Row,
  ratio,
  type Session,
  sideOf,
  stepOf,
} from './rows';

export interface JourneyQuestion {
  from: number;
  to: number;
  window_days: number;
  scope: string;
  as_of: number;
}

/** A journey with its legs in order. */
export interface Journey {
  issue: string;
  sessions: Session[];
  started_at: number;
  ended_at: number;
  legs: Leg[];
  costs: Map<Leg, Costs>;
}

const sessionKey = ({ customer_id, session_id }: { customer_id: string; session_id: string }): string =>
  JSON.stringify([customer_id, session_id]);

/** Journeys that start in the range: each customer's sessions walked in order, a gap above the window begins another. */
export function journeysOf(
  sessions: readonly Session[],
  legs: readonly Leg[],
  rates: readonly Rate[],
  { from, to, window_days, scope }: JourneyQuestion,
): Journey[] {
  const costs = costsOf(legs, rates);
  const legsOf = new Map(
    groupBy(legs, (leg) => [leg.customer_id, leg.session_id]).map((of) => [sessionKey(of[0]), inOrder(of)]),
  );
  const issueOf = (session: Session): string => {
    const of = legsOf.get(sessionKey(session)) ?? [];
    if (scope === 'intent') return session.intent;
    if (scope === 'order') return of.find(({ order_id }) => order_id)?.order_id ?? '';
    if (scope === 'case') return of.find(({ case_id }) => case_id)?.case_id ?? '';
    return '';
  };
  const journeys: Session[][] = [];
  for (const own of groupBy(sessions, (session) => {
    const issue = issueOf(session);
    return [session.customer_id, issue, scope !== 'any' && issue === '' ? session.session_id : ''];
  })) {
    let open: Session[] | undefined;
    for (const session of own.sort((a, b) => a.started_at - b.started_at)) {
      const ended = open && Math.max(...open.map(({ ended_at }) => ended_at));
      if (open && ended !== undefined && session.started_at - ended <= window_days * day_ms) open.push(session);
      else {
        open = [session];
        journeys.push(open);
      }
    }
  }
  return journeys
    .map((of) => ({
      issue: issueOf(of[0]),
      sessions: of,
      started_at: of[0].started_at,
      ended_at: Math.max(...of.map(({ ended_at }) => ended_at)),
      legs: inOrder(of.flatMap((session) => legsOf.get(sessionKey(session)) ?? [])),
      costs,
    }))
    .filter(({ started_at }) => started_at >= from && started_at < to);
}

/** The legs that tell which channel the customer chose. */
const chosen = (legs: readonly Leg[]): Leg[] =>
  legs.filter(
    ({ channel, direction }) => !['TASK', 'UNKNOWN'].includes(channel) && !['OUTBOUND', 'INTERNAL'].includes(direction),
  );

interface Switch {
  from_channel: string;
  to_channel: string;
  forced: boolean;
}

function switchesOf(journey: Journey): Switch[] {
  const switches: Switch[] = [];
  let [channel, hasFailed] = ['', false];
  for (const leg of chosen(journey.legs)) {
    if (channel !== '' && leg.channel !== channel)
      switches.push({ from_channel: channel, to_channel: leg.channel, forced: hasFailed });
    if (leg.channel !== channel) hasFailed = false;
    channel = leg.channel;
    if (failed(leg)) hasFailed = true;
    if (leg.outcome === 'SUCCESS') hasFailed = false;
  }
  return switches;
}

const costOf = ({ costs }: Journey, legs: readonly Leg[]): Costs =>
  addCosts(legs.map((leg) => costs.get(leg) as Costs));

export interface JourneyRow {
  customer_id: string;
  journey_id: string;
  issue: string;
  started_at: number;
  ended_at: number;
  duration_ms: number;
  sessions: number;
  contacts: number;
  legs: number;
  intent: string;
  first_channel: string;
  channels: string[];
  switches: number;
  path: string[];
  outcome: string;
  failures_before_success: number;
  first_failed_channel: string;
  rescued_by_channel: string;
  time_to_success_ms: number | null;
  elapsed: boolean;
  durably_resolved: boolean;
  costs: Costs;
}

export function describeJourney(journey: Journey, { window_days, as_of }: JourneyQuestion): JourneyRow {
  const { legs, sessions, started_at, ended_at } = journey;
  const elements = legs.map((leg) => `${labelOf(leg)}:${leg.outcome}`);
  const success = legs.findIndex(({ outcome }) => outcome === 'SUCCESS');
  const failure = legs.findIndex(failed);
  const rescue = failure < 0 ? undefined : legs.slice(failure).find(({ outcome }) => outcome === 'SUCCESS');
  const outcome = legs.findLast((leg) => leg.outcome !== 'UNKNOWN' && leg.outcome !== 'NEUTRAL')?.outcome ?? 'UNKNOWN';
  const elapsed = ended_at + window_days * day_ms <= as_of;
  const dealings = legs.filter((leg) => addresses(leg) || (sideOf(leg) === 'HUMAN' && leg.channel !== 'TASK'));
  const channels = [...new Set(chosen(legs).map(({ channel }) => channel))];
  return {
    customer_id: sessions[0].customer_id,
    journey_id: sessions[0].session_id,
    issue: journey.issue,
    started_at,
    ended_at,
    duration_ms: ended_at - started_at,
    sessions: sessions.length,
    contacts: groupBy(dealings, ({ session_id, contact_id }) => [session_id, contact_id]).length,
    legs: legs.length,
    intent: sessions.find(({ intent }) => intent !== '')?.intent ?? '',
    first_channel: channels[0] ?? '',
    channels,
    switches: switchesOf(journey).length,
    path: elements.filter((element, place) => element !== elements[place - 1]),
    outcome,
    failures_before_success: legs.slice(0, success < 0 ? undefined : success).filter(failed).length,
    first_failed_channel: failure < 0 ? '' : labelOf(legs[failure]),
    rescued_by_channel: rescue ? labelOf(rescue) : '',
    time_to_success_ms: success < 0 ? null : legs[success].ended_at - started_at,
    elapsed,
    durably_resolved: elapsed && outcome === 'SUCCESS',
    costs: costOf(journey, legs),
  };
}

export function journeyOutcomes(rows: readonly JourneyRow[]): Row[] {
  return groupBy(rows, (row) => [dayOf(row.started_at), row.first_channel, row.intent]).map((group) => {
    const succeeded = group.filter((row) => row.time_to_success_ms !== null);
    const [withChannel, multi] = [1, 2].map((n) => group.filter(({ channels }) => channels.length >= n).length);
    const afterFailure = succeeded.filter((row) => row.failures_before_success > 0).length;
    const elapsed = group.filter((row) => row.elapsed).length;
    const durable = group.filter((row) => row.durably_resolved).length;
    return {
      day: dayOf(group[0].started_at),
      first_channel: group[0].first_channel,
      intent: group[0].intent,
      journeys: group.length,
      with_channel: withChannel,
      multi_channel: multi,
      channel_switch_rate: ratio(multi, withChannel),
      switches: group.reduce((sum, { switches }) => sum + switches, 0),
      with_success: succeeded.length,
      success_after_failure: afterFailure,
      failure_path_rate: ratio(afterFailure, succeeded.length),
      time_to_success_ms: succeeded.reduce((sum, row) => sum + (row.time_to_success_ms ?? 0), 0),
      elapsed,
      durably_resolved: durable,
      durable_rate: ratio(durable, elapsed),
    };
  });
}

export function costPerResolution(rows: readonly JourneyRow[]): Row[] {
  const closed = rows.filter(({ elapsed }) => elapsed);
  return groupBy(closed, (row) => [dayOf(row.started_at), row.intent]).flatMap((group) => {
    const total = addCosts(group.map(({ costs }) => costs));
    const durable = group.filter((row) => row.durably_resolved);
    const resolved = addCosts(durable.map(({ costs }) => costs));
    const currencies = Object.keys(total);
    return (currencies.length > 0 ? currencies : ['']).map((currency) => ({
      day: dayOf(group[0].started_at),
      intent: group[0].intent,
      currency,
      elapsed: group.length,
      durably_resolved: durable.length,
      with_cost: group.filter(({ costs }) => currency in costs).length,
      resolved_with_cost: durable.filter(({ costs }) => currency in costs).length,
      cost_minor: currency === '' ? null : total[currency],
      resolved_cost_minor: currency === '' ? null : (resolved[currency] ?? 0),
      cost_per_resolution_minor:
        currency === '' ? null : ratio(total[currency], durable.filter(({ costs }) => currency in costs).length),
    }));
  });
}

export function channelSwitches(journeys: readonly Journey[]): Row[] {
  const all = journeys.flatMap((journey) =>
    switchesOf(journey).map((one) => ({ day: dayOf(journey.started_at), ...one })),
  );
  return groupBy(all, ({ day, from_channel, to_channel }) => [day, from_channel, to_channel]).map((group) => {
    const { day, from_channel, to_channel } = group[0];
    const forced = group.filter((one) => one.forced).length;
    return { day, from_channel, to_channel, switches: group.length, forced, chosen: group.length - forced };
  });
}

export function failureSteps(journeys: readonly Journey[]): Row[] {
  const all = journeys.flatMap((journey) => {
    const { legs, sessions, started_at } = journey;
    return legs.flatMap((leg, place) => {
      if (!failed(leg)) return [];
      const after = legs.slice(place + 1);
      const next = after.findIndex((one) => failed(one) || one.outcome === 'SUCCESS');
      const debt = [leg, ...(next < 0 ? after : after.slice(0, next))];
      const rescue = after.find(({ outcome }) => outcome === 'SUCCESS');
      const session = sessions.find(({ session_id }) => session_id === leg.session_id) as Session;
      return {
        key: [dayOf(started_at), stepOf(leg), labelOf(leg), session.intent, rescue ? labelOf(rescue) : ''],
        session: sessionKey(session),
        journey: sessionKey(sessions[0]) + journey.issue,
        spent_ms: debt.reduce((sum, one) => sum + one.ended_at - one.arrived_at, 0),
        delay_ms: rescue ? rescue.arrived_at - leg.arrived_at : 0,
        costs: costOf(journey, debt),
      };
    });
  });
  return groupBy(all, ({ key }) => key).map((group) => {
    const [day, failure_step, failed_channel, intent, rescued_by] = group[0].key;
    return {
      day,
      failure_step,
      failed_channel,
      intent,
      rescued_by,
      failed_legs: group.length,
      sessions: new Set(group.map(({ session }) => session)).size,
      journeys: new Set(group.map(({ journey }) => journey)).size,
      spent_ms: group.reduce((sum, one) => sum + one.spent_ms, 0),
      delay_ms: group.reduce((sum, one) => sum + one.delay_ms, 0),
      costs: addCosts(group.map((one) => one.costs)),
    };
  });
}
