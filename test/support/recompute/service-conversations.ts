import { classOf, dayMs, grouped, inOrder, type ServiceEvent, type StatusClass, statusOf, sum } from './service-events';

type Clock = (ms: number) => number | null;

export const conversationOf = (event: ServiceEvent): string =>
  event.case_id || event.contact_id || event.interaction_id;

/** What a case's event makes of its status; undefined when it says nothing about it. */
export function classTold(event: ServiceEvent, classes: StatusClass[]): string | undefined {
  if (!event.event_type.startsWith('case.')) return undefined;
  if (event.event_type === 'case.resolved') return 'SOLVED';
  const given = classOf(event.source_system, statusOf(event), classes);
  const instead = { 'case.opened': 'NEW', 'case.reopened': 'OPEN' }[event.event_type];
  if (instead) return given === '' || given === 'SOLVED' ? instead : given;
  return given || undefined;
}

function speakerOf(event: ServiceEvent): 'customer' | 'human' | undefined {
  const { visibility = '', private: hidden = '', public: shown = '' } = event.attributes;
  if (event.event_type !== 'message.sent' || event.direction === 'INTERNAL') return undefined;
  if (['internal', 'private'].includes(visibility) || ['true', '1'].includes(hidden)) return undefined;
  if (['false', '0'].includes(shown)) return undefined;
  if (event.actor_type === 'CUSTOMER') return 'customer';
  if (event.actor_type === 'UNKNOWN' && event.direction === 'INBOUND') return 'customer';
  return event.actor_type === 'AGENT' || event.actor_type === 'SUPERVISOR' ? 'human' : undefined;
}

/** What `conversation_metrics` says, by walking through each conversation once. `up_to` null: everything is known. */
export function recomputeConversations(
  events: ServiceEvent[],
  classes: StatusClass[],
  business: Clock,
  range: { from: number; to: number; up_to: number | null },
): Record<string, unknown>[] {
  const known = events.filter(
    (event) =>
      event.sessionised &&
      conversationOf(event) !== '' &&
      event.occurred_at >= range.from - 90 * dayMs &&
      event.occurred_at < (range.up_to ?? Number.POSITIVE_INFINITY),
  );
  const groups = grouped(known, (event) => [event.source_system, event.source_instance, conversationOf(event)]);
  return [...groups.values()]
    .map((group) => group.toSorted(inOrder))
    .filter(([first]) => first!.occurred_at >= range.from && first!.occurred_at < range.to)
    .filter((group) => group.some(({ event_type }) => event_type === 'message.sent' || event_type.startsWith('case.')))
    .map((group) => walk(group, classes, business));
}

function walk(events: ServiceEvent[], classes: StatusClass[], business: Clock): Record<string, unknown> {
  const first = events[0]!;
  const startedAt = first.occurred_at;
  const hasOpening = events.some(({ event_type }) => event_type === 'case.opened');
  const openedAt = hasOpening ? events.find((event) => event.event_type.startsWith('case.'))!.occurred_at : startedAt;

  let status = 'NEW';
  let asked = false;
  let written: number | undefined;
  let handedOff: number | undefined;
  let awaitedHandoff: number | undefined;
  let reopenedAt: number | undefined;
  let repliedAt: number | undefined;
  let firstReply: number | undefined;
  let firstHandoff: number | undefined;
  const handoffReply: [number, number][] = [];
  const waits: [number, number][] = [];
  const afterReopen: [number, number][] = [];
  const customerGaps: number[] = [];
  const solves: number[] = [];
  const spans: { status: string; from: number; to: number }[] = [];
  const count = { customer: 0, human: 0, reopens: 0 };

  for (const [index, event] of events.entries()) {
    const at = event.occurred_at;
    const speaker = speakerOf(event);
    if (speaker === 'customer') {
      count.customer++;
      written ??= at;
      if (repliedAt !== undefined) customerGaps.push(at - repliedAt);
      repliedAt = undefined;
    } else if (speaker === 'human') {
      count.human++;
      if (asked) firstReply ??= at;
      const since = handedOff ?? written;
      if (since !== undefined) waits.push([since, at]);
      if (awaitedHandoff !== undefined) handoffReply.push([awaitedHandoff, at]);
      if (reopenedAt !== undefined) afterReopen.push([reopenedAt, at]);
      written = handedOff = awaitedHandoff = reopenedAt = undefined;
      repliedAt = at;
    } else if (event.event_type === 'bot.handoff_requested') {
      handedOff ??= at;
      if (firstHandoff === undefined) firstHandoff = awaitedHandoff = at;
    }
    if (speaker === 'customer' || ['bot.handoff_requested', 'case.opened'].includes(event.event_type)) asked = true;

    const next = classTold(event, classes) ?? status;
    if (next === 'SOLVED' && status !== 'SOLVED') {
      solves.push(at);
      written = handedOff = awaitedHandoff = reopenedAt = repliedAt = undefined;
    }
    if (next !== 'SOLVED' && status === 'SOLVED') {
      count.reopens++;
      reopenedAt = at;
    }
    status = next;
    if (at >= openedAt) spans.push({ status, from: at, to: events[index + 1]?.occurred_at ?? at });
  }

  const solved = status === 'SOLVED';
  const waiting = handedOff ?? written;
  const calendar = ([from, to]: [number, number]): number => to - from;
  const inBusiness = ([from, to]: [number, number]): number | null => {
    const [start, end] = [business(from), business(to)];
    return start === null || end === null ? null : end - start;
  };
  const ifAny = <T>(pair: [number, number] | undefined, measure: (pair: [number, number]) => T): T | null =>
    pair ? measure(pair) : null;
  const total = (pairs: [number, number][], measure: (pair: [number, number]) => number | null): number | null =>
    business(startedAt) === null && measure === inBusiness ? null : sum(pairs.map((pair) => measure(pair)!));
  const timeIn = (...names: string[]): [number, number][] =>
    spans.filter((span) => names.includes(span.status)).map(({ from, to }) => [from, to]);

  const times = (measure: (pair: [number, number]) => number | null) => ({
    first_response_from_start_ms: ifAny(firstReply === undefined ? undefined : [startedAt, firstReply], measure),
    first_response_from_handoff_ms: ifAny(handoffReply[0], measure),
    first_response_from_waiting_ms: ifAny(waits[0], measure),
    response_after_reopen_ms: total(afterReopen, measure),
    total_reply_time_ms: total(waits, measure),
    first_resolution_ms: solved ? measure([openedAt, solves[0]!]) : null,
    full_resolution_ms: solved ? measure([openedAt, solves.at(-1)!]) : null,
    requester_wait_ms: solved ? total(timeIn('NEW', 'OPEN', 'ON_HOLD'), measure) : null,
    agent_wait_ms: solved ? total(timeIn('PENDING'), measure) : null,
    on_hold_ms: solved ? total(timeIn('ON_HOLD'), measure) : null,
  });
  const prefixed = Object.entries(times(inBusiness)).map(([name, value]) => [`business_${name}`, value] as const);
  return {
    source_system: first.source_system,
    source_instance: first.source_instance,
    conversation_id: conversationOf(first),
    customer_id: first.customer_id,
    channel: first.channel,
    started_at: startedAt,
    opened_at: openedAt,
    handoff_at: firstHandoff ?? null,
    first_reply_at: firstReply ?? null,
    responses_after_reopen: afterReopen.length,
    reply_count: waits.length,
    customer_response_count: customerGaps.length,
    customer_response_ms: sum(customerGaps),
    customer_message_count: count.customer,
    agent_message_count: count.human,
    is_waiting: waiting !== undefined,
    waiting_since: waiting ?? null,
    is_solved: solved,
    solve_count: solves.length,
    reopen_count: count.reopens,
    ...times(calendar),
    ...Object.fromEntries(prefixed),
  };
}
