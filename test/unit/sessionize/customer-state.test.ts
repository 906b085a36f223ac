import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { LegRow, SessionEvent, SessionRow } from '../../../schemas/types';
import {
  addEvents,
  type Changes,
  type CustomerState,
  evict,
  restoreState,
} from '../../../services/sessionize/domain/customer-state';
import { defaultRules } from '../../../services/sessionize/domain/rules';
import { arbitraryEvents } from './arbitrary-events';
import { oracleSessions } from './oracle';

/** Events cut into batches at the given points, each batch one change set. */
function run(
  events: SessionEvent[],
  cuts: number[],
): { state: CustomerState; changes: Changes[]; batches: SessionEvent[][] } {
  const borders = [...new Set([0, ...cuts.map((cut) => cut % (events.length + 1)), events.length])].sort(
    (a, b) => a - b,
  );
  const batches = borders.slice(1).map((border, index) => events.slice(borders[index], border));
  let state: CustomerState = [];
  const changes = batches.map((batch, index) => {
    const result = addEvents(state, batch, defaultRules, index + 1);
    state = result.state;
    return result.changes;
  });
  return { state, changes, batches };
}

/** What a reader of sign rows sees: rows that are not taken back; throws when a −1 meets no equal +1. */
function standing<Row extends SessionRow | LegRow>(rows: Row[]): Row[] {
  const open = new Map<string, Row>();
  for (const row of rows) {
    const { sign, ...rest } = row;
    const key = JSON.stringify(rest);
    if (sign > 0) {
      expect(open.has(key)).toBe(false);
      open.set(key, row);
    } else {
      expect(open.delete(key)).toBe(true);
    }
  }
  return [...open.values()];
}

const withoutVersion = ({ version: _, ...row }: SessionRow) => row;
const arrival = fc.tuple(arbitraryEvents, fc.infiniteStream(fc.nat()), fc.array(fc.nat(), { maxLength: 6 }));

const shuffled = (events: SessionEvent[], random: Iterator<number>): SessionEvent[] => {
  const result = [...events];
  for (let i = result.length - 1; i > 0; i--) {
    const j = random.next().value % (i + 1);
    [result[i], result[j]] = [result[j], result[i]];
  }
  return result;
};

describe('sessions of one customer', () => {
  test('are the connected sets of contact intervals, whatever the order and the batches', () => {
    fc.assert(
      fc.property(arrival, ([events, random, cuts]) => {
        const { state } = run(shuffled(events, random), cuts);
        expect(
          state.map(({ row, events: members }) => ({
            session_id: row.session_id,
            started_at: row.started_at,
            ended_at: row.ended_at,
            event_ids: members.map(({ event_id }) => event_id),
            contact_count: row.contact_count,
          })),
        ).toEqual(oracleSessions(events));
      }),
      { numRuns: 500 },
    );
  });

  test('have the same rows, legs included, as if all events had come at once', () => {
    fc.assert(
      fc.property(arrival, ([events, random, cuts]) => {
        const { changes } = run(shuffled(events, random), cuts);
        const sessions = standing(changes.flatMap((change) => change.sessions));
        const legs = standing(changes.flatMap((change) => change.legs));
        const once = run(events, []);
        const byId = (a: { session_id: string }, b: { session_id: string }) => (a.session_id < b.session_id ? -1 : 1);
        expect(sessions.map(withoutVersion).sort(byId)).toEqual(
          once.changes
            .flatMap((change) => change.sessions)
            .map(withoutVersion)
            .sort(byId),
        );
        const legKey = ({ version: _, ...leg }: LegRow) => JSON.stringify(leg);
        expect(legs.map(legKey).sort()).toEqual(
          once.changes
            .flatMap((change) => change.legs)
            .map(legKey)
            .sort(),
        );
      }),
      { numRuns: 300 },
    );
  });

  test('hold each version once: a row taken back is exactly the row last emitted', () => {
    fc.assert(
      fc.property(arrival, ([events, random, cuts]) => {
        const { changes } = run(shuffled(events, random), cuts);
        for (const rows of [changes.flatMap((c) => c.sessions), changes.flatMap((c) => c.legs)])
          standing<SessionRow | LegRow>(rows);
      }),
    );
  });

  test('go on after a restore from the change sets as if nothing had happened', () => {
    fc.assert(
      fc.property(arrival, fc.nat(), ([events, random, cuts], crash) => {
        const { changes, batches, state } = run(shuffled(events, random), cuts);
        const survived = crash % (batches.length + 1);
        const emitted = { sessions: new Map<string, SessionRow>(), legs: new Map<string, LegRow>() };
        for (const change of changes.slice(0, survived)) {
          for (const row of change.sessions)
            row.sign > 0 ? emitted.sessions.set(row.session_id, row) : emitted.sessions.delete(row.session_id);
          for (const row of change.legs)
            row.sign > 0 ? emitted.legs.set(row.leg_id, row) : emitted.legs.delete(row.leg_id);
        }
        const kept = batches
          .slice(0, survived)
          .flatMap((batch, index) => batch.map((event) => ({ event, floor: index })));
        let restored = restoreState(kept, emitted, defaultRules, undefined);
        const after = batches.slice(survived).map((batch, index) => {
          const result = addEvents(restored, batch, defaultRules, survived + index + 1);
          restored = result.state;
          return result.changes;
        });
        expect(after).toEqual(changes.slice(survived));
        expect(restored.map(({ row }) => row)).toEqual(state.map(({ row }) => row));
      }),
    );
  });

  test('survive eviction: an event that is not late never misses state the watermark has passed', () => {
    fc.assert(
      fc.property(arbitraryEvents, (events) => {
        const ordered = [...events].sort((a, b) => a.occurred_at - b.occurred_at);
        let state: CustomerState = [];
        let version = 0;
        const rows: SessionRow[] = [];
        for (const event of ordered) {
          version += 1;
          // The watermark may be as high as the newest event; an event up to the lateness behind it is still in time.
          state = evict(state, event.occurred_at + defaultRules.lateness_ms);
          const result = addEvents(state, [event], defaultRules, version);
          state = result.state;
          rows.push(...result.changes.sessions);
        }
        const found = standing(rows).map(({ session_id, event_count }) => ({ session_id, event_count }));
        const truth = oracleSessions(events).map(({ session_id, event_ids }) => ({
          session_id,
          event_count: event_ids.length,
        }));
        const byId = (a: { session_id: string }, b: { session_id: string }) => (a.session_id < b.session_id ? -1 : 1);
        expect(found.sort(byId)).toEqual(truth.sort(byId));
      }),
    );
  });
});
