import { describe, expect, test } from '@jest/globals';
import type { SessionEvent } from '../../../schemas/types';
import { Customer } from '../../../services/sessionize/domain/customer';
import type { Changes } from '../../../services/sessionize/domain/revision';
import { defaultRules } from '../../../services/sessionize/domain/rules';
import { sessionEvent } from './events';

/** Events a second apart, in batches of 500, each batch backwards: all but its first comes out of order. */
function bot(count: number, given: (index: number) => Partial<SessionEvent>) {
  const customer = new Customer(defaultRules);
  const rows = { sessions: 0, legs: 0 };
  let changes: Changes = { sessions: [], legs: [] };
  for (let from = 0; from < count; from += 500) {
    const batch = Array.from({ length: 500 }, (_, i) =>
      sessionEvent({ event_id: `e${from + i}`, occurred_at: (from + i) * 1_000, ...given(from + i) }),
    );
    customer.add(batch.reverse());
    changes = { sessions: [], legs: [] };
    customer.revise(from + 1, changes);
    rows.sessions += changes.sessions.length;
    rows.legs += changes.legs.length;
  }
  return { customer, rows, last: changes };
}

describe('sessions of very many events', () => {
  test('100,000 in one leg: counts exact, two rows a revision', () => {
    const { customer, rows } = bot(100_000, () => ({ interaction_id: 'i', contact_id: 'c' }));
    expect(customer.sessions).toHaveLength(1);
    expect(customer.sessions[0].row).toMatchObject({
      event_count: 100_000,
      leg_count: 1,
      contact_count: 1,
      ended_at: 99_999_000,
      oversized: false,
    });
    expect(rows).toEqual({ sessions: 399, legs: 399 });
  });

  test('20,000 legs: lists hold the first 200, only they name the session, each leg is emitted once', () => {
    const { customer, rows } = bot(20_000, (i) => ({ interaction_id: `i${i}`, failure_step: 'web.form_error' }));
    const [session] = customer.sessions;
    expect(session.row).toMatchObject({
      event_count: 20_000,
      leg_count: 20_000,
      contact_count: 20_000,
      path: ['WEB:FAILURE'],
      path_counts: [200],
      failures_before_success: 20_000,
      oversized: true,
    });
    expect(session.legs.filter(({ emitted }) => emitted?.session_id === 'e0')).toHaveLength(200);
    expect(session.legs.filter(({ emitted }) => emitted?.session_id === '')).toHaveLength(19_800);
    expect(rows.legs).toBe(20_000);
  });

  test('an earlier event takes the place of the 200th leg, whatever the session’s length: at most 202 legs change', () => {
    const { customer } = bot(5_000, (i) => ({ interaction_id: `i${i}` }));
    customer.add([sessionEvent({ event_id: 'first', occurred_at: -1_000, interaction_id: 'first' })]);
    const changes: Changes = { sessions: [], legs: [] };
    customer.revise(9_999, changes);
    // 199 legs under a new session's name, one that loses it, one that is new: each −1 with its +1 but the last.
    expect(changes.legs).toHaveLength(2 * 200 + 1);
    expect(changes.sessions).toHaveLength(2);
  });

  test('one contact_id shared by 10,000 customers joins nobody to anybody', () => {
    const shared = Array.from({ length: 10_000 }, () => new Customer(defaultRules));
    shared.forEach((customer, index) => {
      customer.add([sessionEvent({ event_id: `e${index}`, occurred_at: 0, contact_id: 'everybody' })]);
    });
    expect(shared.every(({ sessions }) => sessions.length === 1 && sessions[0].eventCount === 1)).toBe(true);
  });
});
