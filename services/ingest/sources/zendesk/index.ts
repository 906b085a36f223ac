import { eventsOf, jsonSource, missing, skipped } from '../facts';
import type { Adapted } from '../source';
import { type Fields, fieldsOf, listOf, wordOf } from '../vendor-fields';
import { auditFacts } from './audits';
import { metricFacts } from './metric-events';
import { openedFact } from './opened';
import { auditsOf, ticketOf } from './ticket';
import { adaptWebhook, eventTypePrefix } from './webhook';

/**
 * Zendesk Support: a ticket with what an export gives beside it (`{ticket, audits, metric_events, users}`), or the
 * webhook of an event subscription. A ticket exported again with more audits gives the same ids for the same facts:
 * nothing is taken from the ticket's present state but who asked, and where.
 */
export const zendesk = jsonSource(
  'Zendesk Support: a ticket with its audits and metric events as exported, or an event subscription’s webhook.',
  (item) => (wordOf(item.type).startsWith(eventTypePrefix) ? adaptWebhook(item) : adaptExport(item)),
  { occurred_at: 'created_at', identities: 'ticket.requester_id', case_id: 'ticket.id' },
);

function adaptExport(item: Fields): Adapted {
  if (typeof item.type === 'string' && item.type.startsWith('zen:event-type:')) return skipped('not_mapped');
  const sent = fieldsOf(item.ticket);
  const ticket = ticketOf(sent, listOf(item.users));
  if (!ticket) return missing('ticket.id', 'must be the number of the ticket: {"ticket": {…}, "audits": […]}');
  if (ticket.base.identities.length === 0) {
    return missing(
      'ticket.requester_id',
      'must name the requester: a metric event or audit alone does not say who it is',
    );
  }
  const metricEvents = [...listOf(item.metric_events), ...listOf(item.ticket_metric_events)];
  const facts = [
    ...openedFact(ticket, sent),
    ...auditFacts(ticket, auditsOf(item)),
    ...metricEvents.flatMap((event) => metricFacts(ticket.id, event)),
  ];
  return facts.length > 0 ? { events: eventsOf(ticket.base, facts) } : skipped('no_facts');
}
