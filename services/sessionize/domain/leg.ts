import type { LegRow, OutcomeStatus, SessionEvent } from '../../../schemas/types';
import { compareEvents } from './event-order';
import type { LegFacts } from './leg-row';
import type { SessionRules } from './rules';

/**
 * One connection on one channel, cut where its stage goes from self-service to people or back, as its session sees it.
 * Of several events (`ChainLeg`) or of one that nothing continues (`LoneLeg`).
 */
export interface Leg {
  readonly first: SessionEvent;
  readonly events: readonly SessionEvent[];
  /** What it says without knowing its place. */
  readonly facts: LegFacts;
  /** As last described: its label, `label:outcome`, and whether it failed. */
  readonly label: string;
  readonly element: string;
  readonly outcome: OutcomeStatus;
  readonly failed: boolean;
  /** The row that stands for it; undefined before the first. Ask for it before the leg is described anew. */
  emitted: LegRow | undefined;
  /** Whether it was last described in this place, and has not changed since. */
  isDescribedAt(session_id: string, contact_id: string, escalates: boolean, loops: boolean): boolean;
  /** Describes it as it is now, in its place: version 0 until it is emitted. */
  describe(session_id: string, contact_id: string, escalates: boolean, loops: boolean, rules: SessionRules): LegRow;
  /** Its row need not be kept. */
  forgetRow(): void;
  /** The next revision describes it anew. */
  touch(): void;
}

/** Place of the first item that is not before an event, in items that are in total order. */
export function placeOf<Item>(
  items: readonly Item[],
  event: SessionEvent,
  eventOf: (item: Item) => SessionEvent,
): number {
  // Most events come in order: look at the end first.
  if (items.length === 0 || compareEvents(eventOf(items[items.length - 1]), event) < 0) return items.length;
  let [low, high] = [0, items.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareEvents(eventOf(items[middle]), event) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
