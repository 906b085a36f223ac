import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { capacityOf, capacityTable, costs, examples, usual } from '../../../../infra/tools/capacity/capacity';

const page = readFileSync(join(__dirname, '../../../../docs/capacity.md'), 'utf8');

describe('capacity on paper', () => {
  test('the page has the table that the tool makes', () => {
    const [, table] = /<!-- made by [^>]*-->\n([\s\S]*?)\n<!-- end -->/.exec(page) ?? [];
    expect(table).toBe(capacityTable(examples));
  });

  test('worked by hand: 60,000 events/s', () => {
    const plan = { ...usual, events_per_second: 60_000, skew: 2, freshness_seconds: 4, open_customers: 1_000_000 };
    const found = capacityOf(plan);
    // 60,000 × 2 / 21,000 = 5.7: the least there is.
    expect(found.partitions).toBe(24);
    // 60,000 × 1,365 bytes × 3 = 246 MB/s over 150.
    expect(found.brokers).toBe(3);
    expect(found.cores.sessionize).toBeCloseTo((60_000 * 23.7e-6) / 0.6, 6);
    // 12 blocks a second beside the rows.
    expect(found.cores.clickhouse).toBeCloseTo((60_000 * 21e-6 + 12 * 0.05) / 0.6, 6);
    expect(found.memory_gb.sessionize).toBeCloseTo(1.203, 6);
    expect(found.memory_gb.enrich).toBeCloseTo(24 * 42e-3, 6);
    // 20,000/s × (3,500 + 2,520 + 15,150) bytes × 86,400 × 3.
    expect(found.disk_tb.kafka).toBeCloseTo(109.7, 1);
    expect(found.repeat_window_hours).toBeCloseTo(24e6 / 60_000 / 3_600, 6);
  });

  test('the busiest partition is never planned above half of what a core carries', () => {
    for (const events_per_second of [1, 1_000, 250_000, 1_000_000, 9_000_000]) {
      const { partitions } = capacityOf({ ...usual, events_per_second });
      expect((events_per_second * usual.skew) / partitions).toBeLessThanOrEqual(costs.partition_limit / 2);
    }
  });

  test('more events never need less', () => {
    const [less, more] = [20_000, 400_000].map((events_per_second) => capacityOf({ ...usual, events_per_second }));
    for (const name of Object.keys(less.cores) as (keyof typeof less.cores)[]) {
      expect(more.cores[name]).toBeGreaterThan(less.cores[name]);
    }
    expect(more.disk_tb.kafka).toBeGreaterThan(less.disk_tb.kafka);
    expect(more.repeat_window_hours).toBeLessThanOrEqual(less.repeat_window_hours);
  });
});
