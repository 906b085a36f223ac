import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { withStack } from '../support/stack';
import { call, JourneyTables, leg } from './support/journey-tables';
import { at, story } from './support/story';

const local = withStack(['clickhouse'], { setUpSteps: [] });
let tables: JourneyTables;
beforeAll(async () => {
  tables = await JourneyTables.open(local.stack.addresses.clickhouseUrl, 'journey_rates');
}, 180_000);
afterAll(() => tables?.close());
beforeEach(() => tables.empty('legs', 'sessions'));

const march = { from: '2026-03-01', to: '2026-04-01' };
const outcomes = { ...march, window_days: 7, scope: 'any', as_of: '2026-05-01' as string | null };
describe('rates over journeys', () => {
  const columns = '* EXCEPT (day, time_to_success_ms)';

  test('stand beside their counts', async () => {
    const [first] = story;
    await tables.insertLegs([
      ...story,
      { ...first, customer_id: 'success at once', outcome: 'SUCCESS', failure_step: '' },
      { ...first, customer_id: 'never', outcome: 'FAILURE' },
      { ...first, customer_id: 'fails afterwards', outcome: 'SUCCESS', leg_id: 'f1' },
      {
        ...first,
        customer_id: 'fails afterwards',
        outcome: 'FAILURE',
        leg_id: 'f2',
        arrived_at: '2026-03-02 10:03:00',
      },
    ]);
    expect(await tables.view('journey_outcomes', outcomes, columns)).toEqual([
      {
        first_channel: 'WEB',
        intent: 'moving',
        journeys: 4,
        with_channel: 4,
        multi_channel: 1,
        channel_switch_rate: 0.25,
        switches: 3,
        with_success: 3,
        success_after_failure: 1,
        failure_path_rate: 1 / 3,
        elapsed: 4,
        durably_resolved: 2,
        durable_rate: 0.5,
      },
    ]);
  });

  test('are NULL where there is nothing to divide by', async () => {
    await tables.insertLegs([leg({ at: at(2), channel: 'UNKNOWN', stage: 'PURCHASE' })]);
    expect(await tables.view('journey_outcomes', { ...outcomes, as_of: null }, columns)).toEqual([
      {
        first_channel: '',
        intent: '',
        journeys: 1,
        with_channel: 0,
        multi_channel: 0,
        channel_switch_rate: null,
        switches: 0,
        with_success: 0,
        success_after_failure: 0,
        failure_path_rate: null,
        elapsed: 0,
        durably_resolved: 0,
        durable_rate: null,
      },
    ]);
  });

  test('cost per resolution: what failed is paid for too, currencies apart, known costs only', async () => {
    const paid = (customer_id: string, outcome: string, cost_minor: number | null, cost_currency = 'EUR') =>
      call({
        customer_id,
        outcome,
        cost_minor,
        cost_currency: cost_minor === null ? '' : cost_currency,
        at: at(2),
        intent: 'moving',
      });
    await tables.insertLegs([
      paid('a', 'SUCCESS', 100),
      paid('b', 'FAILURE', 500),
      paid('c', 'SUCCESS', 40, 'USD'),
      paid('d', 'SUCCESS', null),
      // Still open: neither its cost nor its success counts.
      call({ customer_id: 'e', at: at(28), intent: 'moving', cost_minor: 900, cost_currency: 'EUR' }),
    ]);
    const closed = { ...outcomes, scope: 'intent', as_of: '2026-03-29' };
    const both = { elapsed: 4, durably_resolved: 3 };
    expect(await tables.view('cost_per_resolution', closed, '* EXCEPT (day, intent)')).toEqual([
      {
        currency: 'EUR',
        ...both,
        with_cost: 2,
        cost_minor: 600,
        resolved_cost_minor: 100,
        resolved_with_cost: 1,
        cost_per_resolution_minor: 600,
      },
      {
        currency: 'USD',
        ...both,
        with_cost: 1,
        cost_minor: 40,
        resolved_cost_minor: 40,
        resolved_with_cost: 1,
        cost_per_resolution_minor: 40,
      },
    ]);
    await tables.empty('legs', 'sessions');
    await tables.insertLegs([paid('b', 'FAILURE', 500)]);
    expect(
      await tables.view('cost_per_resolution', closed, 'cost_minor, resolved_cost_minor, cost_per_resolution_minor'),
    ).toEqual([{ cost_minor: 500, resolved_cost_minor: 0, cost_per_resolution_minor: null }]);
  });
});
