import { localDay } from './service-clocks';
import { grouped, ratio, sum } from './service-events';

type Row = Record<string, unknown>;
type Conversation = Record<string, unknown> & { started_at: number; channel: string; is_solved: boolean };

/** What `response_daily` says: the rows of `conversation_metrics`, added up by local day and channel. */
export function recomputeResponses(conversations: readonly Row[], zone: string): Row[] {
  const rows = conversations as readonly Conversation[];
  const groups = grouped([...rows], ({ started_at, channel }) => [localDay(started_at, zone), channel]);
  return [...groups.values()].map((group) => {
    const numbers = (name: string): number[] =>
      group.map((row) => row[name]).filter((value): value is number => typeof value === 'number');
    const known = numbers('business_total_reply_time_ms').length > 0;
    const solved = group.filter(({ is_solved }) => is_solved);
    const count = (name: string): number => sum(numbers(name));
    /** Sum and mean on both clocks; business time is NULL where nothing of it is known. */
    const both = (name: string, divisor: number, count_of_rows = divisor, as = name): Row => {
      const business = numbers(`business_${name}`);
      const business_ms = known && (count_of_rows > 0 || business.length > 0) ? sum(business) : null;
      return {
        [name]: sum(numbers(name)),
        [`avg_${as}`]: ratio(sum(numbers(name)), divisor),
        [`business_${name}`]: business_ms,
        [`avg_business_${as}`]: business_ms === null ? null : ratio(business_ms, divisor),
      };
    };
    const first = (name: string): Row => {
      const times = numbers(name);
      return { ...both(name, times.length), [`median_${name}`]: median(times) };
    };
    const [replies, reopened] = [count('reply_count'), count('responses_after_reopen')];
    const [gaps, ends] = [count('customer_response_count'), solved.length];
    const reopens = sum(solved.map((row) => row.reopen_count as number));
    return {
      ...{ day: localDay(group[0]!.started_at, zone), channel: group[0]!.channel, conversations: group.length },
      first_responses: numbers('first_response_from_start_ms').length,
      ...first('first_response_from_start_ms'),
      handoff_responses: numbers('first_response_from_handoff_ms').length,
      ...first('first_response_from_handoff_ms'),
      waiting_responses: numbers('first_response_from_waiting_ms').length,
      ...first('first_response_from_waiting_ms'),
      ...{ responses_after_reopen: reopened, reply_count: replies, customer_response_count: gaps, solved: ends },
      ...both('response_after_reopen_ms', reopened, group.length),
      ...both('total_reply_time_ms', replies, group.length, 'reply_time_ms'),
      customer_response_ms: count('customer_response_ms'),
      avg_customer_response_ms: ratio(count('customer_response_ms'), gaps),
      ...both('first_resolution_ms', ends),
      ...both('full_resolution_ms', ends),
      ...both('requester_wait_ms', ends),
      ...both('agent_wait_ms', ends),
      ...both('on_hold_ms', ends),
      ...{ reopens, reopen_rate: ratio(reopens, ends) },
    };
  });
}

/** The middle one, or the mean of the two middle ones. */
function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]];
  return low === undefined || high === undefined ? null : (low + high) / 2;
}
