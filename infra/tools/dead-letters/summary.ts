import type { Letter } from './letters';
import { placeOf, replaysOf } from './plan';

export interface Group {
  reason: string;
  source: string;
  step: string;
  topic: string;
  count: number;
  /** Of them, how many had been sent again before. */
  cameBack: number;
  first: number;
  last: number;
  examples: { place: string; event_id: string | null; error: string }[];
}

/** Counts by reason, source, step and topic, with some examples of each. Bounded by the kinds there are. */
export class Summary {
  private readonly groups = new Map<string, Group>();

  constructor(private readonly examples: number) {}

  add(it: Letter): void {
    const { reason, source_system, step, origin_topic: topic, origin_at: at, event_id, error } = it.letter;
    const source = source_system ?? '';
    const id = [reason, source, step, topic].join('\0');
    let group = this.groups.get(id);
    if (!group) {
      group = { reason, source, step, topic, count: 0, cameBack: 0, first: at, last: at, examples: [] };
      this.groups.set(id, group);
    }
    group.count += 1;
    if (replaysOf(it.letter) > 0) group.cameBack += 1;
    group.first = Math.min(group.first, at);
    group.last = Math.max(group.last, at);
    if (group.examples.length < this.examples) group.examples.push({ place: placeOf(it), event_id, error });
  }

  /** The largest first. */
  get list(): Group[] {
    return [...this.groups.values()].sort((a, b) => b.count - a.count || a.reason.localeCompare(b.reason));
  }
}

const time = (at: number): string => (at > 0 ? new Date(at).toISOString() : 'unknown');

/** The list for people. Errors name fields, never what was in them. */
export function rendered(groups: readonly Group[]): string {
  if (groups.length === 0) return 'There are no dead letters.';
  const lines = groups.flatMap(({ reason, source, step, topic, count, cameBack, first, last, examples }) => [
    `${count.toLocaleString('en-US')} × ${reason}  source ${source || '(unknown)'}  by ${step}  from ${topic || '(elsewhere)'}` +
      (cameBack > 0 ? `  (${cameBack.toLocaleString('en-US')} came back after they were sent again)` : ''),
    `    ${time(first)} to ${time(last)}`,
    ...examples.map(({ place, event_id, error }) => `    ${place}  ${event_id ?? '(no id)'}  ${error.slice(0, 200)}`),
    '',
  ]);
  return lines.join('\n');
}
