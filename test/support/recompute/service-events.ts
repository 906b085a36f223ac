/** What the recomputation reads of a row of `interactions`; times are epoch ms, text that is absent is ''. */
export interface ServiceEvent {
  event_id: string;
  event_type: string;
  occurred_at: number;
  customer_id: string;
  sessionised: boolean;
  source_system: string;
  source_instance: string;
  source_sequence: number | null;
  channel: string;
  direction: string;
  interaction_id: string;
  contact_id: string;
  case_id: string;
  actor_type: string;
  actor_id: string;
  actor_team: string;
  outcome_code: string;
  survey_kind: string;
  survey_score: number | null;
  survey_scale_min: number | null;
  survey_scale_max: number | null;
  emotion_score: number | null;
  emotion_model: string;
  attributes: Record<string, string>;
}

/** A status and what it means; source_system '' stands for any. */
export interface StatusClass {
  source_system: string;
  status: string;
  class: string;
}

export const dayMs = 86_400_000;

/** The total order of events: time, the source's sequence (none counts as -1), id. */
export function inOrder(a: ServiceEvent, b: ServiceEvent): number {
  if (a.occurred_at !== b.occurred_at) return a.occurred_at - b.occurred_at;
  const bySequence = (a.source_sequence ?? -1) - (b.source_sequence ?? -1);
  if (bySequence !== 0) return bySequence;
  return a.event_id < b.event_id ? -1 : a.event_id > b.event_id ? 1 : 0;
}

/** Groups by a key made of several texts. */
export function grouped<T>(items: T[], keyOf: (item: T) => string[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = JSON.stringify(keyOf(item));
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

export const statusOf = (event: ServiceEvent): string => event.attributes.status || event.outcome_code;

const plain = (status: string): string => status.toLowerCase().replace(/[\s\p{P}]+/gu, '');

/** Class of a status: the row of its system, else the one for any system; '' if neither is there. */
export function classOf(system: string, status: string, classes: StatusClass[]): string {
  const fitting = classes.filter((row) => plain(row.status) === plain(status));
  const own = fitting.find((row) => row.source_system === system);
  return (own ?? fitting.find((row) => row.source_system === ''))?.class ?? '';
}

export const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0);
export const ratio = (over: number, under: number): number | null => (under === 0 ? null : over / under);
