import type { Channel, LegRow, SessionEvent } from '../../../schemas/types';
import { contactKey } from './contacts';
import { Leg } from './leg';
import { LegFold, legFolding, type Side, sideOf } from './leg-fold';
import { type LegFacts, wasDropped } from './leg-row';
import { isPlain, keptEvent } from './plain-event';
import type { SessionRules } from './rules';

/**
 * A leg of one event without an interaction_id: nothing continues it, so it never changes, only its place may. Page views
 * are such, and there are very many: it keeps no row, since event, place and version give it again, and no facts.
 */
export class LoneLeg extends Leg implements LegFacts {
  readonly first: SessionEvent;

  constructor(event: SessionEvent, rules: SessionRules) {
    const first = keptEvent(event);
    super(rules, isPlain(first));
    this.first = first;
  }

  get events(): readonly SessionEvent[] {
    return [this.first];
  }

  get facts(): LegFacts {
    return this;
  }

  get emitted(): LegRow | undefined {
    return this.remadeRow();
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

  protected folded(): LegFold {
    const fold = new LegFold();
    legFolding.step(fold, this.first);
    return fold;
  }
}
