import type { LegRow, OutcomeStatus, SessionEvent } from '../../../schemas/types';
import { compareEvents } from './event-order';
import type { LegFold } from './leg-fold';
import { describeLeg, type LegFacts, type LegPlace } from './leg-row';
import type { SessionRules } from './rules';

/**
 * One connection on one channel, cut where its stage goes from self-service to people or back, as its session sees it.
 * Of several events (`ChainLeg`) or of one that nothing continues (`LoneLeg`).
 */
export abstract class Leg {
  /** As last described: its label, `label:outcome`, and whether it failed. */
  label = '';
  element = '';
  outcome: OutcomeStatus = 'UNKNOWN';
  failed = false;
  /** Its place when it was last described, and whether what was told then still holds. */
  protected session_id = '';
  protected contact_id = '';
  protected escalates = false;
  protected loops = false;
  protected isTold = false;
  /** Version of a row that stands for it and is not kept; 0 if there is none. */
  protected version = 0;

  constructor(
    private readonly rules: SessionRules,
    /**
     * Of one event that no id joins to another and that has no intent, emotion or cost: a contact of its own wherever it
     * lies, of which a session need ask nothing but how it was described. Its event is not looked at again.
     */
    readonly isPlain: boolean,
  ) {}

  abstract get first(): SessionEvent;
  abstract get events(): readonly SessionEvent[];
  /** What it says without knowing its place. */
  abstract get facts(): LegFacts;
  /** The row that stands for it; undefined before the first. Ask for it before the leg is described anew. */
  abstract get emitted(): LegRow | undefined;
  abstract set emitted(row: LegRow | undefined);
  /** Its row need not be kept. */
  abstract forgetRow(): void;
  protected abstract folded(): LegFold;

  /** Whether it was last described in this place, and has not changed since. */
  isDescribedAt(session_id: string, contact_id: string, escalates: boolean, loops: boolean): boolean {
    return (
      this.isTold &&
      this.session_id === session_id &&
      this.contact_id === contact_id &&
      this.escalates === escalates &&
      this.loops === loops
    );
  }

  /** The same for a plain leg of a session of such, where each is a contact of its own. */
  isDescribedIn(session_id: string): boolean {
    return this.isTold && this.session_id === session_id;
  }

  /** Describes it as it is now, in its place (`LegPlace`): version 0 until it is emitted. */
  describe(session_id: string, contact_id: string, escalates: boolean, loops: boolean): LegRow {
    const told = describeLeg(this.folded(), { session_id, contact_id, escalates, loops }, this.rules);
    this.label = told.label;
    this.element = told.element;
    this.outcome = told.outcome;
    this.failed = told.failed;
    this.session_id = session_id;
    this.contact_id = contact_id;
    this.escalates = escalates;
    this.loops = loops;
    this.isTold = true;
    return told.row;
  }

  /** The next revision describes it anew. */
  touch(): void {
    this.isTold = false;
  }

  /** A row that is not kept, made again from its events, its place and its version. */
  protected remadeRow(): LegRow | undefined {
    if (this.version === 0) return undefined;
    const { session_id, contact_id, escalates, loops } = this;
    const place: LegPlace = { session_id, contact_id, escalates, loops };
    const { row } = describeLeg(this.folded(), place, this.rules);
    row.version = this.version;
    return row;
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
