import { describe, expect, test } from '@jest/globals';
import { type Comparison, compare, differs, type Found } from '../../../../infra/tools/report/compare';
import { renderComparison, sparkline, table } from '../../../../infra/tools/report/render';
import { type LegFigures, legFigures, type SessionFigures, type Truth } from '../../../../infra/tools/report/truth';

const session = (given: Partial<SessionFigures>): SessionFigures => ({
  session_id: 's1',
  customer_id: 'c1',
  started_at: 1,
  ended_at: 2,
  event_count: 2,
  contact_count: 1,
  leg_count: 1,
  path: ['WEB:UNKNOWN'],
  path_counts: [1],
  outcome: 'UNKNOWN',
  failures_before_success: 0,
  first_failed_channel: '',
  rescued_by_channel: '',
  intent: '',
  ...given,
});
const queue = { offered: 5, answered: 4, abandoned: 1, wait_ms_answered: 40_000 };
const legs = Object.fromEntries(Object.keys(legFigures).map((name, index) => [name, index])) as LegFigures;
const services = {
  callbacks: { scheduled: 3, reached: 2 },
  surveys: { CSAT: { invitations: 4, responses: 1 }, NPS: { invitations: 2, responses: 0 } },
  cases: { opened: 5 },
  agents: { on_queue_ms: 60_000 },
};
const hours = Array.from({ length: 24 }, (_, hour) => hour);
const truth: Truth = {
  days: 1,
  repeats: 1,
  events: { all: 10 },
  late: 1,
  channels: { WEB: { all: 276, by_hour: hours } },
  queues: { support: queue },
  legs: 3,
  leg_figures: { WEB: legs },
  sessions: [session({}), session({ session_id: 's2' })],
  ...services,
};
const found: Found = {
  events: 10,
  late: 1,
  legs: 3,
  leg_figures: { WEB: legs },
  channels: { WEB: hours },
  queues: { support: queue },
  sessions: [session({ session_id: 's2' }), session({})],
  ...services,
};
const wrong = (change: Partial<Found>): Comparison[] => compare(truth, { ...found, ...change }).filter(differs);

describe('the comparison with the truth', () => {
  test('finds nothing where all is equal, whatever the order', () => {
    expect(wrong({})).toEqual([]);
    expect(renderComparison(compare(truth, found))).toContain("2 of 2 sessions as the simulation's truth");
  });

  test.each<[string, Partial<Found>, string]>([
    ['an event less', { events: 9 }, 'events (repeats dropped)'],
    ['a late event more', { late: 2 }, 'late events'],
    ['a session missing', { sessions: [session({})] }, 'sessions by id'],
    ['a session too many', { sessions: [...found.sessions, session({ session_id: 's3' })] }, 'sessions by id'],
    ['another path', { sessions: [session({ path: ['WEB:FAILURE'] }), session({ session_id: 's2' })] }, '  their path'],
    ['another end', { sessions: [session({ ended_at: 3 }), session({ session_id: 's2' })] }, '  their ended_at'],
    ['a wait more', { queues: { support: { ...queue, wait_ms_answered: 1 } } }, 'queues: wait_ms_answered'],
    ['a queue that should not be', { queues: { support: queue, ghost: queue } }, 'queues: offered'],
    ['a hold more', { leg_figures: { WEB: { ...legs, hold_count: 99 } } }, 'legs by channel: hold_count'],
    ['a leg’s cost lost', { leg_figures: {} }, 'legs by channel: cost_minor'],
    ['a channel lost', { channels: {} }, 'events by channel and hour'],
    ['a callback more', { callbacks: { scheduled: 4, reached: 2 } }, 'callbacks'],
    ['a kind of survey lost', { surveys: { CSAT: services.surveys.CSAT } }, 'surveys by kind'],
    ['a case less', { cases: { opened: 4 } }, 'cases'],
    ['a minute on queue lost', { agents: { on_queue_ms: 0 } }, 'agents’ time and adherence'],
    ['a leg more', { legs: 4 }, 'legs'],
  ])('sees %s', (_name, change, figure) => {
    const different = wrong(change);
    expect(different.map((one) => one.figure)).toContain(figure);
    expect(renderComparison(compare(truth, { ...found, ...change }))).toContain('differ');
  });
});

describe('the terminal’s drawings', () => {
  test('a sparkline is relative to its largest value and blank at nothing', () => {
    expect(sparkline([0, 1, 4, 8])).toBe(' ▂▅█');
    expect(sparkline([0, 0])).toBe('  ');
  });

  test('columns line up', () => {
    expect(
      table(
        ['name', 'n'],
        [
          ['a', '10'],
          ['long', '7'],
        ],
      ),
    ).toBe('  name   n\n  a     10\n  long   7');
  });
});
