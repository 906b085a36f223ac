import type { LegRow, SessionEvent, SessionRow } from '../../../schemas/types';
import { comesBack, contactGroups } from './contact-groups';
import { ContactBook, interactionKey, isAlone } from './contacts';
import { compareEvents } from './event-order';
import { Interaction, type LegChange } from './interaction';
import { type Leg, placeOf } from './leg';
import { LoneLeg } from './lone-leg';
import { type Changes, overwritten, revised, takeBack } from './revision';
import { reachMs, type SessionRules } from './rules';
import { describeSession } from './session-row';

/** A session that can still change, with the rows last emitted for it. Changed in place, by one writer. */
export class Session {
  /** The closed interval its contacts cover. */
  from = Number.POSITIVE_INFINITY;
  to = Number.NEGATIVE_INFINITY;
  /** Until when (event time) something could still join it, without lateness. */
  reach = Number.NEGATIVE_INFINITY;
  /** Offset in the sessions topic of the oldest change set that restoring it needs; Infinity until that is known. */
  floor = Number.POSITIVE_INFINITY;
  eventCount = 0;
  /** Events taken in since the last revision. */
  unrevised = 0;
  readonly contacts: ContactBook;
  readonly legs: Leg[] = [];
  /** Maps are made when there is something to keep: most sessions of page views need none. */
  private interactions: Map<string, Interaction> | undefined;
  /** Rows that stand though nothing says so any more: of sessions merged into this one, of legs cut otherwise. */
  private standingSessions: SessionRow[] = [];
  private standingLegs: Map<string, LegRow> | undefined;

  constructor(private readonly rules: SessionRules) {
    this.contacts = new ContactBook(rules);
  }

  get first(): SessionEvent {
    return this.legs[0].first;
  }

  /** The row last emitted; undefined before the first revision. */
  get row(): SessionRow | undefined {
    return this.standingSessions[0];
  }

  *events(): Iterable<SessionEvent> {
    for (const leg of this.legs) yield* leg.events;
  }

  /** Takes an event in; false when it is there already. */
  insert(event: SessionEvent): boolean {
    const change = event.interaction_id ? this.insertInInteraction(event) : this.insertAlone(event);
    if (!change) return false;
    for (const leg of change.removed) {
      this.legs.splice(placeOf(this.legs, leg.first, firstOf), 1);
      if (leg.emitted) this.stands(leg.emitted);
    }
    for (const leg of change.added) this.legs.splice(placeOf(this.legs, leg.first, firstOf), 0, leg);
    const at = event.occurred_at;
    this.contacts.add(event);
    this.from = Math.min(this.from, at);
    this.to = Math.max(this.to, at + this.rules.gap_ms[event.channel]);
    this.reach = Math.max(this.reach, at + reachMs(event.channel, isAlone(event), this.rules));
    this.eventCount += 1;
    this.unrevised += 1;
    return true;
  }

  private stands(row: LegRow): void {
    this.standingLegs ??= new Map();
    this.standingLegs.set(row.leg_id, row);
  }

  private insertInInteraction(event: SessionEvent): LegChange | undefined {
    const key = interactionKey(event);
    this.interactions ??= new Map();
    const known = this.interactions.get(key);
    if (known) return known.insert(event);
    const interaction = new Interaction(event, key, this.rules);
    this.interactions.set(key, interaction);
    return { removed: [], added: [interaction.firstLeg] };
  }

  /** An event without an interaction is a leg of its own, which nothing continues. */
  private insertAlone(event: SessionEvent): LegChange | undefined {
    const place = placeOf(this.legs, event, firstOf);
    if (place < this.legs.length && compareEvents(this.legs[place].first, event) === 0) return undefined;
    return { removed: [], added: [new LoneLeg(event, this.rules)] };
  }

  /** Takes in another session whole. */
  absorb(other: Session): void {
    for (const event of other.events()) this.insert(event);
    this.to = Math.max(this.to, other.to);
    this.floor = Math.min(this.floor, other.floor);
    this.standingSessions.push(...other.standingSessions);
    for (const row of other.standingLegs?.values() ?? []) this.stands(row);
    for (const { emitted } of other.legs) if (emitted) this.stands(emitted);
  }

  /** Rows that stand for what is in this session now: emitted before a restore, or by a session since given up. */
  adopt(sessions: Iterable<SessionRow>, legs: Iterable<LegRow>): void {
    const known = new Set(this.standingSessions.map(({ session_id }) => session_id));
    // Copies: what stands is changed in place.
    for (const row of sessions) if (!known.has(row.session_id)) this.standingSessions.push({ ...row });
    const own = new Set(this.legs.flatMap(({ emitted }) => (emitted ? [emitted.leg_id] : [])));
    for (const row of legs) {
      if (!own.has(row.leg_id) && !this.standingLegs?.has(row.leg_id)) this.stands(row);
    }
  }

  /**
   * Emits what has changed since the last revision: −1 rows exactly as they were emitted, then +1 rows under `version`.
   * One pass over the legs; only those that changed, or whose place did, are described anew.
   */
  revise(version: number, changes: Changes): void {
    const { legs, rules } = this;
    const session_id = this.first.event_id;
    const groups = contactGroups(legs, rules);
    const { standingLegs } = this;
    const isOversized = legs.length > rules.oversized_legs;
    for (let index = 0; index < legs.length; index++) {
      const leg = legs[index];
      const inSession = index < rules.oversized_legs ? session_id : '';
      if (!groups && leg.isPlain && leg.isDescribedIn(inSession)) continue;
      const group = groups?.[index];
      const contact_id = group?.contact_id ?? leg.facts.contactId;
      const escalates = group !== undefined && index < group.lastHuman && leg.facts.side === 'SELF';
      const loops = group !== undefined && comesBack(leg, index, group);
      if (leg.isDescribedAt(inSession, contact_id, escalates, loops)) continue;
      let before = leg.emitted;
      const row = leg.describe(inSession, contact_id, escalates, loops);
      if (!before && standingLegs) {
        before = standingLegs.get(row.leg_id);
        standingLegs.delete(row.leg_id);
      }
      leg.emitted = revised(row, before, changes.legs, version);
      if (isOversized) leg.forgetRow();
    }
    for (const row of standingLegs?.values() ?? []) changes.legs.push(takeBack(row));
    this.standingLegs = undefined;
    const counts = { event_count: this.eventCount, contact_count: this.contacts.count };
    const row = describeSession(legs, counts, rules);
    const before = this.standingSessions.find((standing) => standing.session_id === session_id);
    const gone = this.standingSessions.filter((standing) => standing !== before);
    changes.sessions.push(...gone.map(takeBack));
    const standing = revised(row, before, changes.sessions, version);
    // A copy, in the object that is there: one made anew with each revision would be most of what the collector moves.
    this.standingSessions = [standing === row ? overwritten(before ?? { ...row }, row) : standing];
    this.unrevised = 0;
  }

  /** Counts as revised when a revision would emit nothing. Answers whether it does. */
  settle(): boolean {
    const standingSessions = this.standingSessions.map((row) => ({ ...row }));
    const standingLegs = this.standingLegs && new Map(this.standingLegs);
    const changes: Changes = { sessions: [], legs: [] };
    const before = this.legs.map(({ emitted }) => emitted);
    const { unrevised } = this;
    this.revise(0, changes);
    if (changes.sessions.length + changes.legs.length === 0) return true;
    this.legs.forEach((leg, index) => {
      leg.emitted = before[index];
      leg.touch();
    });
    [this.standingSessions, this.standingLegs, this.unrevised] = [
      standingSessions,
      standingLegs,
      Math.max(unrevised, 1),
    ];
    return false;
  }

  /** Every row that was emitted and not taken back. */
  standingRows(): { sessions: SessionRow[]; legs: LegRow[] } {
    const emitted = this.legs.flatMap((leg) => (leg.emitted ? [leg.emitted] : []));
    return { sessions: [...this.standingSessions], legs: [...emitted, ...(this.standingLegs?.values() ?? [])] };
  }

  /** Whether nothing that is in time can join it any more, but for what an earlier session reaches over it. */
  isPassedBy(watermark: number | undefined): boolean {
    return watermark !== undefined && this.reach + this.rules.lateness_ms < watermark;
  }

  /** Whether its rows say all that is in it. */
  get isRevised(): boolean {
    return this.unrevised === 0 && this.standingSessions.length === 1 && !this.standingLegs;
  }
}

const firstOf = (leg: Leg): SessionEvent => leg.first;

export const bySessionStart = (a: Session, b: Session): number => compareEvents(a.first, b.first);
