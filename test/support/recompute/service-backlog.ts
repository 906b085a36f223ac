import { dayAfter, localDay, startOfDay } from './service-clocks';
import { classTold, conversationOf } from './service-conversations';
import { dayMs, grouped, inOrder, type ServiceEvent, type StatusClass } from './service-events';

interface OpenCase {
  channel: string;
  class: string;
  openedAt: number;
}

const caseTypes = ['case.opened', 'case.status_changed', 'case.reopened', 'case.resolved'];

function casesOf(events: ServiceEvent[]): ServiceEvent[][] {
  const ofCases = events.filter((event) => caseTypes.includes(event.event_type) && conversationOf(event) !== '');
  const groups = grouped(ofCases, (event) => [event.source_system, event.source_instance, conversationOf(event)]);
  return [...groups.values()].map((group) => group.toSorted(inOrder));
}

/** The cases open after those events. */
function openAfter(events: ServiceEvent[], classes: StatusClass[]): OpenCase[] {
  return casesOf(events)
    .map((group) => ({
      channel: group[0]!.channel,
      class: group.reduce((status, event) => classTold(event, classes) ?? status, 'NEW'),
      openedAt: group[0]!.occurred_at,
    }))
    .filter((it) => it.class !== 'SOLVED');
}

function ages(cases: OpenCase[], at: number): Record<string, number> {
  const between = (fromDays: number, toDays: number): number =>
    cases.filter(({ openedAt }) => at - openedAt >= fromDays * dayMs && at - openedAt < toDays * dayMs).length;
  return {
    open_cases: cases.length,
    age_under_1d: between(Number.NEGATIVE_INFINITY, 1),
    age_1d_to_3d: between(1, 3),
    age_3d_to_7d: between(3, 7),
    age_7d_to_30d: between(7, 30),
    age_over_30d: between(30, Number.POSITIVE_INFINITY),
  };
}

/** What `backlog` says at a time (epoch ms). */
export function recomputeBacklog(
  events: ServiceEvent[],
  classes: StatusClass[],
  at: number,
): Record<string, unknown>[] {
  const read = events.filter(({ occurred_at }) => occurred_at >= at - 400 * dayMs && occurred_at <= at);
  return [...grouped(openAfter(read, classes), (it) => [it.channel, it.class]).values()].map((cases) => {
    const oldest = Math.min(...cases.map(({ openedAt }) => openedAt));
    return {
      channel: cases[0]!.channel,
      class: cases[0]!.class,
      ...ages(cases, at),
      oldest_opened_at: oldest,
      oldest_open_age_ms: at - oldest,
    };
  });
}

/** What `backlog_daily` says: each day looked at afresh from all that happened before its end. */
export function recomputeBacklogDaily(
  events: ServiceEvent[],
  classes: StatusClass[],
  { from, to, zone }: { from: number; to: number; zone: string },
): Record<string, unknown>[] {
  const read = events.filter(({ occurred_at }) => occurred_at >= from - 400 * dayMs && occurred_at <= to);
  const cases = casesOf(read);
  const channels = [...new Set(cases.map(([first]) => first!.channel))];
  const rows: Record<string, unknown>[] = [];
  for (let day = localDay(from, zone); startOfDay(dayAfter(day), zone) <= to; day = dayAfter(day)) {
    const [start, end] = [startOfDay(day, zone), startOfDay(dayAfter(day), zone)];
    const open = openAfter(
      read.filter(({ occurred_at }) => occurred_at < end),
      classes,
    );
    for (const channel of channels) {
      const flow = { opened: 0, reopened: 0, solved: 0 };
      for (const group of cases.filter(([first]) => first!.channel === channel)) {
        let status = 'NEW';
        for (const [index, event] of group.entries()) {
          const next = classTold(event, classes) ?? status;
          if (event.occurred_at >= start && event.occurred_at < end) {
            if (index === 0) flow.opened++;
            if (status === 'SOLVED' && next !== 'SOLVED') flow.reopened++;
            if (status !== 'SOLVED' && next === 'SOLVED') flow.solved++;
          }
          status = next;
        }
      }
      const ofChannel = open.filter((it) => it.channel === channel);
      const oldest = ofChannel.length > 0 ? end - Math.min(...ofChannel.map(({ openedAt }) => openedAt)) : null;
      rows.push({ day, snapshot_at: end, channel, ...flow, ...ages(ofChannel, end), oldest_open_age_ms: oldest });
    }
  }
  return rows;
}
