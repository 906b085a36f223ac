import type { Channel, Direction } from '../../../../schemas/types';
import type { VendorRecord } from '../record';
import { lastPart } from '../record-facts';

export const system = 'amazon-connect';

/** Kinds of chat that are carried over another network (`SegmentAttributes["connect:Subtype"]`). */
const subtypes = new Map<string, { channel: Channel; provider: string }>([
  ['connect:SMS', { channel: 'SMS', provider: 'sms' }],
  ['connect:WhatsApp', { channel: 'MESSAGING', provider: 'whatsapp' }],
  ['connect:Apple', { channel: 'MESSAGING', provider: 'apple' }],
  ['connect:WebRTC', { channel: 'VOICE', provider: 'webrtc' }],
]);

const channels: ReadonlySet<string> = new Set(['VOICE', 'CHAT', 'TASK', 'EMAIL']);

/** Channel of a contact. Contact events write it in other cases than contact records. */
export function channelOf(contact: VendorRecord, subtype: string | undefined): { channel: string; provider?: string } {
  const known = subtypes.get(subtype ?? '');
  if (known) return known;
  const channel = contact.needed('Channel').toUpperCase();
  if (channel !== '' && !channels.has(channel)) {
    contact.refuse('Channel', 'unknown_value', 'must be VOICE, CHAT, TASK or EMAIL');
  }
  return { channel };
}

const inbound: ReadonlySet<string> = new Set(['INBOUND', 'WEBRTC_API', 'MESSAGING_PLATFORM']);
// A callback dials the customer, whoever asked for it.
const outbound: ReadonlySet<string> = new Set(['OUTBOUND', 'EXTERNAL_OUTBOUND', 'CALLBACK', 'AGENT_REPLY']);

/** Who approached whom. The record of a transfer does not say: its chain's first record does. */
export function directionOf(method: string, channel: string): Direction | undefined {
  if (inbound.has(method) || (method === 'API' && channel === 'CHAT')) return 'INBOUND';
  return outbound.has(method) ? 'OUTBOUND' : undefined;
}

/** The instance's id, from its ARN or the ARN of anything in it. */
export const instanceOf = (arn: string | undefined): string | undefined =>
  /instance\/([^/]+)/.exec(arn ?? '')?.[1] ?? lastPart(arn);

/** A contact whose customer the stream does not name is a person of its own, the same for every record of its chain. */
export const unknownCustomer = (contactId: string): string => `${system}:contact:${contactId}`;
