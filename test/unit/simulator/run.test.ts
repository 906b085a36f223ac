import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { SimEvent } from '../../simulator/core/event';
import { simulate } from '../../simulator/simulate';

function fingerprint(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}

describe('any run', () => {
  test('is a function of its seed', () => {
    const run = (seed: number): { events: SimEvent[]; truth: unknown } => {
      const { events, truth } = simulate({ seed, events: 3_000, days: 2 });
      return { events, truth };
    };
    expect(fingerprint(run(7))).toBe(fingerprint(run(7)));
    expect(fingerprint(run(7).events)).not.toBe(fingerprint(run(8).events));
  });

  test.each([500, 4_000])('of %i events has at least as many, and not many more', (size) => {
    const { truth } = simulate({ events: size });
    expect(truth.events.all).toBeGreaterThanOrEqual(size);
    expect(truth.events.all).toBeLessThan(size * 1.3 + 100);
  });
});
