import type { Channel, LegRow, OutcomeStatus, SessionEvent } from '../../../schemas/types';
import { contactKey } from './contacts';
import type { Leg } from './leg';
import { LegFold, legFolding, type Side, sideOf } from './leg-fold';
import { type DescribedLeg, describeLeg, type LegFacts, type LegPlace, wasDropped } from './leg-row';
import type { SessionRules } from './rules';

/**
 * A leg of one event without an interaction_id: nothing continues it, so it never changes, only its place may. Page views
 * are such, and there are very many: it keeps no row, since event, place and version give it again, and no facts.
 */
export class LoneLeg implements Leg, LegFacts {
  label = '';
  element = '';
  outcome: OutcomeStatus = 'UNKNOWN';
  failed = false;
  /** Its place when it was last described or emitted. */
  private session_id = '';
  private contact_id = '';
  private escalates = false;
  private loops = false;
  private isTold = false;
  /** Version of the row that stands for it; 0 before the first. */
  private version = 0;

  constructor(
    readonly first: SessionEvent,
    private readonly rules: SessionRules,
  ) {}

  get events(): readonly SessionEvent[] {
    return [this.first];
  }

  get facts(): LegFacts {
    return this;
  }

  get emitted(): LegRow | undefined {
    if (this.version === 0) return undefined;
    const { session_id, contact_id, escalates, loops } = this;
    const { row } = this.described({ session_id, contact_id, escalates, loops });
    row.version = this.version;
    return row;
  }

  /** Its place with it: a row tells all of that. */
  set emitted(row: LegRow | undefined) {
    this.version = row?.version ?? 0;
    if (!row) return;
    this.session_id = row.session_id;
    this.contact_id = row.contact_id;
    this.escalates = row.outcome === 'ESCALATED';
    this.loops = row.failure_step === 'transfer.loop';
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

  describe(session_id: string, contact_id: string, escalates: boolean, loops: boolean): LegRow {
    const told = this.described({ session_id, contact_id, escalates, loops });
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

  touch(): void {
    this.isTold = false;
  }

  /** It keeps none. */
  forgetRow(): void {}

  get channel(): Channel {
    return this.first.channel;
  }

  get last(): SessionEvent {
    return this.first;
  }

  get side(): Side {
    return sideOf(this.first.stage);
  }

  get previous(): SessionEvent | undefined {
    return this.first.previous_interaction_id ? this.first : undefined;
  }

  get queued(): SessionEvent | undefined {
    return this.first.event_type === 'queue.entered' ? this.first : undefined;
  }

  get transferred(): SessionEvent | undefined {
    return this.first.event_type === 'transfer.completed' ? this.first : undefined;
  }

  get intent(): SessionEvent | undefined {
    return this.first.intent ? this.first : undefined;
  }

  get emotionFirst(): SessionEvent | undefined {
    return this.first.emotion_score === null ? undefined : this.first;
  }

  get emotionLast(): SessionEvent | undefined {
    return this.emotionFirst;
  }

  get firstCost(): SessionEvent | undefined {
    return this.first.cost_minor === null || !this.first.cost_currency ? undefined : this.first;
  }

  get costs(): [currency: string, amount: number][] | undefined {
    const { cost_minor, cost_currency } = this.first;
    return cost_minor === null || !cost_currency ? undefined : [[cost_currency, cost_minor]];
  }

  get contactKey(): string {
    return this.first.contact_id ? contactKey(this.first) : '';
  }

  get interactionKey(): string {
    return '';
  }

  get contactId(): string {
    return this.first.contact_id || this.first.event_id;
  }

  get wasDropped(): boolean {
    return wasDropped(this.first.disconnect_by, this.first.outcome_code);
  }

  private described(place: LegPlace): DescribedLeg {
    const fold = new LegFold();
    legFolding.step(fold, this.first);
    return describeLeg(fold, place, this.rules);
  }
}
