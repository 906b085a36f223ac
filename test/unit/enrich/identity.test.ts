import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Identity } from '../../../schemas/types';
import { customerOf, normalise } from '../../../services/enrich/domain/identity';

const rules = { key: 'a key of more than sixteen' };
const identity = (type: string, value: string, verified = false): Identity => ({ type, value, verified });

describe('the person an event belongs to', () => {
  test.each([
    [
      'verified customer_id before all',
      [identity('email', 'a@b.c', true), identity('customer_id', 'C-1', true)],
      'C-1',
    ],
    ['a verified customer_id is kept as it is', [identity('customer_id', ' C-1 ', true)], 'C-1'],
  ])('%s', (_name, identities, expected) => {
    expect(customerOf(identities, rules)?.customer_id).toBe(expected);
  });

  test.each([
    [
      'a verified e-mail before an unverified customer_id',
      ['customer_id', 'C-1', false],
      ['email', 'a@b.c', true],
      'email',
    ],
    ['verified crm before verified e-mail', ['email', 'a@b.c', true], ['crm:salesforce', '17', true], 'crm:salesforce'],
    [
      'an unverified phone before a social handle',
      ['social:instagram', '@x', true],
      ['phone', '+351912345678', false],
      'phone',
    ],
    ['a device before an anonymous id', ['anonymous_id', 'x', false], ['device_id', 'y', false], 'device_id'],
    ['among equals the first', ['email', 'first@b.c', true], ['email', 'second@b.c', true], 'email'],
  ] as const)('%s', (_name, one, other, type) => {
    const identities = [one, other].map(([kind, value, verified]) => identity(kind, value, verified));
    const customer = customerOf(identities, rules);
    expect(customer?.identity_type).toBe(type);
    expect(customer?.customer_id).toMatch(new RegExp(`^~${type}:[A-Za-z0-9_-]{22}$`));
  });

  test('spellings of one identity are one person', () => {
    const spellings = ['+351912345678', '+351 912-345-678', '00351 912 345 678', '+351 (912) 345.678'];
    expect(new Set(spellings.map((value) => customerOf([identity('phone', value)], rules)?.customer_id)).size).toBe(1);
    expect(normalise('email', ' Ana.Silva@Example.COM ')).toBe('ana.silva@example.com');
    expect(normalise('phone', '912 345 678', 'PT')).toBe('+351912345678');
    expect(normalise('social:x', ' Ana ')).toBe('Ana');
  });

  test('an identity met before is the same person as one met for the first time', () => {
    // Few of each, so that they come again and a type may end where a value begins.
    const type = fc.constantFrom('email', 'phone', 'social', 'social:a', 'social:a:b');
    const value = fc.constantFrom('a:b', 'b', 'a', '+351912345678', '00351 912345678');
    fc.assert(
      fc.property(fc.array(fc.tuple(type, value), { minLength: 1, maxLength: 30 }), (met) => {
        const same = { ...rules };
        for (const [kind, text] of met) {
          const one = [identity(kind, text)];
          expect(customerOf(one, same)).toEqual(customerOf(one, { ...rules }));
        }
      }),
    );
  });

  test('another key gives another pseudonym, and no value shows through', () => {
    fc.assert(
      fc.property(fc.emailAddress(), (email) => {
        const mine = customerOf([identity('email', email)], rules)?.customer_id as string;
        expect(mine).not.toContain(email);
        expect(mine).not.toBe(customerOf([identity('email', email)], { key: 'another key, long enough' })?.customer_id);
      }),
    );
  });

  test('no usable identity is nobody', () => {
    expect(customerOf([], rules)).toBeUndefined();
    expect(customerOf([identity('email', '  ')], rules)).toBeUndefined();
  });
});
