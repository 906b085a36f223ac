import type { ServiceEvent } from '../../support/recompute/service';
import { at, caseEvent, message, serviceEvent } from './service-rows';

const handoff = (conversation: string, time: string): ServiceEvent =>
  serviceEvent({
    event_type: 'bot.handoff_requested',
    occurred_at: at(time),
    contact_id: conversation,
    actor_type: 'BOT',
  });

/** Hand-worked: each is one trap that products fell into. 2 March 2026 is a Monday. */
export const conversations: Record<string, ServiceEvent[]> = {
  'bot first': [
    message('bot first', '2026-03-02 10:00', 'CUSTOMER'),
    message('bot first', '2026-03-02 10:00:05', 'BOT'),
    message('bot first', '2026-03-02 10:01', 'CUSTOMER'),
    handoff('bot first', '2026-03-02 10:10'),
    message('bot first', '2026-03-02 10:12', 'CUSTOMER'),
    message('bot first', '2026-03-02 10:13', 'SYSTEM'),
    message('bot first', '2026-03-02 10:16', 'AGENT'),
  ],
  'only the bot': [
    message('only the bot', '2026-03-02 10:00', 'CUSTOMER'),
    message('only the bot', '2026-03-02 10:00:05', 'BOT'),
  ],
  silent: [
    message('silent', '2026-03-02 10:00', 'CUSTOMER'),
    serviceEvent({
      event_type: 'agent.joined',
      occurred_at: at('2026-03-02 10:01'),
      contact_id: 'silent',
      actor_type: 'AGENT',
      actor_id: 'a',
    }),
    message('silent', '2026-03-02 10:02', 'AGENT', { direction: 'INTERNAL' }),
    message('silent', '2026-03-02 10:03', 'AGENT', { attributes: { private: 'true' } }),
    message('silent', '2026-03-02 10:04', 'AGENT', { attributes: { public: 'false' } }),
    message('silent', '2026-03-02 10:05', 'AGENT', { attributes: { visibility: 'internal' } }),
  ],
  runs: [
    message('runs', '2026-03-02 10:00', 'CUSTOMER'),
    message('runs', '2026-03-02 10:03', 'UNKNOWN', { direction: 'INBOUND' }),
    message('runs', '2026-03-02 10:05', 'AGENT'),
    message('runs', '2026-03-02 10:06', 'AGENT'),
    message('runs', '2026-03-02 10:10', 'CUSTOMER'),
    message('runs', '2026-03-02 10:11', 'CUSTOMER'),
    message('runs', '2026-03-02 10:20', 'AGENT'),
    message('runs', '2026-03-02 10:30', 'CUSTOMER'),
  ],
  reopened: [
    caseEvent('reopened', '2026-03-02 10:00', 'case.opened'),
    message('reopened', '2026-03-02 10:00', 'CUSTOMER', { source_sequence: 1 }),
    message('reopened', '2026-03-02 11:00', 'AGENT'),
    caseEvent('reopened', '2026-03-02 12:00', 'case.resolved'),
    caseEvent('reopened', '2026-03-02 12:00:01', 'case.status_changed', 'closed'),
    caseEvent('reopened', '2026-03-05 09:00', 'case.reopened'),
    caseEvent('reopened', '2026-03-05 09:00:01', 'case.status_changed', 'open'),
    message('reopened', '2026-03-05 09:30', 'AGENT'),
    caseEvent('reopened', '2026-03-05 10:00', 'case.status_changed', 'Solved'),
  ],
  waits: [
    caseEvent('waits', '2026-03-02 08:00', 'case.opened'),
    caseEvent('waits', '2026-03-02 09:00', 'case.status_changed', 'open'),
    caseEvent('waits', '2026-03-02 11:00', 'case.status_changed', 'pending'),
    caseEvent('waits', '2026-03-02 11:30', 'case.status_changed', 'raised to level 2'),
    caseEvent('waits', '2026-03-02 14:00', 'case.status_changed', 'On-hold'),
    caseEvent('waits', '2026-03-02 15:00', 'case.resolved'),
  ],
  'open again': [
    caseEvent('open again', '2026-03-02 08:00', 'case.opened'),
    caseEvent('open again', '2026-03-02 09:00', 'case.resolved'),
    caseEvent('open again', '2026-03-02 10:00', 'case.reopened'),
  ],
  'dropped wait': [
    message('dropped wait', '2026-03-02 10:00', 'CUSTOMER'),
    caseEvent('dropped wait', '2026-03-02 11:00', 'case.resolved'),
    caseEvent('dropped wait', '2026-03-04 10:00', 'case.reopened'),
    message('dropped wait', '2026-03-04 10:01', 'CUSTOMER'),
    message('dropped wait', '2026-03-04 10:31', 'AGENT'),
  ],
  'agent first': [
    message('agent first', '2026-03-02 10:00', 'AGENT'),
    message('agent first', '2026-03-02 10:30', 'CUSTOMER'),
    message('agent first', '2026-03-02 10:40', 'AGENT'),
  ],
  // Friday 27 March 16:30 to Monday 30 March 09:15 in Berlin, where clocks go forward in between: 30 + 15 minutes.
  weekend: [message('weekend', '2026-03-27 15:30', 'CUSTOMER'), message('weekend', '2026-03-30 07:15', 'AGENT')],
  // Tuesday 31 March 16:00 to Monday 6 April 08:30: 1 h, Wednesday and Thursday by the new hours, no Friday, 30 min.
  'new hours': [
    message('new hours', '2026-03-31 14:00', 'CUSTOMER'),
    message('new hours', '2026-04-06 06:30', 'AGENT'),
  ],
  outside: [message('outside', '2026-02-28 23:59', 'CUSTOMER'), message('outside', '2026-03-02 10:00', 'AGENT')],
  call: [serviceEvent({ event_type: 'interaction.started', occurred_at: at('2026-03-02 10:00'), contact_id: 'call' })],
};
