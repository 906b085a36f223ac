import { randomUUID } from 'node:crypto';
import type { LegRow, SessionCommand, SessionEvent, SessionRow } from '../../../schemas/types';
import { isInSession, repairRanges, type TimeRange } from '../domain/repair-ranges';
import { type Ask, eventsOf, type LateEvent, legsOf, type Owned, type Request, reachMs, sessionsOf } from './questions';

/** What a round comes to, per customer. */
export interface RepairPlan {
  /** Late events that are in their sessions. */
  repaired: LateEvent[];
  /** Of customers whose sessions have too many events for one command. */
  tooLarge: LateEvent[];
  tooLargeRequests: Request[];
  commands: { command: SessionCommand; late: LateEvent[]; requests: Request[] }[];
}

export interface Wanted {
  late: readonly LateEvent[];
  requests: readonly Request[];
}

/**
 * Reads what stands for the customers concerned and what their events say, and makes commands of the difference. One
 * range of a customer at a time: a second command would be computed before the first one's change, and be refused.
 */
export async function planRepair(ask: Ask, wanted: Wanted, as_of: number, maxEvents: number): Promise<RepairPlan> {
  const plan: RepairPlan = { repaired: [], tooLarge: [], tooLargeRequests: [], commands: [] };
  const customers = [...new Set([...wanted.late, ...wanted.requests].map(({ customer_id }) => customer_id))];
  if (customers.length === 0) return plan;
  const reach = await reachMs(ask);
  const times = new Map(customers.map((id) => [id, timesOf(id, wanted)]));
  const near = new Map(customers.map((id) => [id, spanOf(repairRanges(times.get(id) as TimeRange[], [], reach))]));
  const met = groupBy(await sessionsOf(ask, near));
  // What lies around whole sessions: as far as they reach beyond what was asked for.
  const spans = new Map(
    customers.map((id) => [id, spanOf(repairRanges(times.get(id) as TimeRange[], met.get(id) ?? [], reach))]),
  );
  const all = groupBy(await sessionsOf(ask, spans));
  const events = groupBy(await eventsOf(ask, spans, maxEvents + 1));
  const legs = groupBy(await legsOf(ask, spans));
  for (const id of customers) {
    planCustomer(
      {
        id,
        late: wanted.late.filter(({ customer_id }) => customer_id === id),
        requests: wanted.requests.filter(({ customer_id }) => customer_id === id),
        sessions: all.get(id) ?? [],
        legs: legs.get(id) ?? [],
        events: events.get(id) ?? [],
        reach,
      },
      as_of,
      maxEvents,
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

function planCustomer(view: CustomerView, as_of: number, maxEvents: number, plan: RepairPlan): void {
  if (view.events.length > maxEvents) {
    plan.tooLarge.push(...view.late);
    plan.tooLargeRequests.push(...view.requests);
    return;
  }
  const times = view.events.map(({ occurred_at }) => occurred_at).sort((a, b) => a - b);
  const [repaired, waiting] = partition(view.late, ({ at }) => isInSession(at, view.sessions, times));
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
