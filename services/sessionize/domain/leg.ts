import type { LegRow, SessionEvent } from '../../../schemas/types';
import { CheckpointedFold } from './checkpointed-fold';
import { compareEvents } from './event-order';
import { cuts, type LegFold, legFolding, type Side, sideOf } from './leg-fold';
import { type DescribedLeg, describeLeg, factsOf, type LegFacts, type LegPlace } from './leg-row';
import type { SessionRules } from './rules';

/** One connection on one channel, cut where its stage goes from self-service to people or back. */
export class Leg {
  /** The row last emitted; undefined before the first. */
  emitted: LegRow | undefined;
  described: DescribedLeg | undefined;
  /** All of its events that have a side have this one, else there would be a cut. */
  side: Side;
  /** Whether it was described as one that people take over. */
  escalates = false;
  /** Whether it was described as one that comes back to a queue. */
  loops = false;
  /** Whether it has changed since it was described. */
  changed = true;
  private known: LegFacts | undefined;
  private readonly fold = new CheckpointedFold<SessionEvent, LegFold>(legFolding);

  get events(): readonly SessionEvent[] {
    return this.fold.items;
  }

  get first(): SessionEvent {
    return this.fold.items[0];
  }

  /** Whether an event behind this leg begins a new one. */
  isCutBy(event: SessionEvent): boolean {
    return cuts(this.side, () => this.folded, event);
  }

  get folded(): LegFold {
    return this.fold.value();
  }

  get facts(): LegFacts {
    this.known ??= factsOf(this.folded);
    return this.known;
  }

  append(event: SessionEvent): void {
    this.insertAt(this.fold.items.length, event);
  }

  insertAt(index: number, event: SessionEvent): void {
    this.fold.insert(index, event);
    this.side ??= sideOf(event.stage);
    this.known = undefined;
    this.changed = true;
  }

  /** Describes it as it is now, in its place. */
  describe(place: LegPlace, rules: SessionRules): DescribedLeg {
    const { facts } = this;
    this.described = describeLeg(this.folded, place, rules);
    this.escalates = place.escalates;
    this.loops = place.loops;
    this.changed = false;
    this.fold.release();
    this.known = facts;
    return this.described;
  }
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
