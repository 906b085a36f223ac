import { expect, test } from '@jest/globals';
import { erasedBy } from '../../../../infra/tools/erase/erased';
import type { InteractionEvent } from '../../../../schemas/types';
import { customerOf } from '../../../../services/enrich/domain/identity';
import { Erasures } from '../../../../services/lib/erasures';

const event = (type: string, value: string, verified: boolean, at: number) =>
  ({ identities: [{ type, value, verified }], occurred_at: at, received_at: at }) as unknown as InteractionEvent;

test('a stored event is known by the person enrich would find, whatever identity it comes by', () => {
  const identity = { key: 'a key for identities' };
  const erasures = new Erasures('a key for tests only');
  const isErased = erasedBy(erasures, identity);
  expect(isErased(event('customer_id', 'ana', true, 50))).toBe(false);
  erasures.addCustomer('ana', 100);
  const mail = customerOf([{ type: 'email', value: 'Bea@Example.org', verified: true }], identity);
  erasures.addCustomer(mail?.customer_id ?? '', 100);
  expect(isErased(event('email', ' bea@example.org', true, 50))).toBe(true);
  expect(isErased(event('customer_id', 'ana', true, 50))).toBe(true);
  expect(isErased(event('customer_id', 'ana', true, 150))).toBe(false);
  expect(isErased(event('customer_id', 'ana', false, 50))).toBe(false);
  expect(isErased({ ...event('customer_id', 'ana', true, 50), identities: [] })).toBe(false);
});
