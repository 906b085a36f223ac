import { createHash } from 'node:crypto';
import { type Dialog, dialogsOf } from './dialogs';
import { Parties } from './parties';
import { type StoredEvent, sentEvent } from './stored-event';

/** Purpose of the attachment that holds the events themselves; the source `vcon` reads them back. */
export const eventsPurpose = 'customer-dynamics-events';

export interface Vcon {
  uuid: string;
  created_at: string;
  extensions: string[];
  parties: object[];
  dialog: Dialog[];
  attachments: object[];
}

/**
 * A conversation as an IETF vCon in the unsigned form (draft-ietf-vcon-vcon-core): who took part, each call and message as
 * a dialog without content, since no text is stored, and all events in an attachment. `key` names the conversation: the same
 * one always has the same uuid. `events` in total order, at least one; `now` is epoch milliseconds.
 */
export function vconOf(events: readonly StoredEvent[], key: string, now: number): Vcon {
  const [first] = events;
  const parties = new Parties(first.customer_id);
  const dialog = dialogsOf(events, parties);
  const attachment = {
    purpose: eventsPurpose,
    start: new Date(first.occurred_at_ms).toISOString(),
    party: 0,
    dialog: 0,
    mediatype: 'application/json',
    encoding: 'json',
    body: events.map(sentEvent),
  };
  return {
    uuid: uuidOf(key),
    created_at: new Date(now).toISOString(),
    extensions: ['CC'],
    parties: parties.list,
    dialog,
    attachments: [attachment],
  };
}

/** A UUID of version 8 from the conversation's name. */
function uuidOf(key: string): string {
  const bytes = createHash('sha256').update(`customer-dynamics vcon\0${key}`).digest().subarray(0, 16);
  bytes[6] = (bytes[6] & 0x0f) | 0x80;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
