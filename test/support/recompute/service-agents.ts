import { dayAfter, localDay, startOfDay } from './service-clocks';
import {
  classOf,
  dayMs,
  grouped,
  inOrder,
  ratio,
  type ServiceEvent,
  type StatusClass,
  statusOf,
  sum,
} from './service-events';

export interface Plan {
  agent_id: string;
  starts_at: number;
  ends_at: number;
  activity: string;
}

/** A leg with an agent; durations null where unknown, handled_at null while it is not complete. */
export interface AgentLeg {
  agent_id: string;
  arrived_at: number;
  answered_at: number;
  ended_at: number;
  handled_at: number | null;
  talk_ms: number | null;
  hold_ms: number | null;
  acw_ms: number | null;
}

const onQueueClasses = ['AVAILABLE', 'ON_CONTACT', 'ACW'];

/** What `agent_time` says of one agent and local day, by asking at every piece of time what holds there. */
export function recomputeAgentTime(
  events: ServiceEvent[],
  plans: Plan[],
  legs: AgentLeg[],
  classes: StatusClass[],
  range: { from: number; to: number; zone: string },
): Record<string, unknown>[] {
  const { from, to, zone } = range;
  const statuses = events.filter(
    (event) =>
      event.event_type === 'agent.status_changed' && event.occurred_at >= from - 31 * dayMs && event.occurred_at < to,
  );
  const byAgent = grouped(statuses, (event) => [event.actor_id]);
  for (const plan of plans) {
    const key = JSON.stringify([plan.agent_id]);
    if (!byAgent.has(key)) byAgent.set(key, []);
  }
  const midnights: number[] = [];
  for (let day = localDay(from, zone); day <= localDay(to, zone); day = dayAfter(day))
    midnights.push(startOfDay(day, zone));

  const rows: Record<string, unknown>[] = [];
  for (const [key, unsorted] of byAgent) {
    const [agent_id] = JSON.parse(key) as [string];
    const history = unsorted.toSorted(inOrder);
    const ownPlans = plans.filter((plan) => plan.agent_id === agent_id && plan.ends_at > plan.starts_at);
    const ownLegs = legs.filter((leg) => leg.agent_id === agent_id);
    const endOf = (leg: AgentLeg): number => leg.handled_at ?? leg.ended_at;
    const classAt = (ms: number): string | undefined => {
      const event = history.findLast(({ occurred_at }) => occurred_at <= ms);
      return event && (classOf(event.source_system, statusOf(event), classes) || 'UNKNOWN');
    };
    const planAt = (ms: number): string | undefined => {
      const latest = ownPlans.filter((plan) => plan.starts_at <= ms).sort((a, b) => b.starts_at - a.starts_at)[0];
      return latest && ms < latest.ends_at ? latest.activity : undefined;
    };
    const boundaries = [
      from,
      to,
      ...midnights,
      ...history.map(({ occurred_at }) => occurred_at),
      ...ownPlans.flatMap((plan) => [plan.starts_at, plan.ends_at]),
      ...ownLegs.flatMap((leg) => [leg.answered_at, endOf(leg)]),
    ];
    const cuts = [...new Set(boundaries)].filter((ms) => ms >= from && ms <= to).sort((a, b) => a - b);
    const pieces = cuts.slice(0, -1).map((start, index) => {
      const given = classAt(start);
      const plan = planAt(start);
      const inContact = ownLegs.some((leg) => leg.answered_at <= start && start < endOf(leg));
      let doing = given;
      if (given === 'ACW' || (given === 'AVAILABLE' && inContact)) doing = 'ON_CONTACT';
      if ((given === undefined || given === 'OFFLINE') && plan === 'ABSENCE') doing = 'ABSENCE';
      return { day: localDay(start, zone), ms: cuts[index + 1]! - start, given, plan, doing };
    });

    for (const [dayKey, ofDay] of grouped(pieces, (piece) => [piece.day])) {
      const [day] = JSON.parse(dayKey) as [string];
      const endOfDay = startOfDay(dayAfter(day), zone);
      if (ofDay.every(({ given, plan }) => given === undefined && plan === undefined)) continue;
      type Piece = (typeof ofDay)[number];
      const time = (fits: (piece: Piece) => boolean): number => sum(ofDay.filter(fits).map(({ ms }) => ms));
      const doing = (name: string): number => time((piece) => piece.doing === name);
      const isOnQueue = (piece: Piece): boolean => piece.doing === 'AVAILABLE' || piece.doing === 'ON_CONTACT';
      const isPlannedOnQueue = ({ plan }: Piece): boolean => plan !== undefined && onQueueClasses.includes(plan);
      const isPlanned = ({ plan }: Piece): boolean => plan !== undefined && plan !== 'OFFLINE' && plan !== 'ABSENCE';
      const keepsTo = (piece: Piece): boolean =>
        isPlannedOnQueue(piece) ? isOnQueue(piece) : piece.doing === piece.plan;
      const handled = ownLegs.filter(
        ({ handled_at }) =>
          handled_at !== null && handled_at >= from && handled_at < to && localDay(handled_at, zone) === day,
      );
      const timed = handled.filter((leg) => (leg.talk_ms ?? leg.hold_ms ?? leg.acw_ms) !== null);
      const handle_ms = sum(handled.map((leg) => (leg.talk_ms ?? 0) + (leg.hold_ms ?? 0) + (leg.acw_ms ?? 0)));
      const paid_ms = time((piece) => piece.doing !== undefined && piece.doing !== 'OFFLINE');
      const internal = doing('BREAK') + doing('TRAINING') + doing('MEETING');
      const scheduled_ms = time(isPlanned);
      const adherent_ms = time((piece) => isPlanned(piece) && keepsTo(piece));
      const on_queue_ms = time(isOnQueue);
      rows.push({
        day,
        agent_id,
        team: history.findLast(({ occurred_at }) => occurred_at < Math.min(to, endOfDay))?.actor_team ?? '',
        available_ms: doing('AVAILABLE'),
        on_contact_ms: doing('ON_CONTACT'),
        break_ms: doing('BREAK'),
        training_ms: doing('TRAINING'),
        meeting_ms: doing('MEETING'),
        absence_ms: doing('ABSENCE'),
        unclassified_ms: doing('UNKNOWN'),
        offline_ms: doing('OFFLINE'),
        paid_ms,
        occupancy: ratio(doing('ON_CONTACT'), doing('ON_CONTACT') + doing('AVAILABLE')),
        handled: handled.length,
        handled_timed: timed.length,
        handle_ms,
        utilisation: handled.length > 0 && timed.length === 0 ? null : ratio(handle_ms, paid_ms),
        utilisation_wall: ratio(doing('ON_CONTACT'), paid_ms),
        shrinkage_internal_ms: internal,
        shrinkage_external_ms: doing('ABSENCE'),
        shrinkage: ratio(internal + doing('ABSENCE'), paid_ms),
        shrinkage_internal: ratio(internal, paid_ms),
        shrinkage_external: ratio(doing('ABSENCE'), paid_ms),
        scheduled_ms,
        adherent_ms,
        adherence: ratio(adherent_ms, scheduled_ms),
        scheduled_on_queue_ms: time(isPlannedOnQueue),
        on_queue_ms,
        conformance: ratio(on_queue_ms, time(isPlannedOnQueue)),
      });
    }
  }
  return rows;
}
