import type { LegRow, OutcomeStatus, SessionEvent } from '../../../schemas/types';
import { CheckpointedFold } from './checkpointed-fold';
import type { Leg } from './leg';
import { cuts, type LegFold, legFolding, type Side, sideOf } from './leg-fold';
import { describeLeg, factsOf, type LegFacts } from './leg-row';
import type { SessionRules } from './rules';

/** A leg of events that share an interaction_id: more may come, anywhere in it. */
export class ChainLeg implements Leg {
  label = '';
  element = '';
  outcome: OutcomeStatus = 'UNKNOWN';
  failed = false;
  /** All of its events that have a side have this one, else there would be a cut. */
  side: Side;
  /** Its place when it was last described, and whether what was told then still holds. */
  private session_id = '';
  private contact_id = '';
  private escalates = false;
  private loops = false;
  private isTold = false;
  private known: LegFacts | undefined;
  /** The row that stands for it; of one that is not kept (`forgetRow`) the version. */
  private row: LegRow | undefined;
  private version = 0;
  private readonly fold: CheckpointedFold<SessionEvent, LegFold>;

  constructor(
    event: SessionEvent,
    private readonly key: string,
    private readonly rules: SessionRules,
  ) {
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

  private remadeRow(): LegRow | undefined {
    if (this.version === 0) return undefined;
    const { session_id, contact_id, escalates, loops } = this;
    const { row } = describeLeg(this.fold.value(), { session_id, contact_id, escalates, loops }, this.rules);
    row.version = this.version;
    return row;
  }

  get events(): readonly SessionEvent[] {
    return this.fold.items;
  }

  get first(): SessionEvent {
    return this.fold.items[0];
  }

  /** Whether an event behind this leg begins a new one. */
  isCutBy(event: SessionEvent): boolean {
    return cuts(this.side, () => this.fold.value(), event);
  }

  get facts(): LegFacts {
    if (!this.known) {
      this.known = factsOf(this.fold.value());
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
    if (this.version > 0) this.emitted = this.remadeRow();
    this.fold.insert(index, event);
    this.side ??= sideOf(event.stage);
    this.known = undefined;
    this.isTold = false;
  }

  isDescribedAt(session_id: string, contact_id: string, escalates: boolean, loops: boolean): boolean {
    return (
      this.isTold &&
      this.session_id === session_id &&
      this.contact_id === contact_id &&
      this.escalates === escalates &&
      this.loops === loops
    );
  }

  describe(session_id: string, contact_id: string, escalates: boolean, loops: boolean, rules: SessionRules): LegRow {
    const { facts } = this;
    const told = describeLeg(this.fold.value(), { session_id, contact_id, escalates, loops }, rules);
    this.label = told.label;
    this.element = told.element;
    this.outcome = told.outcome;
    this.failed = told.failed;
    this.session_id = session_id;
    this.contact_id = contact_id;
    this.escalates = escalates;
    this.loops = loops;
    this.isTold = true;
    this.fold.release();
    this.known = facts;
    return told.row;
  }

  touch(): void {
    this.isTold = false;
  }
}
