import { randomUUID } from 'node:crypto';
import type { LegRow, SessionCommand, SessionEvent, SessionRow } from '../../../schemas/types';
import { isInSession, repairRanges, type TimeRange } from '../domain/repair-ranges';
import {
  type Ask,
  countsOf,
  eventsOf,
  type LateEvent,
  legsOf,
  type Owned,
  type Request,
  reachMs,
  sessionsOf,
} from './questions';

/** What a round comes to, per customer. */
export interface RepairPlan {
  /** Late events that are in their sessions. */
  repaired: LateEvent[];
  /** Of customers whose sessions have too many events for one command. */
  tooLarge: LateEvent[];
  tooLargeRequests: Request[];
  commands: { command: SessionCommand; late: LateEvent[]; requests: Request[] }[];
}

export interface Limits {
  /** Of one customer's range. */
  maxEvents: number;
  /** Of all customers of a round together: what is read is held in memory. */
  maxRoundEvents: number;
}

export interface Wanted {
  late: readonly LateEvent[];
  requests: readonly Request[];
}

/**
 * Reads what stands for the customers concerned and what their events say, and makes commands of the difference. One
 * range of a customer at a time: a second command would be computed before the first one's change, and be refused.
 */
export async function planRepair(ask: Ask, wanted: Wanted, as_of: number, limits: Limits): Promise<RepairPlan> {
  const plan: RepairPlan = { repaired: [], tooLarge: [], tooLargeRequests: [], commands: [] };
  const customers = [...new Set([...wanted.late, ...wanted.requests].map(({ customer_id }) => customer_id))];
  if (customers.length === 0) return plan;
  const reach = await reachMs(ask);
  const times = new Map(customers.map((id) => [id, timesOf(id, wanted)]));
  const near = new Map(customers.map((id) => [id, spanOf(repairRanges(times.get(id) as TimeRange[], [], reach))]));
  // All that the ranges below can meet: they are widened by whole sessions only, and those of one customer never overlap.
  const sessions = groupBy(await sessionsOf(ask, near));
  const firsts = new Map(
    customers.map((id) => [id, repairRanges(times.get(id) as TimeRange[], sessions.get(id) ?? [], reach)[0]]),
  );
  const lateIds = wanted.late.map(({ event_id }) => event_id);
  const { spans, tooLarge } = bySize(firsts, await countsOf(ask, firsts), limits);
  for (const id of tooLarge) refuse(id, firsts.get(id) as TimeRange, wanted, plan);
  if (spans.size === 0) return plan;
  const events = groupBy(await eventsOf(ask, spans, lateIds));
  const legs = groupBy(await legsOf(ask, spans));
  for (const [id, range] of spans) {
    planCustomer(
      {
        id,
        ...within(id, range, wanted),
        sessions: sessions.get(id) ?? [],
        legs: legs.get(id) ?? [],
        events: events.get(id) ?? [],
        reach,
      },
      as_of,
      plan,
    );
  }
  return plan;
}

interface CustomerView {
  id: string;
  late: LateEvent[];
  requests: Request[];
  sessions: Owned<SessionRow>[];
  legs: Owned<LegRow>[];
  events: Owned<SessionEvent>[];
  reach: number;
}

/** What of a customer's wishes lies in a range. */
function within(id: string, range: TimeRange, { late, requests }: Wanted): { late: LateEvent[]; requests: Request[] } {
  return {
    late: late.filter(({ customer_id, at }) => customer_id === id && at >= range.from && at <= range.to),
    requests: requests.filter(
      ({ customer_id, from, to }) => customer_id === id && from <= range.to && to >= range.from,
    ),
  };
}

function refuse(id: string, range: TimeRange, wanted: Wanted, plan: RepairPlan): void {
  const { late, requests } = within(id, range, wanted);
  plan.tooLarge.push(...late);
  plan.tooLargeRequests.push(...requests);
}

/** Customers whose range holds too much for ever, and as many of the others as one round takes. */
function bySize(
  ranges: ReadonlyMap<string, TimeRange>,
  counts: ReadonlyMap<string, number>,
  { maxEvents, maxRoundEvents }: Limits,
): { spans: Map<string, TimeRange>; tooLarge: string[] } {
  const tooLarge = [...ranges.keys()].filter((id) => (counts.get(id) ?? 0) > maxEvents);
  const spans = new Map<string, TimeRange>();
  let sum = 0;
  for (const [id, range] of ranges) {
    const count = counts.get(id) ?? 0;
    if (count > maxEvents || (spans.size > 0 && sum + count > maxRoundEvents)) continue;
    sum += count;
    spans.set(id, range);
  }
  return { spans, tooLarge };
}

function planCustomer(view: CustomerView, as_of: number, plan: RepairPlan): void {
  // Sessions newer than as_of may hold events that are not loaded yet: their counts could agree by chance.
  const sessions = view.sessions.filter(({ version }) => version <= as_of);
  const times = (events: readonly SessionEvent[]) => events.map(({ occurred_at }) => occurred_at).sort((a, b) => a - b);
  const all = times(view.events);
  // Sent again so late that enrich took it for another, an event is twice in `interactions` and once in its session.
  const once = times([...new Map(view.events.map((event) => [event.event_id, event])).values()]);
  const isRepaired = ({ at }: LateEvent): boolean => isInSession(at, sessions, all) || isInSession(at, sessions, once);
  const [repaired, waiting] = partition(view.late, isRepaired);
  plan.repaired.push(...repaired);
  const wanted = [...waiting.map(({ at }) => ({ from: at, to: at })), ...view.requests];
  const [range] = repairRanges(wanted, view.sessions, view.reach);
  if (!range) return;
  const isWithin = (at: number): boolean => at >= range.from && at <= range.to;
  const command: SessionCommand = {
    command_id: randomUUID(),
    kind: 'repair',
    customer_id: view.id,
    as_of,
    issued_at: Date.now(),
    sessions: view.sessions.filter(({ started_at }) => isWithin(started_at)),
    legs: view.legs.filter(({ arrived_at }) => isWithin(arrived_at)),
    events: view.events.filter(({ occurred_at }) => isWithin(occurred_at)),
    erased_through: null,
  };
  plan.commands.push({
    command,
    late: waiting.filter(({ at }) => isWithin(at)),
    requests: view.requests.filter(({ from, to }) => from <= range.to && to >= range.from),
  });
}

const timesOf = (id: string, { late, requests }: Wanted): TimeRange[] => [
  ...late.filter(({ customer_id }) => customer_id === id).map(({ at }) => ({ from: at, to: at })),
  ...requests.filter(({ customer_id }) => customer_id === id),
];

const spanOf = (ranges: readonly TimeRange[]): TimeRange => ({
  from: ranges.reduce((least, { from }) => Math.min(least, from), Number.POSITIVE_INFINITY),
  to: ranges.reduce((most, { to }) => Math.max(most, to), Number.NEGATIVE_INFINITY),
});

function groupBy<Row extends { customer_id: string }>(rows: readonly Row[]): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const group = groups.get(row.customer_id);
    if (group) group.push(row);
    else groups.set(row.customer_id, [row]);
  }
  return groups;
}

function partition<T>(items: readonly T[], test: (item: T) => boolean): [T[], T[]] {
  return [items.filter(test), items.filter((item) => !test(item))];
}
