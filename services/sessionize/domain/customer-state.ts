import type { LegRow, SessionEvent, SessionRow } from '../../../schemas/types';
import { type Component, components } from './components';
import { compareEvents } from './event-order';
import { reachMs, type SessionRules } from './rules';
import { describeSession } from './session-row';

/** A session that can still change, with the rows last emitted for it. */
export interface OpenSession {
  events: SessionEvent[];
  row: SessionRow;
  legs: Map<string, LegRow>;
  /** Until when (event time) something could still join it, lateness included: beyond this the state is not needed. */
  evictable_at: number;
  /** Offset in the sessions topic of the oldest change set that restoring it needs. */
  floor: number;
}

/** One customer's open sessions, in order of time. Never changed in place: a failed commit leaves it as it was. */
export type CustomerState = readonly OpenSession[];

/** Rows that change together: the −1 of what was emitted, the +1 of what is true now. */
export interface Changes {
  sessions: SessionRow[];
  legs: LegRow[];
}

/**
 * Takes events into a customer's state. They need not be in order, but none may be late; the result depends on the set
 * of events alone. `version` is the change set's change_seq; `floor` of what is new is the caller's to set after the
 * commit: it is given as Infinity.
 */
export function addEvents(
  state: CustomerState,
  added: SessionEvent[],
  rules: SessionRules,
  version: number,
): { state: CustomerState; changes: Changes } {
  const affected = state.filter((session) => added.some((event) => canJoin(session, event, rules)));
  const untouched = state.filter((session) => !affected.includes(session));
  const events = [...affected.flatMap((session) => session.events), ...added].sort(compareEvents);
  const floors = new Map(affected.flatMap((session) => session.events.map((event) => [event, session.floor] as const)));
  const changes: Changes = { sessions: [], legs: [] };
  const emitted = emittedRows(affected);
  const sessions = components(events, rules).map((component) => openSession(component, rules, floors));
  for (const session of sessions) {
    session.row = revise(session.row, emitted.sessions, (row) => row.session_id, changes.sessions, version);
    for (const [id, leg] of session.legs) {
      session.legs.set(
        id,
        revise(leg, emitted.legs, (row) => row.leg_id, changes.legs, version),
      );
    }
  }
  // What was emitted and is no more: merged into another session, or cut differently.
  changes.sessions.unshift(...[...emitted.sessions.values()].map(takeBack));
  changes.legs.unshift(...[...emitted.legs.values()].map(takeBack));
  return { state: [...untouched, ...sessions].sort((a, b) => compareEvents(a.events[0], b.events[0])), changes };
}

/** Rebuilds a customer's state from its events and the rows last emitted; sessions the watermark has passed are left out. */
export function restoreState(
  events: { event: SessionEvent; floor: number }[],
  emitted: { sessions: Map<string, SessionRow>; legs: Map<string, LegRow> },
  rules: SessionRules,
  watermark: number | undefined,
): CustomerState {
  const floors = new Map(events.map(({ event, floor }) => [event, floor] as const));
  const ordered = events.map(({ event }) => event).sort(compareEvents);
  const sessions = components(ordered, rules).map((component) => openSession(component, rules, floors));
  return evict(sessions, watermark).map((session) => {
    const row = emitted.sessions.get(session.row.session_id) ?? session.row;
    const legs = new Map([...session.legs].map(([id, leg]) => [id, emitted.legs.get(id) ?? leg]));
    return { ...session, row, legs };
  });
}

/** The state without sessions that nothing in time can join any more. */
export function evict(state: CustomerState, watermark: number | undefined): CustomerState {
  if (watermark === undefined || !state.some((session) => session.evictable_at < watermark)) return state;
  return state.filter((session) => session.evictable_at >= watermark);
}

function openSession(component: Component, rules: SessionRules, floors: Map<SessionEvent, number>): OpenSession {
  const { row, legs } = describeSession(component, rules);
  let reach = 0;
  let floor = Number.POSITIVE_INFINITY;
  for (const event of component.events) {
    reach = Math.max(reach, event.occurred_at + reachMs(event.channel, rules));
    floor = Math.min(floor, floors.get(event) ?? Number.POSITIVE_INFINITY);
  }
  return {
    events: component.events,
    row,
    legs: new Map(legs.map((leg) => [leg.row.leg_id, leg.row])),
    evictable_at: reach + rules.lateness_ms,
    floor,
  };
}

/** Whether an event may touch a session, by gap or by contact, or lie between it and what it joins. Generous is safe. */
function canJoin(session: OpenSession, event: SessionEvent, rules: SessionRules): boolean {
  const at = event.occurred_at;
  return session.row.started_at <= at + reachMs(event.channel, rules) && at <= session.evictable_at - rules.lateness_ms;
}

function emittedRows(sessions: OpenSession[]) {
  return {
    sessions: new Map(sessions.map(({ row }) => [row.session_id, row] as const)),
    legs: new Map(sessions.flatMap(({ legs }) => [...legs])),
  };
}

/** Emits a row when it differs from what was emitted under its id, and answers the row that now stands. */
function revise<Row extends SessionRow | LegRow>(
  row: Row,
  emitted: Map<string, Row>,
  idOf: (row: Row) => string,
  changes: Row[],
  version: number,
): Row {
  const before = emitted.get(idOf(row));
  emitted.delete(idOf(row));
  if (before && sameRow(before, row)) return before;
  const after = { ...row, version, sign: 1 };
  if (before) changes.push(takeBack(before));
  changes.push(after);
  return after;
}

/** The −1 row is exactly the row last emitted, its version included. */
const takeBack = <Row extends SessionRow | LegRow>(row: Row): Row => ({ ...row, sign: -1 });

function sameRow(a: SessionRow | LegRow, b: SessionRow | LegRow): boolean {
  for (const key of Object.keys(a) as (keyof typeof a)[]) {
    if ((key as string) === 'version' || (key as string) === 'sign') continue;
    const x: unknown = a[key];
    const y: unknown = b[key];
    if (x === y) continue;
    if (!Array.isArray(x) || !Array.isArray(y) || x.length !== y.length || x.some((value, i) => value !== y[i]))
      return false;
  }
  return true;
}
