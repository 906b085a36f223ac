import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { LegRow, SessionChangeSet, SessionEvent, SessionRow } from '../../../schemas/types';
import { Customer } from '../../../services/sessionize/domain/customer';
import { compareEvents } from '../../../services/sessionize/domain/event-order';
import { packCustomer, unpackCustomer } from '../../../services/sessionize/domain/packed';
import type { Changes } from '../../../services/sessionize/domain/revision';
import { defaultRules } from '../../../services/sessionize/domain/rules';
import { restoreCustomer } from '../../../services/sessionize/restore';
import { arbitraryEvents } from './arbitrary-events';
import { hour, minute, sessionEvent } from './events';
import { oracleSessions } from './oracle';

/** One change set: takes events in and, unless told to wait, emits the rows. */
function change(customer: Customer, events: SessionEvent[], version: number, revises = true): SessionChangeSet {
  const changes: Changes = { sessions: [], legs: [] };
  const state = customer.add(events);
  if (revises) customer.revise(version, changes);
  customer.changeSeq = version;
  return { customer_id: 'c', change_seq: version, ...changes, state, progress: null };
}

function cut(events: SessionEvent[], cuts: number[]): SessionEvent[][] {
  const borders = [...new Set([0, ...cuts.map((one) => one % (events.length + 1)), events.length])].sort(
    (a, b) => a - b,
  );
  return borders.slice(1).map((border, index) => events.slice(borders[index], border));
}

/** Events cut into batches, each one change set; all but the last may wait with their rows. */
function run(
  events: SessionEvent[],
  cuts: number[],
  waits: (index: number) => boolean = () => false,
  rules = defaultRules,
) {
  const customer = new Customer(rules);
  const batches = cut(events, cuts);
  const sets = batches.map((batch, index) =>
    change(customer, batch, index + 1, index === batches.length - 1 || !waits(index)),
  );
  return { customer, sets, batches };
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

const rowsOf = (sets: SessionChangeSet[]) => ({
  sessions: standing(sets.flatMap(({ sessions }) => sessions)),
  legs: standing(sets.flatMap(({ legs }) => legs)),
});

const unversioned = (rows: { sessions: SessionRow[]; legs: LegRow[] }): string[] =>
  [...rows.sessions, ...rows.legs].map(({ version: _, ...row }) => JSON.stringify(row)).sort();

const arrival = fc.tuple(arbitraryEvents, fc.infiniteStream(fc.nat()), fc.array(fc.nat(), { maxLength: 6 }));

const shuffled = (events: SessionEvent[], random: Iterator<number>): SessionEvent[] => {
  const result = [...events];
  for (let i = result.length - 1; i > 0; i--) {
    const j = random.next().value % (i + 1);
    [result[i], result[j]] = [result[j], result[i]];
  }
  return result;
};

const membersOf = (customer: Customer) =>
  customer.sessions.map((session) => ({
    session_id: session.row?.session_id,
    started_at: session.row?.started_at,
    ended_at: session.row?.ended_at,
    event_ids: [...session.events()].sort(compareEvents).map(({ event_id }) => event_id),
    contact_count: session.row?.contact_count,
  }));

describe('sessions of one customer', () => {
  test('are the connected sets of contact intervals, whatever the order, the batches and repeats', () => {
    fc.assert(
      fc.property(arrival, fc.boolean(), ([events, random, cuts], repeats) => {
        const sent = shuffled(repeats ? [...events, ...events.slice(0, 5)] : events, random);
        expect(membersOf(run(sent, cuts).customer)).toEqual(oracleSessions(events));
      }),
      { numRuns: 800 },
    );
  });

  test('have the same rows, legs included, as if all events had come at once, also where rows had to wait', () => {
    fc.assert(
      fc.property(arrival, fc.nat(), ([events, random, cuts], waiting) => {
        const { sets } = run(shuffled(events, random), cuts, (index) => ((waiting >> index) & 1) === 1);
        const once = run(events, []);
        expect(unversioned(rowsOf(sets))).toEqual(unversioned(rowsOf(once.sets)));
      }),
      { numRuns: 800 },
    );
  });

  test('have the same rows where rows of long sessions are not kept but made again', () => {
    const rules = { ...defaultRules, oversized_legs: 1 };
    fc.assert(
      fc.property(arrival, ([events, random, cuts]) => {
        const { sets } = run(shuffled(events, random), cuts, undefined, rules);
        expect(unversioned(rowsOf(sets))).toEqual(unversioned(rowsOf(run(events, [], undefined, rules).sets)));
      }),
      { numRuns: 800 },
    );
  });

  test('go on after a restore from the change sets, or from packed bytes, as if nothing had happened', () => {
    fc.assert(
      fc.property(arrival, fc.nat(), fc.nat(), fc.boolean(), ([events, random, cuts], crash, waiting, packs) => {
        const waits = (index: number): boolean => ((waiting >> index) & 1) === 1;
        const { sets, batches } = run(shuffled(events, random), cuts, waits);
        const survived = crash % (batches.length + 1);
        const log = sets.slice(0, survived).map((set, offset) => ({ offset, set }));
        const restored = restoreCustomer(log, defaultRules, undefined);
        let customer = restored.customer;
        expect(restored.isWaiting).toBe(survived > 0 && survived < batches.length && waits(survived - 1));
        if (packs && !restored.isWaiting) customer = unpackCustomer(packCustomer('c', customer), defaultRules);
        const after = batches
          .slice(survived)
          .map((batch, i) =>
            change(customer, batch, survived + i + 1, survived + i === batches.length - 1 || !waits(survived + i)),
          );
        const both = [...sets.slice(0, survived), ...after];
        expect(unversioned(rowsOf(both))).toEqual(unversioned(rowsOf(sets)));
      }),
      { numRuns: 500 },
    );
  });

  test('survive eviction: an event that is not late never misses state the watermark has passed', () => {
    const delays = fc.infiniteStream(fc.integer({ min: 0, max: defaultRules.lateness_ms }));
    fc.assert(
      fc.property(arbitraryEvents, fc.boolean(), delays, (events, isInOrder, delay) => {
        const arrives = new Map(
          events.map((event) => [event, event.occurred_at + (isInOrder ? 0 : (delay.next().value as number))]),
        );
        const ordered = [...events].sort((a, b) => (arrives.get(a) as number) - (arrives.get(b) as number));
        const customer = new Customer(defaultRules);
        let newest = Number.NEGATIVE_INFINITY;
        const sets = ordered.map((event, index) => {
          // The watermark may be as high as the newest event; an event up to the lateness behind it is still in time.
          newest = Math.max(newest, event.occurred_at + (isInOrder ? defaultRules.lateness_ms : 0));
          customer.evict(newest);
          return change(customer, [event], index + 1);
        });
        const found = rowsOf(sets).sessions.map(({ session_id, event_count }) => ({ session_id, event_count }));
        const truth = oracleSessions(events).map(({ session_id, event_ids }) => ({
          session_id,
          event_count: event_ids.length,
        }));
        const byId = (a: { session_id: string }, b: { session_id: string }) => (a.session_id < b.session_id ? -1 : 1);
        expect(found.sort(byId)).toEqual(truth.sort(byId));
      }),
      { numRuns: 2_000 },
    );
  });

  test('keep a page view that lies within a contact which goes on', () => {
    const customer = new Customer(defaultRules);
    const call = (event_id: string, at: number) => sessionEvent({ event_id, occurred_at: at, contact_id: 'c' });
    const watermarkOf = (at: number): number => at + defaultRules.lateness_ms;
    change(customer, [call('first', 0)], 1);
    change(customer, [sessionEvent({ event_id: 'page', occurred_at: 31 * minute })], 2);
    customer.evict(watermarkOf(4 * hour));
    change(customer, [call('last', 4 * hour)], 3);
    expect(customer.sessions.map(({ eventCount }) => eventCount)).toEqual([3]);
    // Alone they need not wait for what nothing could continue.
    const other = new Customer(defaultRules);
    change(other, [sessionEvent({ event_id: 'page', occurred_at: 0 })], 1);
    other.evict(watermarkOf(30 * minute) + 1);
    expect(other.sessions).toEqual([]);
  });
});
