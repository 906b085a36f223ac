import { type AddressObject, type ParsedMail, simpleParser } from 'mailparser';
import type { Items } from '../../body';
import { fault } from '../../domain/fault';
import { readableText } from '../html-text';
import { type Report, reportOf } from './report';

/** What of a message matters here: plain JSON, so that adapting it needs no parser. */
export interface Mail {
  message_id?: string;
  in_reply_to?: string;
  references: string[];
  from: string[];
  to: string[];
  /** As written; mailparser would put the present moment in place of a date that it cannot read. */
  date?: string;
  /** Newest first. */
  received: string[];
  subject?: string;
  text?: string;
  auto_submitted?: string;
  precedence?: string;
  has_unsubscribe: boolean;
  attachments: number;
  report?: Report;
}

/** HTML is made readable by our own rules, whose cost is bounded. */
const options = { skipHtmlToText: true, skipTextToHtml: true, skipImageLinks: true, keepDeliveryStatus: true };

/** One message in MIME form as one item. Never rejects: what cannot be parsed is an item with its fault. */
export async function readMail(body: Buffer): Promise<Items> {
  try {
    return { items: [{ value: mailOf(await simpleParser(body, options)) }] };
  } catch {
    return { items: [{ faults: [fault('message', 'invalid_mail', 'cannot be read as an Internet message')] }] };
  }
}

function mailOf(parsed: ParsedMail): Mail {
  const linesOf = (name: string): string[] =>
    (parsed.headerLines ?? []).filter(({ key }) => key === name).map(({ line }) => unfolded(line));
  const [autoReply] = [...linesOf('x-autoreply'), ...linesOf('x-autorespond')];
  return {
    message_id: parsed.messageId,
    in_reply_to: parsed.inReplyTo,
    references: [parsed.references ?? []].flat(),
    from: addressesOf(parsed.from),
    to: [parsed.to, parsed.cc, parsed.bcc].flatMap(addressesOf),
    date: linesOf('date')[0],
    received: linesOf('received'),
    subject: parsed.subject,
    text: parsed.text || readableText(parsed.html),
    auto_submitted: linesOf('auto-submitted')[0] ?? (autoReply ? 'auto-replied' : undefined),
    precedence: linesOf('precedence')[0],
    has_unsubscribe: linesOf('list-unsubscribe').length > 0,
    attachments: parsed.attachments?.length ?? 0,
    report: reportOf(parsed.attachments ?? []),
  };
}

const unfolded = (line: string): string =>
  line
    .slice(line.indexOf(':') + 1)
    .replace(/\r?\n[ \t]+/g, ' ')
    .trim();

/** Groups written out: their members are the recipients. */
function addressesOf(given: AddressObject | AddressObject[] | undefined): string[] {
  const addresses = [given ?? []].flat().flatMap(({ value }) => value);
  return addresses.flatMap(({ address, group }) => [address, ...(group ?? []).map((it) => it.address)]).filter(isText);
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
