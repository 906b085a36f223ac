import { describe, expect, test } from '@jest/globals';
import { zendesk } from '../../../../services/ingest/sources/zendesk';
import { distinct, take, testSource } from './source-cases';

describe('zendesk', () => {
  testSource(zendesk, 'zendesk.json');

  test('the same moment of the same measure in two tickets, and twice in one, are different facts', () => {
    const metric = { metric: 'reply_time', instance_id: 1, type: 'activate', time: '2026-02-10T09:00:00Z' };
    const ticket = (id: number, events: object[]) => ({ ticket: { id, requester_id: 70 }, metric_events: events });
    const takes = [
      take(
        ticket(501, [
          { id: 1, ...metric },
          { id: 2, ...metric },
        ]),
        zendesk,
      ),
      take(ticket(502, [{ id: 3, ...metric }]), zendesk),
      take(ticket(503, [metric]), zendesk),
      take(ticket(504, [metric]), zendesk),
    ];
    expect(distinct(takes).map(({ case_id }) => case_id)).toEqual(['501', '501', '502', '503', '504']);
  });
});
