import { fault } from '../../domain/fault';
import { type Base, eventsOf, type Fact, jsonSource, missing, refused, skipped } from '../facts';
import type { Adapted, Source } from '../source';
import { type Fields, fieldsOf, idOf, listOf } from '../vendor-fields';
import { analysisFacts } from './analysis';
import { type Dialog, dialogsOf, undatedDialogs } from './dialog';
import { dialogFacts, referred, transferFacts } from './dialog-facts';
import { partiesOf } from './parties';

/** Purpose of the attachment in which our own vCons carry their events, whole (`make vcon`). */
export const eventsPurpose = 'customer-dynamics-events';

const json = jsonSource('', adaptVcon, {
  occurred_at: 'dialog.start',
  identities: 'parties',
  contact_id: 'uuid',
});

/**
 * IETF vCon (draft-ietf-vcon-vcon-core, with the contact-centre extension), unsigned form. An amended vCon keeps the ids of
 * what it amends, so that only what is new in it counts.
 */
export const vcon: Source = {
  ...json,
  description: 'IETF vCon: conversations with parties, dialogs and analyses, in the unsigned form.',
  mediaTypes: ['application/vcon', 'application/vcon+json', ...json.mediaTypes],
  form: (sentAs) => (/^application\/vcon(?:\+json)?$/.test(sentAs.mediaType) ? 'oneOrArray' : json.form(sentAs)),
};

function adaptVcon(item: Fields): Adapted {
  if ('payload' in item || 'ciphertext' in item) {
    return refused(fault('vcon', 'unsupported_form', 'must be in the unsigned form: verify or decrypt it first'));
  }
  const own = idOf(item.uuid);
  if (!own) return missing('uuid', 'must be there: nothing else identifies a vCon');
  const attached = ownEvents(item);
  if (attached) return attached.length > 0 ? { events: attached } : skipped('no_facts');
  const uuid = idOf(fieldsOf(item.amended).uuid) ?? idOf(fieldsOf(item.redacted).uuid) ?? own;
  const undated = undatedDialogs(item);
  if (undated.length > 0) {
    return refused(fault(`dialog[${undated[0]}].start`, 'wrong_format', 'must be a time with its offset'));
  }
  const dialogs = dialogsOf(item, uuid);
  if (dialogs.length === 0) return skipped('no_dialog');
  const parties = partiesOf(item, dialogs[0].originator ?? 0);
  if (parties.identities.length === 0) {
    return missing('parties', 'must name a customer by tel, mailto, sip, did or uuid');
  }
  const byIndex = new Map(dialogs.map((dialog) => [dialog.index, dialog]));
  const facts: Fact[] = [
    ...dialogs.flatMap((dialog) =>
      dialog.type === 'transfer'
        ? transferFacts(dialog, byIndex, parties)
        : dialogFacts(dialog, parties, transferredFrom(dialog, dialogs, byIndex)),
    ),
    ...listOf(item.analysis).flatMap((analysis) => analysisFacts(analysis, byIndex, parties)),
  ];
  const base: Base = {
    source: { system: 'vcon' },
    channel: 'VOICE',
    contact_id: uuid,
    identities: parties.identities,
  };
  return { events: eventsOf(base, distinct(facts)) };
}

/** The connection from which a transfer led to this dialog. */
function transferredFrom(dialog: Dialog, dialogs: Dialog[], byIndex: ReadonlyMap<number, Dialog>): string | undefined {
  const transfer = dialogs.find(
    ({ type, sent }) => type === 'transfer' && referred(sent.target_dialog, byIndex) === dialog,
  );
  const from = transfer && referred(transfer.sent.original, byIndex)?.interaction;
  return from === dialog.interaction ? undefined : from;
}

/** A history may say the same twice. */
const distinct = (facts: Fact[]): Fact[] => [...new Map(facts.map((fact) => [fact.key, fact])).values()];

/** Events that a vCon of our own making carries; undefined in all others. */
function ownEvents({ attachments }: Fields): unknown[] | undefined {
  const attachment = listOf(attachments).find(({ purpose }) => purpose === eventsPurpose);
  const body = attachment?.body;
  return Array.isArray(body) ? body : undefined;
}
