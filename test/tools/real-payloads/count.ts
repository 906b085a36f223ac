import type { InteractionEvent, LegRow } from '../../../schemas/types';
import type { Item } from '../../../services/ingest/body';
import { intake } from '../../../services/ingest/intake';
import type { SentAs, Source } from '../../../services/ingest/sources/source';
import { runPipeline } from '../../unit/pipeline/pure-pipeline';

/** Payloads of one vendor, and the source that takes them. */
export interface RealSet {
  name: string;
  source: Source;
  sentAs?: SentAs;
  items: Item[];
}

/** What became of a set: counts only, nothing of what it holds. */
export interface Counts {
  name: string;
  items: number;
  events: number;
  byType: Record<string, number>;
  byChannel: Record<string, number>;
  refused: Record<string, number>;
  skipped: Record<string, number>;
  /** Event ids that came more than once from different items of the set. */
  repeated: number;
  /** Items whose second delivery did not make the same ids. Must be 0. */
  unstable: number;
  milliseconds: number;
  /** Legs that sessionize makes of the customers' events, by outcome and by how they left a queue. */
  legs: Record<string, number>;
}

const json: SentAs = { mediaType: 'application/json', headers: {} };

/** Adapts and validates a set twice: what comes out is counted, and the second delivery must make the same ids. */
export function count({ name, source, sentAs = json, items }: RealSet, receivedAt: number): Counts {
  const events: InteractionEvent[] = [];
  const encode = (event: InteractionEvent): Buffer => {
    events.push(event);
    return Buffer.alloc(1);
  };
  const context = { receivedAt, encode, maxEventBytes: 1_000_000 };
  const startedAt = performance.now();
  const first = intake(items, source, sentAs, context);
  const milliseconds = Math.round(performance.now() - startedAt);
  const stored = new Set(first.eventIds);
  const kept = events.filter(({ event_id }) => stored.has(event_id));
  const unstable = items.filter((item) => {
    const [once, again] = [1, 2].map(() => intake([structuredClone(item)], source, sentAs, context));
    return JSON.stringify(once.eventIds) !== JSON.stringify(again.eventIds);
  }).length;
  return {
    name,
    items: items.length,
    events: first.eventIds.length,
    byType: tally(kept.map(({ event_type }) => event_type)),
    byChannel: tally(kept.map(({ channel }) => channel)),
    refused: tally(first.rejected.map(({ errors: [{ field, reason }] }) => `${field} ${reason}`)),
    skipped: tally(first.skipped.map(({ reason }) => reason)),
    repeated: first.eventIds.length - stored.size,
    unstable,
    milliseconds,
    legs: tally(legsOf(kept).map(({ outcome, left_by }) => (left_by ? `${outcome} ${left_by}` : outcome))),
  };
}

/** In order of time: a file is no stream, nothing in it is late. */
function legsOf(events: readonly InteractionEvent[]): LegRow[] {
  const byId = new Map(events.map((event) => [event.event_id, event]));
  const ordered = [...byId.values()].sort((a, b) => a.occurred_at - b.occurred_at);
  return runPipeline(
    ordered.map(({ received_at: _, ...sent }) => sent),
    1,
    1_000,
  ).legs;
}

function tally(names: string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names.sort()) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
