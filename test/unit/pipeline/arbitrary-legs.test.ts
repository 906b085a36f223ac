import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { SimEvent } from '../../simulator/core/event';
import { see } from '../../simulator/truth/rules';
import { differences, foundLegs, trueLegs } from './leg-columns';
import { runPipeline } from './pure-pipeline';

const maybe = <T>(...values: T[]): fc.Arbitrary<T | undefined> => fc.constantFrom(undefined, undefined, ...values);
const start = Date.UTC(2026, 2, 2, 10);

/** Few calls, few queues, little time: what needs several events to show happens often. */
const event = fc.record({
  at: fc.integer({ min: 0, max: 90 }),
  type: fc.constantFrom(
    'ivr.menu_entered',
    'ivr.menu_entered',
    'ivr.opt_out',
    'ivr.ended',
    'bot.session_started',
    'queue.entered',
    'queue.entered',
    'queue.abandoned',
    'queue.left',
    'offer.made',
    'offer.accepted',
    'offer.rejected',
    'offer.timeout',
    'agent.joined',
    'agent.left',
    'hold.started',
    'hold.ended',
    'transfer.completed',
    'transfer.completed',
    'message.sent',
    'interaction.ended',
    'interaction.ended',
    'wrapup.completed',
  ),
  call: fc.constantFrom('v1', 'v1', 'v1', 'v2', 'v3', 'v4', 'v5', 'v6'),
  contact: fc.constantFrom(undefined, 'c1', 'c1', 'c2'),
  previous: maybe('v1', 'v2'),
  system: fc.constantFrom('acd', 'acd', 'acd', 'other'),
  channel: fc.constantFrom('VOICE', 'VOICE', 'CHAT') as fc.Arbitrary<SimEvent['channel']>,
  direction: fc.constantFrom('INBOUND', 'OUTBOUND', 'INTERNAL') as fc.Arbitrary<SimEvent['direction']>,
  actor: fc.constantFrom('CUSTOMER', 'AGENT', 'BOT', 'SYSTEM') as fc.Arbitrary<'AGENT'>,
  agent: fc.constantFrom('anna', 'ben'),
  queue: maybe('support', 'support', 'billing'),
  status: maybe('FAILURE', 'SUCCESS', 'UNKNOWN') as fc.Arbitrary<'FAILURE' | undefined>,
  by: maybe('CUSTOMER', 'AGENT', 'TELECOM_PROBLEM'),
  code: maybe('dropped', 'warm'),
  resolved_by: maybe('bot', 'human'),
  goal: maybe('paid', 'moved'),
  case_id: maybe('k1', 'k2'),
  order_id: maybe('o1', 'o2'),
  cost: maybe(3, 5),
  currency: fc.constantFrom('EUR', 'EUR', 'USD'),
  score: maybe(-0.5, 0.25),
});

const events: fc.Arbitrary<SimEvent[]> = fc.array(event, { minLength: 1, maxLength: 30 }).map((given) =>
  given
    .map((one, index): SimEvent => {
      const outcome = { status: one.status, code: one.code, disconnect_by: one.by };
      const reached = { resolved_by: one.resolved_by, goal: index % 3 === 0 ? one.goal : undefined };
      return JSON.parse(
        JSON.stringify({
          event_id: `e${String(index).padStart(2, '0')}`,
          event_type: one.type,
          occurred_at: new Date(start + one.at * 60_000).toISOString(),
          channel: one.channel,
          direction: one.direction,
          source: { system: one.system },
          identities: [{ type: 'customer_id', value: 'C1', verified: true }],
          interaction_id: one.call,
          contact_id: one.contact,
          previous_interaction_id: one.previous,
          actor: { type: one.actor, id: one.agent },
          queue: one.queue && { id: one.queue },
          outcome: { ...outcome, ...reached },
          case_id: one.case_id,
          order_id: one.order_id,
          cost: one.cost && { amount_minor: one.cost, currency: one.currency },
          emotion: one.score && { score: one.score },
        }),
      );
    })
    // In order, so that none is late: other orders of arrival are compared with this one in test/unit/sessionize.
    .sort((a, b) => Date.parse(a.occurred_at) - Date.parse(b.occurred_at)),
);

describe('the legs of arbitrary calls', () => {
  test('are what the simulator’s independent reading of the rules makes of them, column by column', () => {
    fc.assert(
      fc.property(events, fc.integer({ min: 1, max: 30 }), (given, batch) => {
        const wanted = trueLegs(given.map(see));
        expect(differences(wanted, foundLegs(runPipeline(given, 1, batch)))).toEqual([]);
      }),
      { numRuns: 1_500 },
    );
  }, 60_000);

  test('show what the comparison is for', () => {
    const legs = fc.sample(events, { seed: 1, numRuns: 1_000 }).flatMap((given) => trueLegs(given.map(see)));
    const seen = new Set<string>(legs.flatMap(({ failure_step, abandoned_in }) => [failure_step, abandoned_in]));
    expect([...seen]).toEqual(expect.arrayContaining(['transfer.loop', 'transfer.repeated', 'offer.unanswered']));
    expect([...seen]).toEqual(expect.arrayContaining(['', 'IVR', 'QUEUE', 'RING', 'HOLD']));
    const joined = legs.filter(
      ({ contact_id, interaction_id }) => contact_id.startsWith('v') && contact_id !== interaction_id,
    );
    expect(joined.length).toBeGreaterThan(0);
  });
});
