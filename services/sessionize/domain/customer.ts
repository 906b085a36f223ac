import type { LegRow, SessionEvent, SessionRow } from '../../../schemas/types';
import { contactKey, isAlone } from './contacts';
import { compareEvents } from './event-order';
import type { Changes } from './revision';
import type { SessionRules } from './rules';
import { bySessionStart, Session } from './session';

/** Sessions and events that touch one another, in a chain or directly. */
interface Cluster {
  from: number;
  to: number;
  sessions: Session[];
  events: SessionEvent[];
  /** Where its content has gone. */
  into?: Cluster;
}

function standing(cluster: Cluster): Cluster {
  let at = cluster;
  while (at.into) at = at.into;
  return at;
}

/** Makes two clusters one; answers it. */
function join(one: Cluster, other: Cluster): Cluster {
  const [a, b] = [standing(one), standing(other)];
  if (a === b) return a;
  a.from = Math.min(a.from, b.from);
  a.to = Math.max(a.to, b.to);
  for (const session of b.sessions) a.sessions.push(session);
  for (const event of b.events) a.events.push(event);
  b.into = a;
  return a;
}

/** Rows that stand in the tables for sessions no longer known here. */
export interface StandingRows {
  sessions: readonly SessionRow[];
  legs: readonly LegRow[];
}

/**
 * One customer's open sessions. Changed in place: when a commit fails, the whole partition's state is given up and
 * restored.
 */
export class Customer {
  /** In order of time; they never overlap. */
  sessions: Session[] = [];
  /** change_seq of the last change set; 0 before the first. */
  changeSeq = 0;

  constructor(protected readonly rules: SessionRules) {}

  protected newSession(): Session {
    return new Session(this.rules);
  }

  /**
   * Takes events in, which need not be in order; the sessions that come out depend on the set of events alone. Answers
   * those that were not there before.
   */
  add(events: readonly SessionEvent[]): SessionEvent[] {
    const ordered = events.length > 1 ? [...events].sort(compareEvents) : events;
    if (!ordered.every(isAlone)) return this.addTogether(ordered);
    const taken: SessionEvent[] = [];
    for (const event of ordered) {
      const session = this.onlySessionAt(event);
      if (!session) taken.push(...this.addTogether([event]));
      else if (session.insert(event)) taken.push(event);
    }
    return taken;
  }

  /** The one session that an event which no id joins to another touches, or a new one; undefined when it joins several. */
  private onlySessionAt({ occurred_at, channel }: SessionEvent): Session | undefined {
    const until = occurred_at + this.rules.gap_ms[channel];
    let found: Session | undefined;
    let isLast = true;
    for (const session of this.sessions) {
      if (session.from > until) isLast = false;
      else if (session.to >= occurred_at) {
        if (found) return undefined;
        found = session;
      }
    }
    if (found || !isLast) return found;
    found = this.newSession();
    this.sessions.push(found);
    return found;
  }

  private addTogether(ordered: readonly SessionEvent[]): SessionEvent[] {
    const taken: SessionEvent[] = [];
    let merged = false;
    for (const cluster of this.directlyJoined(ordered) ?? this.clusters(ordered)) {
      if (cluster.events.length === 0) continue;
      const session = this.sessionOf(cluster);
      merged ||= cluster.sessions.length !== 1;
      for (const event of cluster.events) if (session.insert(event)) taken.push(event);
      session.to = Math.max(session.to, cluster.to);
    }
    if (merged) this.sessions.sort(bySessionStart);
    return taken;
  }

  /** Events of all its open sessions. */
  get eventCount(): number {
    let count = 0;
    for (const session of this.sessions) count += session.eventCount;
    return count;
  }

  /** Emits what is not yet emitted. Answers false when nothing has changed. */
  revise(version: number, changes: Changes): boolean {
    for (const session of this.sessions) if (!session.isRevised) session.revise(version, changes);
    const hasChanged = changes.sessions.length > 0 || changes.legs.length > 0;
    if (hasChanged) this.changeSeq = version;
    return hasChanged;
  }

  /**
   * After a restore: sessions whose standing rows are just what their events make count as revised. Answers whether all
   * are; the others are revised when their time comes.
   */
  settle(): boolean {
    let areAll = true;
    for (const session of this.sessions) areAll = session.settle() && areAll;
    return areAll;
  }

  /**
   * Gives standing rows to the sessions they lie in, so that the next revision takes them back or keeps them. What a
   * session here has emitted itself is known better. Answers rows that lie in no session.
   */
  adopt(rows: StandingRows): StandingRows {
    let { sessions, legs } = rows;
    for (const session of this.sessions) {
      const within = (at: number): boolean => at >= session.from && at <= session.to;
      session.adopt(
        sessions.filter(({ started_at }) => within(started_at)),
        legs.filter(({ arrived_at }) => within(arrived_at)),
      );
      sessions = sessions.filter(({ started_at }) => !within(started_at));
      legs = legs.filter(({ arrived_at }) => !within(arrived_at));
    }
    return { sessions, legs };
  }

  /**
   * Gives up sessions that nothing in time can join any more: in order of time, since a contact of an earlier one that goes
   * on covers all that lies between.
   */
  evict(watermark: number | undefined): void {
    if (watermark === undefined) return;
    let passed = 0;
    const { sessions } = this;
    while (passed < sessions.length && sessions[passed].isRevised && sessions[passed].isPassedBy(watermark))
      passed += 1;
    if (passed > 0) this.sessions = this.sessions.slice(passed);
  }

  /** The plain case: one session, which every event touches. */
  private directlyJoined(events: readonly SessionEvent[]): Cluster[] | undefined {
    if (this.sessions.length !== 1) return undefined;
    let { from, to } = this.sessions[0];
    for (const { occurred_at, channel } of events) {
      const until = occurred_at + this.rules.gap_ms[channel];
      if (occurred_at > to || until < from) return undefined;
      from = Math.min(from, occurred_at);
      to = Math.max(to, until);
    }
    return [{ from, to, sessions: [...this.sessions], events: [...events] }];
  }

  private clusters(events: readonly SessionEvent[]): Cluster[] {
    const clusterOf = new Map<Session, Cluster>(
      this.sessions.map((session) => [
        session,
        { from: session.from, to: session.to, sessions: [session], events: [] },
      ]),
    );
    const clusters = [...clusterOf.values()];
    // A contact covers the time between its events: whatever continues it is one with it.
    const latestOf = new Map<string, { at: number; cluster: Cluster }>();
    for (const event of events) {
      const at = event.occurred_at;
      let own: Cluster = { from: at, to: at + this.rules.gap_ms[event.channel], sessions: [], events: [event] };
      clusters.push(own);
      if (isAlone(event)) continue;
      const key = contactKey(event);
      for (const [session, cluster] of clusterOf) {
        if (session.contacts.continues(key, at)) own = join(cluster, own);
      }
      const before = latestOf.get(key);
      if (before && at - before.at <= this.rules.contact_join_ms) own = join(before.cluster, own);
      latestOf.set(key, { at, cluster: own });
    }
    const joined: Cluster[] = [];
    for (const cluster of clusters.filter(({ into }) => !into).sort((a, b) => a.from - b.from)) {
      const last = joined[joined.length - 1];
      if (last && cluster.from <= last.to) join(last, cluster);
      else joined.push(cluster);
    }
    return joined;
  }

  /** The session that a cluster becomes: its largest one, which takes in the others, or a new one. */
  private sessionOf({ sessions }: Cluster): Session {
    const [largest, ...others] = sessions.sort((a, b) => b.eventCount - a.eventCount);
    if (!largest) {
      const session = this.newSession();
      this.sessions.push(session);
      return session;
    }
    for (const other of others) {
      largest.absorb(other);
      this.sessions.splice(this.sessions.indexOf(other), 1);
    }
    return largest;
  }
}
