import { eventsOf, type Fact, missing, skipped } from '../facts';
import type { Adapted } from '../source';
import { type Fields, fieldsOf, idOf, instantOf, wordOf } from '../vendor-fields';
import { assigneeFacts, type Change, groupFacts, statusFacts } from './changes';
import { commentFacts } from './comments';
import { openedFact } from './opened';
import { ticketOf } from './ticket';

export const eventTypePrefix = 'zen:event-type:ticket.';

/** An event subscription's webhook: one change of one ticket, whose state is `detail`. */
export function adaptWebhook(item: Fields): Adapted {
  const detail = fieldsOf(item.detail);
  const ticket = ticketOf({ ...detail, account_id: item.account_id, via: viaOf(detail) }, []);
  const at = instantOf(item.time);
  const id = idOf(item.id);
  if (!ticket) return missing('detail.id', 'must be the number of the ticket');
  if (at === undefined) return missing('time', 'must be the time of the event, with its offset');
  if (!id) return missing('id', 'must be the id of the event');
  if (ticket.base.identities.length === 0) {
    return missing('detail.requester_id', 'must name the requester');
  }
  const event = fieldsOf(item.event);
  const author = idOf(detail.actor_id);
  const by = { type: ticket.roleOf(author, detail.via), id: author };
  const change: Change = { key: `webhook:${id}`, at, by, previous: event.previous, value: event.current };
  const facts = factsOf(wordOf(item.type).slice(eventTypePrefix.length), change, event);
  return facts.length > 0 ? { events: eventsOf(ticket.base, facts) } : skipped('not_mapped');

  function factsOf(type: string, one: Change, what: Fields): Fact[] {
    switch (type) {
      case 'created':
        return ticket ? openedFact(ticket, detail) : [];
      case 'status_changed':
        return statusFacts(one);
      case 'group_assignment_changed':
        return groupFacts(one);
      case 'agent_assignment_changed':
        return assigneeFacts(one);
      case 'comment_added':
        return ticket ? commentOf(fieldsOf(what.comment), one.at) : [];
      default:
        return [];
    }
  }

  function commentOf(comment: Fields, writtenAt: number): Fact[] {
    const from = fieldsOf(comment.author);
    const authorId = idOf(from.id);
    const commentId = idOf(comment.id);
    if (!commentId || !ticket) return [];
    const isRequester = authorId === ticket.requester;
    const type = isRequester ? 'CUSTOMER' : from.is_staff === false ? 'THIRD_PARTY' : 'AGENT';
    const isPublic = comment.is_public !== false;
    const writtenOn = ticket.writtenOn(viaOf(detail));
    // One webhook does not know whether this agent wrote before; joining again changes nothing.
    return commentFacts(
      { id: commentId, at: writtenAt, author: { type, id: authorId }, isPublic, body: comment.body, writtenOn },
      true,
    );
  }
}

/** Event subscriptions write `via` in capitals, and `custom_status` and the like beside it. */
function viaOf(detail: Fields): Fields {
  const via = fieldsOf(detail.via);
  return { ...via, channel: typeof via.channel === 'string' ? via.channel.toLowerCase() : via.channel };
}
