import type { LegRow, SessionEvent } from '../../../schemas/types';
import { CheckpointedFold } from './checkpointed-fold';
import { Leg } from './leg';
import { cuts, type LegFold, legFolding, type Side, sideOf } from './leg-fold';
import { factsOf, type LegFacts } from './leg-row';
import type { SessionRules } from './rules';

/** A leg of events that share an interaction_id: more may come, anywhere in it. */
export class ChainLeg extends Leg {
  /** All of its events that have a side have this one, else there would be a cut. */
  side: Side;
  private known: LegFacts | undefined;
  /** The row that stands for it, while it is kept. */
  private row: LegRow | undefined;
  private readonly fold: CheckpointedFold<SessionEvent, LegFold>;

  constructor(
    event: SessionEvent,
    private readonly key: string,
    rules: SessionRules,
  ) {
    super(rules, false);
    // Not pushed: an array that grows from nothing has room for 17.
    this.fold = new CheckpointedFold(legFolding, [event]);
    this.side = sideOf(event.stage);
  }

  get emitted(): LegRow | undefined {
    return this.row ?? this.remadeRow();
  }

  set emitted(row: LegRow | undefined) {
    this.row = row;
    this.version = 0;
  }

  /** The row is not kept but made again when it is asked for: a session of very many legs would hold them all. */
  forgetRow(): void {
    if (!this.row || !this.isTold) return;
    this.version = this.row.version;
    this.row = undefined;
  }

  get events(): readonly SessionEvent[] {
    return this.fold.items;
  }

  get first(): SessionEvent {
    return this.fold.items[0];
  }

  /** Whether an event behind this leg begins a new one. */
  isCutBy(event: SessionEvent): boolean {
    return cuts(this.side, () => this.folded(), event);
  }

  get facts(): LegFacts {
    if (!this.known) {
      this.known = factsOf(this.folded());
      // One text instead of three equal ones: there may be very many legs.
      if (this.known.contactKey === this.key) this.known.contactKey = this.key;
      this.known.interactionKey = this.key;
    }
    return this.known;
  }

  append(event: SessionEvent): void {
    this.insertAt(this.fold.items.length, event);
  }

  insertAt(index: number, event: SessionEvent): void {
    // While it can still be made.
    if (this.version > 0) this.emitted = this.remadeRow();
    this.fold.insert(index, event);
    this.side ??= sideOf(event.stage);
    this.known = undefined;
    this.isTold = false;
  }

  override describe(session_id: string, contact_id: string, escalates: boolean, loops: boolean): LegRow {
    // They are made of the fold, which goes.
    this.known ??= this.facts;
    const row = super.describe(session_id, contact_id, escalates, loops);
    this.fold.release();
    return row;
  }

  protected folded(): LegFold {
    return this.fold.value();
  }
}
