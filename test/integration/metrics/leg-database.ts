import type { LegRow } from '../../../schemas/types';
import { MigratedDatabase } from '../support/migrated-database';

export type Leg = LegRow & { customer_id: string };

let legs = 0;

/** A leg of a customer of its own that arrives, and nothing more, with what is given laid over it. Times in epoch ms. */
export function legOf(given: Partial<Leg> & Pick<Leg, 'arrived_at'>): Leg {
  const id = `leg-${++legs}`;
  return {
    customer_id: id,
    leg_id: id,
    interaction_id: id,
    contact_id: id,
    session_id: id,
    channel: 'VOICE',
    stage: 'AGENT',
    queue: 'support',
    agent_id: '',
    direction: 'INBOUND',
    intent: '',
    queued_at: null,
    answered_at: null,
    ended_at: given.arrived_at,
    wait_ms: null,
    ring_ms: null,
    ivr_ms: null,
    talk_ms: null,
    hold_ms: null,
    acw_ms: null,
    focus_ms: null,
    offer_count: 0,
    handled_at: null,
    left_by: '',
    flow_out_kind: '',
    disconnect_by: '',
    transfer_kind: '',
    failure_step: '',
    outcome: 'UNKNOWN',
    short_abandoned: false,
    transferred: false,
    resolved_by: '',
    goal: '',
    case_id: '',
    order_id: '',
    hold_count: 0,
    unanswered_offer_count: 0,
    customer_message_count: 0,
    agent_message_count: 0,
    bot_message_count: 0,
    first_reply_at: null,
    abandoned_in: '',
    contact_intent: false,
    cost_minor: null,
    cost_currency: '',
    emotion_start: null,
    emotion_end: null,
    version: 1,
    sign: 1,
    ...given,
  };
}

/** A leg that queues on arrival and leaves the queue after `wait_ms`: answered and handled, abandoned, or flowed out. */
export function queuedLeg(
  left_by: 'ANSWERED' | 'ABANDONED' | 'FLOW_OUT',
  given: Partial<Leg> & Pick<Leg, 'arrived_at'> & { wait_ms: number },
): Leg {
  const { arrived_at, wait_ms } = given;
  const leftAt = arrived_at + wait_ms;
  const ended_at = leftAt + (left_by === 'ANSWERED' ? (given.talk_ms ?? 0) + (given.hold_ms ?? 0) : 0);
  const handled_at = left_by === 'ANSWERED' ? ended_at + (given.acw_ms ?? 0) : null;
  const answered_at = left_by === 'ANSWERED' ? leftAt : null;
  return legOf({ queued_at: arrived_at, answered_at, ended_at: handled_at ?? ended_at, handled_at, left_by, ...given });
}

export interface ViewParameters {
  from: string | number;
  to: string | number;
  by: string[];
  time_zone?: string;
  booked_by?: 'ARRIVAL' | 'EVENT';
  target_seconds?: number;
  short_seconds?: number;
}

export type ViewRow = Record<string, number | string | null>;

const types: Record<string, string> = { by: 'Array(String)', target_seconds: 'UInt32', short_seconds: 'UInt32' };

/** A database of its own with migrations applied, and the views over legs. */
export class LegDatabase extends MigratedDatabase {
  static async open(url: string, database: string, folder?: string): Promise<LegDatabase> {
    return new LegDatabase(await MigratedDatabase.migrated(url, database, folder));
  }

  async insert(values: object[], table = 'legs'): Promise<void> {
    await this.insertRows(table, values);
  }

  /** Rows of a view with parameters; those left out are left out of the call. Numbers for times are epoch ms. */
  view(name: string, { from, to, ...others }: ViewParameters): Promise<ViewRow[]> {
    const given = { from: timeText(from), to: timeText(to), ...others };
    const call = Object.keys(given).map((key) => `${key} = {${key}:${types[key] ?? 'String'}}`);
    return this.rows<ViewRow>(`SELECT * FROM ${name}(${call.join(', ')})`, given);
  }

  /** The only row of a view for [from, to). */
  async one(name: string, parameters: ViewParameters): Promise<ViewRow> {
    const found = await this.view(name, parameters);
    if (found.length !== 1) throw new Error(`${name} gives ${found.length} rows: ${JSON.stringify(found)}`);
    return found[0];
  }
}

const timeText = (time: string | number): string =>
  typeof time === 'string' ? time : new Date(time).toISOString().replace('T', ' ').slice(0, -1);
