import type { Fact } from '../facts';
import { type Fields, idOf, instantOf, listOf, numberOf } from '../vendor-fields';
import { assigneeFacts, type Change, groupFacts, satisfactionFacts, statusFacts } from './changes';
import { callFacts, commentFacts } from './comments';
import type { Ticket } from './ticket';

/** Facts of a ticket's audits, in whatever order they came. Audits without a time tell nothing. */
export function auditFacts(ticket: Ticket, audits: readonly Fields[]): Fact[] {
  const timed = audits.flatMap((audit) => {
    const at = instantOf(audit.created_at);
    return at === undefined ? [] : [{ audit, at }];
  });
  timed.sort((a, b) => a.at - b.at || (numberOf(a.audit.id) ?? 0) - (numberOf(b.audit.id) ?? 0));
  const answeredBy = new Set<string>();
  return timed.flatMap(({ audit, at }) => factsOf(ticket, audit, at, answeredBy));
}

/** `answeredBy`: agents who wrote to the requester since the ticket entered its queue. */
function factsOf(ticket: Ticket, audit: Fields, at: number, answeredBy: Set<string>): Fact[] {
  const events = listOf(audit.events);
  const hasNewGroup = events.some((event) => event.type === 'Change' && event.field_name === 'group_id');
  return events.flatMap((event, index): Fact[] => {
    const id = idOf(event.id) ?? `${idOf(audit.id) ?? at}:${index}`;
    const author = idOf(event.author_id) ?? idOf(audit.author_id);
    const by = { type: ticket.roleOf(author, event.via ?? audit.via), id: author };
    if (event.type === 'Comment') {
      const isPublic = event.public !== false;
      const joins = by.type === 'AGENT' && isPublic && !answeredBy.has(author ?? '');
      if (joins) answeredBy.add(author ?? '');
      const writtenOn = ticket.writtenOn(event.via ?? audit.via);
      return commentFacts({ id, at, author: by, isPublic, body: event.html_body ?? event.body, writtenOn }, joins);
    }
    if (event.type === 'VoiceComment') return callFacts(event, id, ticket.id);
    if (event.type !== 'Create' && event.type !== 'Change') return [];
    const { previous_value: previous, value } = event;
    const change: Change = { key: `audit:${id}`, at, by, previous, value };
    switch (event.field_name) {
      case 'status':
        // What a new ticket begins with is no change of it, unless it was done when it was filed.
        return event.type === 'Change' || value === 'solved' ? statusFacts(change) : [];
      case 'group_id':
        answeredBy.clear();
        return groupFacts(change);
      case 'assignee_id':
        return hasNewGroup ? [] : assigneeFacts(change);
      case 'satisfaction_score':
        return satisfactionFacts(change);
      default:
        return [];
    }
  });
}
