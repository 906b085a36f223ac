import { fault } from '../../domain/fault';
import { jsonSource } from '../facts';
import type { Adapted, Source } from '../source';
import { adaptConversation } from './conversation';
import { adaptStreamEvent, streamEventOf } from './stream';

const neither = {
  faults: [
    fault('record', 'unknown_record', 'must be a conversation (or an answer with conversations) or a stream event'),
  ],
};

/**
 * Genesys Cloud. Conversations of the analytics API and events of the detail stream tell of the same calls with different
 * knowledge and different ids: an organisation sends one or the other.
 */
export const genesys: Source = jsonSource(
  'Genesys Cloud: conversation details of the analytics API, or events of `v2.detail.events.conversation.{id}.*`.',
  (item): Adapted => {
    const event = streamEventOf(item);
    if (event) return adaptStreamEvent(event.kind, event.body);
    if (Array.isArray(item.conversations)) return adaptAll(item.conversations);
    return 'conversationId' in item ? adaptConversation(item) : neither;
  },
  { occurred_at: 'eventTime or segmentStart' },
);

/** An answer of the query as it was saved: all of its conversations or, where one is faulty, none. */
function adaptAll(conversations: readonly unknown[]): Adapted {
  const all = conversations.map(adaptConversation);
  const faults = all.flatMap((one, index) =>
    'faults' in one
      ? one.faults.map(({ field, reason, message }) =>
          fault(`conversations[${index}].${field}`, reason, message.slice(field.length + 1)),
        )
      : [],
  );
  if (faults.length > 0) return { faults: faults.slice(0, 10) };
  const events = all.flatMap((one) => ('events' in one ? one.events : []));
  return events.length > 0 ? { events } : { events, skipped: 'no_session_of_a_customer' };
}
