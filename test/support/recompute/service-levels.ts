import { localDay } from './service-clocks';
import { conversationOf } from './service-conversations';
import { grouped, ratio, type ServiceEvent } from './service-events';

type Row = Record<string, unknown>;

interface Conversation {
  source_system: string;
  source_instance: string;
  conversation_id: string;
  handoff_at: number | null;
  started_at: number;
  channel: string;
  first_response_from_waiting_ms: number | null;
  business_first_response_from_waiting_ms: number | null;
  business_total_reply_time_ms: number | null;
  waiting_since: number | null;
  is_solved: boolean;
  agent_message_count: number;
  customer_message_count: number;
}

/** What `response_levels` says of rows of `conversation_metrics`; `known_to` is what nobody has answered until then. */
export function recomputeResponseLevels(
  conversations: readonly Row[],
  events: readonly ServiceEvent[],
  { zone, target_seconds, known_to }: { zone: string; target_seconds: number; known_to: number },
): Row[] {
  const target_ms = target_seconds * 1000;
  const rows = conversations as unknown as Conversation[];
  const key = (...of: string[]): string => JSON.stringify(of);
  const withBots = new Set(
    events
      .filter((event) => event.sessionised && (event.event_type.startsWith('bot.') || event.actor_type === 'BOT'))
      .map((event) => key(event.source_system, event.source_instance, conversationOf(event))),
  );
  const isWithBot = ({ source_system, source_instance, conversation_id, handoff_at }: Conversation): boolean =>
    handoff_at === null && withBots.has(key(source_system, source_instance, conversation_id));
  const groups = grouped(rows, ({ started_at, channel }) => [localDay(started_at, zone), channel]);
  return [...groups.values()].map((group) => {
    const count = (fits: (row: Conversation) => boolean): number => group.filter(fits).length;
    const answered = count((row) => row.first_response_from_waiting_ms !== null);
    const in_target = count(({ first_response_from_waiting_ms: ms }) => ms !== null && ms <= target_ms);
    const open = group.filter((row) => row.first_response_from_waiting_ms === null && row.waiting_since !== null);
    const waiting = open.filter((row) => !isWithBot(row)).map((row) => known_to - row.waiting_since!);
    const overdue = waiting.filter((ms) => ms > target_ms).length;
    const has_hours = group.some((row) => row.business_total_reply_time_ms !== null);
    const business = count(({ business_first_response_from_waiting_ms: ms }) => ms !== null && ms <= target_ms);
    const [solved, one_touch, one_request] = [
      count((row) => row.is_solved),
      count((row) => row.is_solved && row.agent_message_count === 1),
      count((row) => row.is_solved && row.customer_message_count <= 1),
    ];
    return {
      ...{ day: localDay(group[0]!.started_at, zone), channel: group[0]!.channel },
      ...{
        asked: answered + waiting.length,
        with_bot: open.length - waiting.length,
        answered,
        in_target,
        overdue,
        undecided: waiting.length - overdue,
      },
      response_level: ratio(in_target, answered + overdue),
      business_in_target: has_hours ? business : null,
      business_answer_level: has_hours ? ratio(business, answered) : null,
      ...{ solved, one_touch, one_touch_rate: ratio(one_touch, solved) },
      ...{ one_request, one_request_rate: ratio(one_request, solved) },
    };
  });
}
