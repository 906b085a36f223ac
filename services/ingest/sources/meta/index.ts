import { type Base, eventsOf, type Fact, jsonSource, missing, skipped } from '../facts';
import type { Source } from '../source';
import { type Fields, idOf, instantOf, listOf, lookup, wordOf } from '../vendor-fields';
import { changeFacts } from './changes';
import { messagingFacts } from './messaging';
import { whatsappFacts } from './whatsapp';

/** Facts with what their events share: one webhook may be about several people. */
export interface Told {
  base: Base;
  facts: Fact[];
}

/**
 * Webhooks of Meta's platform: WhatsApp Cloud API, Messenger, Instagram messages, and public comments and
 * recommendations on pages. One webhook holds several entries; all of it is accepted or refused together.
 */
export const meta: Source = jsonSource(
  'Meta webhooks: WhatsApp Cloud API, Messenger and Instagram messages, public comments and recommendations.',
  (item) => {
    const object = wordOf(item.object);
    const reader = lookup(readers, object);
    if (!reader) return object ? skipped('not_mapped') : missing('object', 'must name what the webhook is about');
    const told = listOf(item.entry).flatMap(reader);
    const events = told.flatMap(({ base, facts }) => eventsOf(base, facts));
    return events.length > 0 ? { events } : skipped('not_mapped');
  },
  { occurred_at: 'entry.timestamp', identities: 'entry.from' },
);

const readers: Readonly<Record<string, (entry: Fields) => Told[]>> = {
  whatsapp_business_account: whatsappFacts,
  page: (entry) => pageFacts(entry, 'facebook'),
  instagram: (entry) => pageFacts(entry, 'instagram'),
};

function pageFacts(entry: Fields, network: 'facebook' | 'instagram'): Told[] {
  const page = idOf(entry.id);
  if (!page) return [];
  const at = instantOf(entry.time);
  return [
    // `standby`: what the page gets while another application has the conversation.
    ...[...listOf(entry.messaging), ...listOf(entry.standby)].flatMap((it) => messagingFacts(it, page, network)),
    ...listOf(entry.changes).flatMap((it) => changeFacts(it, page, network, at)),
  ];
}
