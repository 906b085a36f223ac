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
  sessions: SessionFigures[];
}

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

export const queueFields = ['offered', 'answered', 'abandoned', 'wait_ms_answered'] as const;

export const readTruth = (file: string): Truth => JSON.parse(readFileSync(file, 'utf8')) as Truth;
