import { describe, expect, test } from '@jest/globals';
import { normalise } from '../../../../services/enrich/domain/identity';
import { identitiesOf, identityOf } from '../../../../services/ingest/sources/identities';
import { twilioIdentity, twilioTime } from '../../../../services/ingest/sources/twilio/names';

describe('the person in an address', () => {
  test.each([
    ['+49 30 123-456', { type: 'phone', value: '+4930123456' }],
    ['(030) 123456', { type: 'phone', value: '030123456' }],
    ['0049 30 123456', { type: 'phone', value: '004930123456' }],
    ['tel:+4930123456;ext=7', { type: 'phone', value: '+4930123456' }],
    ['sip:+4930123456@192.0.2.7;user=phone', { type: 'phone', value: '+4930123456' }],
    ['sip:Desk7@pbx.example', { type: 'social:sip', value: 'desk7@pbx.example' }],
    ['whatsapp:+4930123456', { type: 'phone', value: '+4930123456' }],
    ['messenger:1234567890123456', { type: 'social:facebook', value: '1234567890123456' }],
    ['client:ana', { type: 'social:client', value: 'ana' }],
    ['Ana@Example.org', { type: 'email', value: 'Ana@Example.org' }],
    ['mailto:ana@example.org', { type: 'email', value: 'ana@example.org' }],
  ])('%s', (address, identity) => {
    expect(identityOf(address)).toEqual(identity);
  });

  test.each([
    ...['anonymous', 'Restricted', 'sip:anonymous@anonymous.invalid', 'unknown', 'NOT AVAILABLE', '', ' '],
    ...['+266696687', '7378742883', '+86282452253', '112', 'https://x.example', 'tel:', '@', 'a b'],
  ])('nobody: %s', (address) => {
    expect(identityOf(address)).toBeUndefined();
  });

  test('ways to write one number are one customer once enrich has seen them', () => {
    const written = ['+49 30 123456', 'tel:+4930123456', '0049 30 123456', '(030) 123456', 'whatsapp:+4930123456'];
    const values = written.map((it) => identityOf(it)?.value ?? '');
    expect(new Set(values.map((value) => normalise('phone', value, 'DE')))).toEqual(new Set(['+4930123456']));
  });

  test('a number that an export of Twilio took the plus from has it again; a short code has none', () => {
    expect(twilioIdentity('15551234567')).toEqual({ type: 'phone', value: '+15551234567' });
    expect(twilioIdentity('72345')).toEqual({ type: 'phone', value: '72345' });
  });

  test('without repeats; the vendor’s own number only where there is no address, and somebody in the end', () => {
    const phone = { type: 'phone', value: '+4930123456' };
    const own = { type: 'crm:x', value: '7' };
    expect(identitiesOf([phone, undefined, { ...phone }], 'nobody', own)).toEqual([phone]);
    expect(identitiesOf([undefined], 'nobody', own)).toEqual([own]);
    expect(identitiesOf([], 'nobody')).toEqual([{ type: 'anonymous_id', value: 'nobody' }]);
  });
});

describe('the times that Twilio writes', () => {
  test.each([
    ['Tue, 10 Feb 2026 10:05:00 +0000', '2026-02-10T10:05:00.000Z'],
    ['10 Feb 2026 10:05:00 -0230', '2026-02-10T12:35:00.000Z'],
    ['Tue, 1 Feb 2022 00:00:00 GMT', '2022-02-01T00:00:00.000Z'],
    ['2026-02-10T10:05:00Z', '2026-02-10T10:05:00.000Z'],
    ['2026-02-10 10:05:00.123456 UTC', '2026-02-10T10:05:00.123Z'],
    ['1770717900', '2026-02-10T10:05:00.000Z'],
    [1_770_717_900_250, '2026-02-10T10:05:00.250Z'],
  ])('%s', (written, time) => {
    expect(twilioTime(written)).toBe(Date.parse(time));
  });

  test.each(['Tue, 30 Feb 2026 10:00:00 +0000', '2026-02-10 10:05:00', 'soon', '12', {}, [], null])(
    'no time: %s',
    (written) => {
      expect(twilioTime(written)).toBeUndefined();
    },
  );
});
