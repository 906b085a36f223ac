import type { Fact } from '../facts';
import { type Fields, fieldsOf, idOf } from '../vendor-fields';
import type { Ticket } from './ticket';

/** The ticket was filed. A follow-up continues the ticket that was closed before it. */
export function openedFact(ticket: Ticket, sent: Fields): Fact[] {
  if (ticket.openedAt === undefined) return [];
  const before = idOf(sent.via_followup_source_id) ?? followedUp(fieldsOf(fieldsOf(sent.via).source));
  return [
    { key: `ticket:${ticket.id}:opened`, type: 'case.opened', at: ticket.openedAt, previous_interaction_id: before },
  ];
}

const followedUp = ({ rel, from }: Fields): string | undefined =>
  rel === 'follow_up' ? idOf(fieldsOf(from).ticket_id) : undefined;
