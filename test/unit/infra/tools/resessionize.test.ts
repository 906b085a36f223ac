import { describe, expect, test } from '@jest/globals';
import { requestOf } from '../../../../infra/tools/resessionize/main';

describe('make resessionize', () => {
  test('takes days or times in UTC, and one customer or all', () => {
    const from = Date.UTC(2026, 10, 1);
    expect(requestOf({ FROM: '2026-11-01', TO: '2026-11-01T12:00:00Z', CUSTOMER: 'ana' })).toEqual({
      from,
      to: from + 12 * 3_600_000,
      customer: 'ana',
    });
    expect(requestOf({ FROM: '2026-11-01', TO: '2026-11-02', CUSTOMER: '' }).customer).toBeUndefined();
  });

  test.each([
    [{}, /FROM is missing/],
    [{ FROM: '2026-11-01' }, /TO is missing/],
    [{ FROM: 'yesterday', TO: '2026-11-01' }, /FROM=yesterday is no time/],
    [{ FROM: '2026-11-02', TO: '2026-11-01' }, /is not before/],
  ])('%j is told', (env, fault) => {
    expect(() => requestOf(env)).toThrow(fault);
  });
});
