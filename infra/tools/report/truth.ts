import { readFileSync } from 'node:fs';

/**
 * The simulation's own account of a file; written by test/simulator, which shares no code with what is checked. Sessions,
 * legs and queues are the final ones, the late events having joined.
 */
export interface Truth {
  days: number;
  repeats: number;
  events: { all: number };
  late: number;
  channels: Record<string, { all: number; by_hour: number[] }>;
  queues: Record<string, QueueFigures>;
  legs: number;
  /** By channel. */
  leg_figures: Record<string, LegFigures>;
  sessions: SessionFigures[];
  /** What no leg tells: callbacks, surveys by kind, cases, agents' time. Names of groups to their figures. */
  callbacks: Figures;
  surveys: Record<string, Figures>;
  /** Of these two the last day of the simulation is left out. */
  cases: Figures;
  agents: Figures;
}

export type Figures = Record<string, number>;

export interface QueueFigures {
  offered: number;
  answered: number;
  abandoned: number;
  wait_ms_answered: number;
}

export interface SessionFigures {
  session_id: string;
  customer_id: string;
  started_at: number;
  ended_at: number;
  event_count: number;
  contact_count: number;
  leg_count: number;
  path: string[];
  path_counts: number[];
  outcome: string;
  failures_before_success: number;
  first_failed_channel: string;
  rescued_by_channel: string;
  intent: string;
}

export const sessionFields = [
  'customer_id',
  'started_at',
  'ended_at',
  'event_count',
  'contact_count',
  'leg_count',
  'path',
  'path_counts',
  'outcome',
  'intent',
  'failures_before_success',
  'first_failed_channel',
  'rescued_by_channel',
] as const;

/** Sums over the legs of a channel, and what each is in SQL over `legs_current`. */
export const legFigures = {
  contacts: 'uniqExact(customer_id, contact_id)',
  hold_count: 'sum(l.hold_count)',
  unanswered_offer_count: 'sum(l.unanswered_offer_count)',
  customer_message_count: 'sum(l.customer_message_count)',
  agent_message_count: 'sum(l.agent_message_count)',
  bot_message_count: 'sum(l.bot_message_count)',
  first_reply_ms: "sum(dateDiff('millisecond', l.arrived_at, l.first_reply_at))",
  gave_up_in_ivr: "countIf(l.abandoned_in = 'IVR')",
  gave_up_in_queue: "countIf(l.abandoned_in = 'QUEUE')",
  gave_up_ringing: "countIf(l.abandoned_in = 'RING')",
  gave_up_on_hold: "countIf(l.abandoned_in = 'HOLD')",
  contact_intents: 'countIf(l.contact_intent)',
  cost_minor: 'sum(l.cost_minor)',
  goals: "countIf(l.goal != '')",
  resolved: "countIf(l.resolved_by != '')",
  cases: "countIf(l.case_id != '')",
  orders: "countIf(l.order_id != '')",
  transfer_loops: "countIf(l.failure_step = 'transfer.loop')",
  emotion_start: 'sum(toInt64(round(l.emotion_start * 100)))',
  emotion_end: 'sum(toInt64(round(l.emotion_end * 100)))',
} as const;

export type LegFigures = Record<keyof typeof legFigures, number>;

/** Columns of agent_time that the truth knows. */
export const agentFields = [
  'on_queue_ms',
  'break_ms',
  'training_ms',
  'meeting_ms',
  'absence_ms',
  'scheduled_ms',
  'adherent_ms',
] as const;

export const queueFields = ['offered', 'answered', 'abandoned', 'wait_ms_answered'] as const;

export const readTruth = (file: string): Truth => JSON.parse(readFileSync(file, 'utf8')) as Truth;
