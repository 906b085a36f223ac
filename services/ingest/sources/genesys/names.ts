import type { Channel, Direction } from '../../../../schemas/types';
import type { VendorRecord } from '../record';

export const system = 'genesys';

/** Networks of `mediaType` message, by `messageType` in lower case; one that is not listed is MESSAGING. */
const networks = new Map<string, Channel>([
  ['sms', 'SMS'],
  ['webmessaging', 'CHAT'],
  ['facebook', 'SOCIAL_PRIVATE'],
  ['instagram', 'SOCIAL_PRIVATE'],
  ['twitter', 'SOCIAL_PRIVATE'],
  ['x', 'SOCIAL_PRIVATE'],
  ['linkedin', 'SOCIAL_PRIVATE'],
  ['youtube', 'SOCIAL_PUBLIC'],
  ['trustpilot', 'REVIEW'],
  ['googlebusinessprofile', 'REVIEW'],
]);

/** Channels by `mediaType`. A callback is a call; sharing a screen is done in the browser. */
const media = new Map<string, Channel>([
  ['voice', 'VOICE'],
  ['callback', 'VOICE'],
  ['chat', 'CHAT'],
  ['email', 'EMAIL'],
  ['message', 'MESSAGING'],
  ['video', 'VIDEO'],
  ['cobrowse', 'WEB'],
  ['screenshare', 'WEB'],
  ['workitem', 'TASK'],
  ['socialexpression', 'SOCIAL_PUBLIC'],
]);

/** Between colleagues, or a recording: no dealing with a customer. */
const internal: ReadonlySet<string> = new Set(['internalmessage', 'screenmonitoring', 'screenrecording', 'unknown']);

export interface Medium {
  /** As Genesys names it, in lower case: `voice`, `callback`, … */
  name: string;
  channel: Channel;
  provider?: string;
}

/** The medium of a session or stream event; undefined where it is none of a customer's. Public posts are told apart. */
export function mediumOf(session: VendorRecord, isPublic: boolean): Medium | undefined {
  const name = session.text('mediaType')?.toLowerCase() ?? '';
  if (internal.has(name)) return undefined;
  const channel = media.get(name);
  if (!channel) {
    session.refuse('mediaType', name === '' ? 'missing' : 'unknown_value', 'must be a medium that Genesys Cloud has');
    return undefined;
  }
  const network = session.text('messageType')?.toLowerCase();
  if (name !== 'message' || !network) return { name, channel, provider: session.text('provider') };
  const own = networks.get(network) ?? 'MESSAGING';
  return { name, channel: isPublic && own === 'SOCIAL_PRIVATE' ? 'SOCIAL_PUBLIC' : own, provider: network };
}

export function directionOf(session: VendorRecord): Direction | undefined {
  const direction = session.text('direction')?.toUpperCase();
  return direction === 'INBOUND' || direction === 'OUTBOUND' ? direction : undefined;
}

/** `NO_ANSWER_TRANSFER` of the stream and `noAnswerTransfer` of the API are one word. */
export const disconnectOf = (record: VendorRecord): string =>
  (record.text('disconnectType') ?? '').replaceAll('_', '').toLowerCase();

/** How a transfer was made, by disconnect type; the moves of a call that nobody answered are no transfers. */
const transferKinds = new Map<string, string>([
  ['transfer', 'blind'],
  ['consulttransfer', 'consult'],
  ['conferencetransfer', 'conference'],
  ['forwardtransfer', 'forward'],
]);
export const transferKind = (disconnect: string): string | undefined => transferKinds.get(disconnect);

/** Who ended it, as seen from one side: `client` and `endpoint` are that side itself, `peer` is the other. */
export function endedBy(disconnect: string, side: 'customer' | 'agent' | 'system'): string | undefined {
  if (disconnect === '') return undefined;
  if (disconnect === 'client' || disconnect === 'endpoint') return side;
  if (disconnect === 'peer') return side === 'customer' ? 'agent' : 'customer';
  return disconnect === 'transportfailure' ? 'TELECOM_PROBLEM' : disconnect;
}

/** What a wrap-up code of the system itself says about the attempt; an organisation's own codes say nothing here. */
export function statusOfCode(code: string | undefined): string | undefined {
  if (!code?.startsWith('ININ-OUTBOUND')) return undefined;
  if (/SKIPPED|CANCEL|RESCHEDULED/.test(code)) return 'NEUTRAL';
  return /NO-ANSWER|BUSY|FAIL|INVALID|AMBIGUOUS|NOT-CALLED|DISCONNECT|SIT-|FAX|MACHINE|UNCALLABLE|TIMEOUT/.test(code)
    ? 'FAILURE'
    : undefined;
}

export const unknownCustomer = (conversationId: string): string => `${system}:conversation:${conversationId}`;
