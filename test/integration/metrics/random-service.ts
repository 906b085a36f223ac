import {
  type AgentLeg,
  dayMs,
  type OpeningHours,
  type Plan,
  type ServedLeg,
  type ServiceEvent,
  startOfDay,
} from '../../support/recompute/service';
import { hour, minute, serviceEvent } from './service-rows';

export const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kathmandu'];

interface Schedule {
  hours: OpeningHours[];
  holidays: string[];
  zone: string;
}

/** Events of every kind that the metrics read, and the tables beside them. */
export interface RandomService {
  events: ServiceEvent[];
  plans: Plan[];
  legs: object[];
  agentLegs: AgentLeg[];
  servedLegs: ServedLeg[];
  schedules: Record<string, Schedule>;
}

/**
 * A few thousand events, the same for the same seed. They crowd on purpose: ids that several systems share, equal times,
 * local midnights, times on and about the borders of the range.
 */
export function randomService(seed: number, range: { from: number; to: number }): RandomService {
  const random = generator(seed);
  const int = (from: number, to: number): number => from + Math.floor(random() * (to - from + 1));
  const pick = <T>(of: readonly T[]): T => of[int(0, of.length - 1)]!;
  const maybe = <T>(chance: number, value: T, otherwise: T): T => (random() < chance ? value : otherwise);
  const midnights = zones.flatMap((zone) =>
    ['2026-03-08', '2026-03-29', '2026-03-30'].map((day) => startOfDay(day, zone)),
  );
  const someTime = (before: number, after: number): number => {
    const kind = random();
    if (kind < 0.05) return pick([range.from, range.to, range.from - 1, range.to - 1, ...midnights]);
    const time = range.from - before + Math.floor(random() * (range.to - range.from + before + after));
    return kind < 0.5 ? time - (time % (15 * minute)) : time;
  };
  const common = (): Partial<ServiceEvent> => ({
    source_system: pick(['desk', 'twilio', 'chatwoot']),
    source_instance: pick(['', 'b']),
    source_sequence: maybe(0.5, null, int(0, 3)),
    channel: pick(['CHAT', 'EMAIL', 'MESSAGING']),
  });
  const many = <T>(count: number, make: (index: number) => T): T[] =>
    Array.from({ length: count }, (_, index) => make(index));

  const agents = many(9, (index) => `agent-${index}`);
  const statuses = [
    'Available',
    'On call',
    'Busy',
    'ACW',
    'Lunch',
    'Training',
    'Team Meeting',
    'Offline',
    'Sick',
    'Mystery',
    '',
  ];
  const staff = many(1200, () =>
    serviceEvent({
      ...common(),
      event_type: 'agent.status_changed',
      occurred_at: someTime(40 * dayMs, 2 * dayMs),
      customer_id: '',
      sessionised: false,
      actor_type: 'AGENT',
      // The last of them seldom: what was set long before is not known.
      actor_id: agents[int(0, int(0, 8))]!,
      actor_team: pick(['', 'north', 'south']),
      ...maybe(0.9, { attributes: { status: pick(statuses) } }, { outcome_code: pick(statuses) }),
    }),
  );
  const activities = ['AVAILABLE', 'ON_CONTACT', 'ACW', 'BREAK', 'TRAINING', 'MEETING', 'OFFLINE', 'ABSENCE'];
  const starts = new Set(many(400, () => `${pick(agents)}|${someTime(2 * dayMs, dayMs)}`));
  const plans = [...starts].map((text): Plan => {
    const [agent_id, start] = text.split('|');
    const starts_at = Number(start);
    return { agent_id: agent_id!, starts_at, ends_at: starts_at + int(0, 12) * hour, activity: pick(activities) };
  });

  const types = [
    ...many(8, () => 'message.sent'),
    ...['bot.handoff_requested', 'agent.joined', 'interaction.started', 'message.read'],
    ...['case.opened', 'case.status_changed', 'case.status_changed', 'case.reopened', 'case.resolved', 'case.resolved'],
  ];
  const caseStatuses = ['new', 'open', 'Pending', 'on-hold', 'solved', 'CLOSED', 'unheard of', ''];
  const attributes = (type: string): Record<string, string> => {
    if (type.startsWith('case.')) return maybe<Record<string, string>>(0.8, { status: pick(caseStatuses) }, {});
    return pick<Record<string, string>>([
      {},
      {},
      {},
      {},
      {},
      { private: 'true' },
      { public: 'false' },
      { visibility: 'internal' },
    ]);
  };
  const talk = many(330, (index) => {
    const start = someTime(100 * dayMs * Number(index % 5 === 0), 3 * dayMs);
    const { source_system, source_instance, channel } = common();
    const name = `k${index % 300}`;
    const ids = pick([
      { case_id: name },
      { contact_id: name },
      { interaction_id: name },
      { case_id: name, contact_id: 'shared' },
    ]);
    let time = start;
    return many(int(1, 16), () => {
      time += pick([0, 1, minute, 10 * minute, 3 * hour, 2 * dayMs]) * int(0, 3);
      const event_type = pick(types);
      return serviceEvent({
        ...common(),
        ...ids,
        source_system,
        source_instance,
        channel: maybe(0.8, channel!, 'TASK'),
        event_type,
        occurred_at: time,
        customer_id: `c${index % 70}`,
        sessionised: event_type !== 'message.read',
        direction: pick(['INBOUND', 'INBOUND', 'OUTBOUND', 'UNKNOWN', 'INTERNAL']),
        actor_type: pick(['CUSTOMER', 'CUSTOMER', 'AGENT', 'AGENT', 'BOT', 'SYSTEM', 'UNKNOWN', 'SUPERVISOR']),
        attributes: attributes(event_type),
        // Of few binary digits, so that sums are exact in any order.
        ...maybe(0.4, { emotion_score: int(-16, 16) / 16, emotion_model: pick(['tone', 'speech', '']) }, {}),
      });
    });
  }).flat();

  const kinds = ['CSAT', 'NPS', 'CES', 'FCR', 'UNKNOWN'];
  const scales = [
    [null, null],
    [null, null],
    [1, 5],
    [0, 10],
    [1, 7],
    [0, 1],
    [5, 1],
    [3, 3],
  ] as const;
  const surveys = many(700, () => {
    const [survey_scale_min, survey_scale_max] = pick(scales);
    return serviceEvent({
      ...common(),
      event_type: pick(['survey.invited', 'survey.answered']),
      occurred_at: someTime(20 * dayMs, 20 * dayMs),
      customer_id: `c${int(0, 69)}`,
      sessionised: false,
      interaction_id: maybe(0.7, `s${int(0, 60)}`, ''),
      contact_id: maybe(0.5, `k${int(0, 20)}`, ''),
      survey_kind: pick(kinds),
      survey_score: maybe(0.9, int(0, 10), null),
      survey_scale_min,
      survey_scale_max,
    });
  });

  const legs = many(900, (index) => {
    const arrived_at = someTime(35 * dayMs, 2 * dayMs);
    const answered_at = arrived_at + pick([0, 1, minute, hour]);
    const ended_at = answered_at + pick([0, minute, 10 * minute, hour, 9 * hour]);
    const duration = (): number | null => maybe(0.6, int(0, 30) * minute, null);
    return {
      leg_id: `leg-${index}`,
      customer_id: `c${int(0, 69)}`,
      contact_id: `k${int(0, 20)}`,
      interaction_id: `s${int(0, 60)}`,
      agent_id: maybe(0.9, pick(agents), ''),
      queue: pick(['q1', 'q2']),
      channel: pick(['VOICE', 'CHAT']),
      arrived_at,
      answered_at,
      ended_at,
      handled_at: maybe<number | null>(0.8, ended_at, null),
      talk_ms: duration(),
      hold_ms: duration(),
      acw_ms: duration(),
    };
  });

  return {
    events: [...staff, ...talk, ...surveys],
    plans,
    legs,
    agentLegs: legs.filter(({ agent_id }) => agent_id !== ''),
    servedLegs: legs.filter(({ agent_id }) => agent_id !== ''),
    schedules: { berlin: schedule('Europe/Berlin'), 'new york': schedule('America/New_York') },
  };

  function schedule(zone: string): Schedule {
    // Mostly the small hours of Sundays, when clocks change.
    const clock = (): string =>
      `${String(int(0, maybe(0.5, 4, 23))).padStart(2, '0')}:${pick(['00', '00', '30', '59'])}`;
    const rows = many(
      30,
      (): OpeningHours => ({
        weekday: maybe(0.5, 7, int(1, 6)),
        opens_at: clock(),
        closes_at: maybe(0.2, '24:00', clock()),
        valid_from: pick(['1970-01-01', '2026-03-15']),
        valid_to: pick(['2149-06-06', '2026-03-31']),
      }),
    );
    const keyOf = (row: OpeningHours): string => `${row.weekday} ${row.opens_at} ${row.valid_from}`;
    const hours = rows.filter((row, index) => rows.findIndex((other) => keyOf(other) === keyOf(row)) === index);
    return { hours, holidays: ['2026-03-10', '2026-03-28'], zone };
  }
}

/** Mulberry32: numbers from 0 to 1 that follow from the seed. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
