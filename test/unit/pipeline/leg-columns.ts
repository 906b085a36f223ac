import type { LegRow } from '../../../schemas/types';
import type { Seen } from '../../simulator/core/event';
import { sessionise } from '../../simulator/truth/sessionise';
import type { PipelineResult } from './pure-pipeline';

/** Columns of a leg that the rules and the simulation's truth both know. */
export const columns = [
  'leg_id',
  'session_id',
  'interaction_id',
  'contact_id',
  'channel',
  'queue',
  'arrived_at',
  'queued_at',
  'answered_at',
  'ended_at',
  'wait_ms',
  'left_by',
  'failure_step',
  'outcome',
  'short_abandoned',
  'transferred',
  'resolved_by',
  'goal',
  'case_id',
  'order_id',
  'hold_count',
  'unanswered_offer_count',
  'customer_message_count',
  'agent_message_count',
  'bot_message_count',
  'first_reply_at',
  'abandoned_in',
  'contact_intent',
  'cost_minor',
  'cost_currency',
  'emotion_start',
  'emotion_end',
  'agent_id',
  'direction',
  'intent',
  'talk_ms',
  'hold_ms',
  'acw_ms',
  'ring_ms',
  'ivr_ms',
  'focus_ms',
  'offer_count',
  'handled_at',
  'flow_out_kind',
  'disconnect_by',
  'transfer_kind',
] as const satisfies readonly (keyof LegRow)[];
export type Compared = Pick<LegRow, (typeof columns)[number]>;

const byLeg = (a: Compared, b: Compared): number => (a.leg_id < b.leg_id ? -1 : 1);
export const foundLegs = ({ legs }: PipelineResult): Compared[] =>
  legs.map((row) => Object.fromEntries(columns.map((name) => [name, row[name]])) as unknown as Compared).sort(byLeg);

/** Every leg of distinct events as the truth has it. */
export const trueLegs = (events: readonly Seen[]): Compared[] =>
  sessionise(events)
    .legs.map((leg) => {
      const row = {
        ...leg,
        ...leg.columns,
        ...leg.work,
        queued_at: leg.queued_at ?? null,
        answered_at: leg.answered_at ?? null,
        wait_ms: leg.wait_ms ?? null,
        failure_step: leg.failures[0]?.name ?? '',
      };
      return Object.fromEntries(columns.map((name) => [name, row[name as keyof typeof row]])) as unknown as Compared;
    })
    .sort(byLeg);

/** Where two lists of legs differ, each column apart, with one example each: the whole would be a long message. */
export function differences(wanted: Compared[], found: Compared[]): object[] {
  const [known, there] = [wanted, found].map((legs) => legs.map(({ leg_id }) => leg_id));
  if (known.join() !== there.join()) return [{ wanted: known, found: there }];
  return columns.flatMap((name) => {
    const wrong = wanted.findIndex((leg, i) => leg[name] !== found[i][name]);
    return wrong < 0 ? [] : [{ name, wanted: wanted[wrong], found: found[wrong] }];
  });
}
