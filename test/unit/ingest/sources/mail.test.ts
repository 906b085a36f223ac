import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { mailOf } from '../../../../services/ingest/sources/mail';
import { mailTime } from '../../../../services/ingest/sources/mail/dates';
import { distinct, expectCase, type Taken, takeBytes } from './source-cases';

const folder = join(__dirname, '../../../fixtures/ingest/sources/mail');
const ours = mailOf(['shop.example']);
const read = (name: string): Buffer => readFileSync(join(folder, name));
const takeMail = (body: Buffer | string, source = ours): Promise<Taken> => takeBytes(body, source, 'message/rfc822');

async function takeAll(names: string[]): Promise<Taken[]> {
  return Promise.all(names.map((name) => takeMail(read(name))));
}

const thread = { interaction_id: 'm1@example.org', contact_id: 'm1@example.org', thread_id: 'm1@example.org' };

describe('mail', () => {
  test('a thread by References: question, answer to three people, one of whom does not exist, thanks', async () => {
    const names = readdirSync(folder).filter((name) => /^0[1-4]/.test(name));
    const takes = await takeAll([...names, ...names.reverse()]);
    expectCase(takes, {
      events: [
        {
          event_type: 'message.sent',
          occurred_at: '2026-02-10T09:00:01.000Z',
          observed_at: Date.UTC(2026, 1, 10, 9, 0, 5),
          channel: 'EMAIL',
          direction: 'INBOUND',
          actor: { type: 'CUSTOMER' },
          identities: [{ type: 'email', value: 'ana@example.org', verified: false }],
          text: 'Paket fehlt\n\nWo ist mein Paket?',
          ...thread,
        },
        { event_type: 'agent.joined', ...thread, stage: 'UNKNOWN' },
        {
          event_type: 'message.sent',
          direction: 'OUTBOUND',
          stage: 'AGENT',
          actor: { type: 'AGENT', team: 'support@shop.example' },
          identities: [{ value: 'ana@example.org' }, { value: 'bob@example.org' }, { value: 'cleo@example.org' }],
          text: 'Re: Paket fehlt\n\nIt is on its way & arrives tomorrow',
          ...thread,
        },
        {
          event_type: 'message.failed',
          identities: [{ value: 'bob@example.org' }],
          outcome: { code: '5.1.1' },
          ...thread,
        },
        { event_type: 'message.sent', direction: 'INBOUND', ...thread },
      ],
      sessions: [
        { event_count: 4, path: ['EMAIL:UNKNOWN'] },
        { event_count: 1, path: ['EMAIL:FAILURE'] },
      ],
    });
  });

  test('a date that nobody can read, or one years ahead, gives way to the time of arrival', async () => {
    const [unreadable, ahead] = distinct(await takeAll(['05-date-nobody-can-read.eml', '06-clock-ahead.eml']));
    expect([unreadable.occurred_at, ahead.occurred_at]).toEqual([
      Date.UTC(2026, 1, 10, 12),
      Date.UTC(2026, 1, 10, 12, 30),
    ]);
    expect([unreadable.thread_id, ahead.thread_id]).toEqual(['m5@example.org', 'm5@example.org']);
  });

  test('a newsletter is marketing, an absence notice nobody’s words; neither is an answer', async () => {
    const [news, away] = distinct(await takeAll(['07-newsletter.eml', '08-absence.eml']));
    expect(news).toMatchObject({ stage: 'MARKETING', direction: 'OUTBOUND' });
    expect(away).toMatchObject({ direction: 'INBOUND', actor: { type: 'SYSTEM' }, thread_id: 'n1@shop.example' });
  });

  test('the same mail through another server is the same event', async () => {
    const again = Buffer.concat([
      Buffer.from('Received: from x by y; Tue, 10 Feb 2026 10:09:05 +0100\r\n'),
      read('01-question.eml'),
    ]);
    expect(distinct([await takeMail(again), await takeMail(read('01-question.eml'))])).toHaveLength(1);
    const [first] = distinct([await takeMail(read('09-without-message-id.eml'))]);
    expect(first.source.event_id).toMatch(/^mail:sha256:/);
  });

  test('mail among colleagues is no event; without known addresses all mail is inbound', async () => {
    const internal = 'From: a@shop.example\r\nTo: b@shop.example\r\nDate: Mon, 9 Feb 2026 09:00:00 +0000\r\n\r\nx';
    expect((await takeMail(internal)).skipped).toEqual([{ index: 0, reason: 'internal_mail' }]);
    expect((await takeMail(internal, mailOf([]))).events).toMatchObject([{ direction: 'INBOUND' }]);
  });

  test('HTML as bad as it can be does not hold up the process', async () => {
    const head = 'From: a@b.org\r\nDate: Mon, 9 Feb 2026 09:00:00 +0000\r\nContent-Type: text/html\r\n\r\n';
    const before = process.cpuUsage();
    const { events } = await takeMail(head + '<ul><li>x'.repeat(100_000));
    expect(events).toHaveLength(1);
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(2_500);
  });

  test.each([
    ['no message', 'hello', 'From'],
    ['no date at all', 'From: a@b.org\r\n\r\nx', 'Date'],
    ['a date without its zone', 'From: a@b.org\r\nDate: Mon, 9 Feb 2026 09:00:00\r\n\r\nx', 'Date'],
  ])('refused: %s', async (_name, text, field) => {
    expect((await takeMail(text)).rejected[0].errors).toMatchObject([{ field, reason: 'missing' }]);
  });

  test('whatever bytes come, they are one item, an event or a refusal', async () => {
    const header = fc.constantFrom(
      'From: a@b.org',
      'Date: Mon, 9 Feb 2026 09:00:00 +0000',
      'To: c@d.org',
      'References: <x>',
      '',
    );
    const mail = fc.tuple(fc.array(header), fc.uint8Array({ maxLength: 300 }));
    await fc.assert(
      fc.asyncProperty(mail, async ([headers, bytes]) => {
        const body = Buffer.concat([Buffer.from(`${headers.join('\r\n')}\r\n`), Buffer.from(bytes)]);
        const { events, rejected, skipped } = await takeMail(body);
        expect(Math.min(events.length, 1) + rejected.length + skipped.length).toBe(1);
      }),
      { numRuns: 150 },
    );
  });

  test.each([
    ['Tue, 10 Feb 2026 10:00:01 +0100 (CET)', Date.UTC(2026, 1, 10, 9, 0, 1)],
    ['10 Feb 26 10:00 EST', Date.UTC(2026, 1, 10, 15)],
    ['Tue, 10 Feb 2026 10:00:01', undefined],
    ['2026-02-10T10:00:00Z', undefined],
    [undefined, undefined],
  ])('time of %s', (text, ms) => {
    expect(mailTime(text)).toBe(ms);
  });
});
