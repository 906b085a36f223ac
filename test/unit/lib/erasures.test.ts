import { describe, expect, test } from '@jest/globals';
import { customerHash, Erasures, keyCheck, WrongErasureKey } from '../../../services/lib/erasures';

const key = 'a key for tests only';
const of = (customer_hash: string, erased_at: number, erased_through = erased_at, by = key) => ({
  erasure_id: 'x',
  customer_hash,
  key_check: keyCheck(by),
  erased_at,
  erased_through,
});

describe('whose dealings are forgotten', () => {
  const named = (): Erasures => {
    const erasures = new Erasures(key);
    erasures.addCustomer('ana', 100);
    return erasures;
  };

  test.each([
    ['before it', 'ana', { occurred_at: 99 }, true],
    ['at its moment', 'ana', { occurred_at: 100 }, true],
    ['after it', 'ana', { occurred_at: 101, received_at: 102 }, false],
    ['of somebody else', 'bea', { occurred_at: 1 }, false],
    ['of a name that begins alike', 'ana2', { occurred_at: 1 }, false],
  ])('an event %s', (_what, customer, times, covered) => {
    expect(named().covers(customer, times)).toBe(covered);
  });

  test('what was received before is covered, though its clock ran ahead; what only occurred before too', () => {
    const erasures = new Erasures(key);
    const hash = customerHash(key, 'ana');
    erasures.add(of(hash, 100));
    expect(erasures.covers('ana', { occurred_at: 150, received_at: 100 })).toBe(true);
    expect(erasures.covers('ana', { occurred_at: 150, received_at: 101 })).toBe(false);
    expect(erasures.covers('ana', { occurred_at: 100, received_at: 500 })).toBe(true);
  });

  test('of two erasures of one person the later covers all; an older one that is read again takes nothing back', () => {
    const erasures = new Erasures(key);
    const hash = customerHash(key, 'ana');
    erasures.add(of(hash, 200));
    erasures.add(of(hash, 100));
    expect(erasures.covers('ana', { occurred_at: 180 })).toBe(true);
    expect([erasures.has('ana'), erasures.has('bea'), erasures.size, erasures.lastAt]).toEqual([true, false, 1, 200]);
  });

  test('another key recognises nobody, so it is refused', () => {
    expect(() => new Erasures(key).add(of('h', 1, 1, 'another key for tests'))).toThrow(WrongErasureKey);
  });
});
