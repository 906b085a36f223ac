import { describe, expect, test } from '@jest/globals';
import { readItems } from '../../../../services/ingest/body';
import { twilio } from '../../../../services/ingest/sources/twilio';
import { takeItems, testSource } from './source-cases';

describe('twilio', () => {
  testSource(twilio, 'twilio.json');

  test('a webhook as it comes over the wire', () => {
    const sentAs = { mediaType: 'application/x-www-form-urlencoded', headers: {} };
    const body =
      'CallSid=CA1&AccountSid=AC1&From=%2B4930123456&To=%2B498000001&CallStatus=completed&Direction=inbound' +
      '&Timestamp=Tue%2C%2010%20Feb%202026%2010%3A05%3A00%20%2B0000&CallDuration=125&Duration=3';
    const form = twilio.form(sentAs);
    const read = readItems(Buffer.from(body), form ?? 'one', 10);
    if ('refused' in read) throw new Error(read.refused.message);
    expect(takeItems(read.items, twilio, sentAs).events).toMatchObject([
      { event_type: 'interaction.started', identities: [{ type: 'phone', value: '+4930123456' }] },
      { event_type: 'interaction.ended', durations: { total_ms: 125_000 } },
    ]);
  });

  test('an event of Event Streams is no form, and a form holds no resource', () => {
    const sentAs = { mediaType: 'application/x-www-form-urlencoded', headers: {} };
    const { rejected } = takeItems([{ value: { sid: 'CA1', status: 'completed' } }], twilio, sentAs);
    expect(rejected).toMatchObject([{ errors: [{ reason: 'unknown_record' }] }]);
  });
});
