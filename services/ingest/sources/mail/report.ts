import type { Attachment } from 'mailparser';

/** What a machine reports of a message that was sent (RFC 3464, RFC 8098). */
export interface Report {
  kind: 'failed' | 'read';
  recipients: string[];
  /** Status code such as 5.1.1. */
  status?: string;
  /** Message-ID of the message that it is about. */
  about?: string;
  /** Where that message stood in its thread. */
  references: string[];
  in_reply_to?: string;
}

const fieldOf = (text: string, name: string): string[] =>
  [...text.matchAll(new RegExp(`^${name}:[ \\t]*(.*)$`, 'gim'))].map(([, value]) => value.trim());

/** `rfc822; somebody@example.org` → the address. */
const addressOf = (value: string): string => value.replace(/^[^;]*;\s*/, '').replace(/^<|>$/g, '');

/** The machine-readable parts of a report, among a message's attachments; undefined when it is none, or none of these. */
export function reportOf(attachments: readonly Pick<Attachment, 'contentType' | 'content'>[]): Report | undefined {
  const textOf = (...types: string[]): string | undefined =>
    attachments.find(({ contentType }) => types.includes(contentType))?.content.toString('utf8', 0, 100_000);
  const original = textOf('message/rfc822', 'text/rfc822-headers', 'message/global', 'message/global-headers');
  const headers = original?.replace(/\r?\n[ \t]+/g, ' ') ?? '';
  const about = fieldOf(headers, 'Message-ID')[0];
  const thread = { references: fieldOf(headers, 'References'), in_reply_to: fieldOf(headers, 'In-Reply-To')[0] };
  const delivery = textOf('message/delivery-status', 'message/global-delivery-status');
  if (delivery !== undefined) {
    if (!fieldOf(delivery, 'Action').some((action) => /^failed/i.test(action))) return undefined;
    const recipients = fieldOf(delivery, 'Final-Recipient').map(addressOf);
    return { kind: 'failed', recipients, status: fieldOf(delivery, 'Status')[0], about, ...thread };
  }
  const disposition = textOf('message/disposition-notification');
  if (disposition === undefined || !/displayed/i.test(fieldOf(disposition, 'Disposition')[0] ?? '')) return undefined;
  const recipients = fieldOf(disposition, 'Final-Recipient').map(addressOf);
  return { kind: 'read', recipients, about: fieldOf(disposition, 'Original-Message-ID')[0] ?? about, ...thread };
}
