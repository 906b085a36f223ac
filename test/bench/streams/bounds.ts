import type { SessionChangeSet, SessionEvent, SessionRow } from '../../../schemas/types';
import type { AvroCodec } from '../../../services/lib/avro';
import { isAlone } from '../../../services/sessionize/domain/contacts';
import { Customer } from '../../../services/sessionize/domain/customer';
import { compareEvents } from '../../../services/sessionize/domain/event-order';
import { type Changes, revised, takeBack } from '../../../services/sessionize/domain/revision';
import { reachMs, type SessionRules } from '../../../services/sessionize/domain/rules';
import { Session } from '../../../services/sessionize/domain/session';
import type { SessionForm } from '../../../services/sessionize/service';

/**
 * Counts and bounds only, which is what the Streams app computes: for a bench, so that like is compared with like. Its
 * state is its row, as Streams' is; it does not know a repeated event, and nothing restores it.
 */
class BoundsSession extends Session {
  private earliest: SessionEvent | undefined;
  private ended_at = 0;
  private standing: SessionRow | undefined;
  private gone: SessionRow[] | undefined;

  constructor(private readonly its: SessionRules) {
    super(its);
  }

  override get first(): SessionEvent {
    return this.earliest as SessionEvent;
  }

  override get row(): SessionRow | undefined {
    return this.standing;
  }

  override get isRevised(): boolean {
    return this.unrevised === 0;
  }

  override insert(event: SessionEvent): boolean {
    const { occurred_at, channel } = event;
    if (!this.earliest || compareEvents(event, this.earliest) < 0) this.earliest = event;
    this.ended_at = Math.max(this.ended_at, occurred_at);
    this.contacts.add(event);
    this.from = Math.min(this.from, occurred_at);
    this.to = Math.max(this.to, occurred_at + this.its.gap_ms[channel]);
    this.reach = Math.max(this.reach, occurred_at + reachMs(channel, isAlone(event), this.its));
    this.eventCount += 1;
    this.unrevised += 1;
    return true;
  }

  override absorb(other: BoundsSession): void {
    if (compareEvents(other.first, this.first) < 0) this.earliest = other.first;
    this.ended_at = Math.max(this.ended_at, other.ended_at);
    this.from = Math.min(this.from, other.from);
    this.to = Math.max(this.to, other.to);
    this.reach = Math.max(this.reach, other.reach);
    this.floor = Math.min(this.floor, other.floor);
    this.contacts.count += other.contacts.count;
    this.eventCount += other.eventCount;
    this.unrevised += other.unrevised;
    this.gone ??= [];
    this.gone.push(...(other.gone ?? []));
    if (other.standing) this.gone.push(other.standing);
  }

  override revise(version: number, changes: Changes): void {
    const { event_id, occurred_at } = this.first;
    let before = this.standing;
    if (before && before.session_id !== event_id) {
      changes.sessions.push(takeBack(before));
      before = undefined;
    }
    for (const row of this.gone ?? []) changes.sessions.push(takeBack(row));
    this.gone = undefined;
    this.standing = revised(
      {
        session_id: event_id,
        started_at: occurred_at,
        ended_at: this.ended_at,
        event_count: this.eventCount,
        contact_count: this.contacts.count,
        leg_count: 0,
        channels: none,
        path: none,
        path_counts: noCounts,
        outcome: 'UNKNOWN',
        intent: '',
        failures_before_success: 0,
        first_failed_channel: '',
        rescued_by_channel: '',
        time_to_success_ms: null,
        cost_minor: null,
        currency: '',
        emotion_start: null,
        emotion_end: null,
        oversized: false,
        rule_version: this.its.version,
        version: 0,
        sign: 1,
      },
      before,
      changes.sessions,
      version,
    );
    this.unrevised = 0;
  }
}

const none: string[] = [];
const noCounts: number[] = [];

class BoundsCustomer extends Customer {
  protected override newSession(): Session {
    return new BoundsSession(this.rules);
  }
}

/** Writes no events: the row is the state. */
function withoutState(codec: AvroCodec<SessionChangeSet>): AvroCodec<SessionChangeSet> {
  const encode = codec.encode.bind(codec);
  codec.encode = (set) => {
    set.state = [];
    return encode(set);
  };
  return codec;
}

export const countsAndBounds: SessionForm = {
  inputFields: [
    'event_id',
    'occurred_at',
    'source_system',
    'source_instance',
    'source_sequence',
    'channel',
    'interaction_id',
    'contact_id',
    'customer_id',
    'late',
    'sessionised',
  ],
  newCustomer: (rules) => new BoundsCustomer(rules),
  changeSets: withoutState,
};
