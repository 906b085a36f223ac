import type { Fault } from '../domain/fault';
import { jsonSource } from './facts';
import { type TimeParser, VendorRecord } from './record';
import { attributesOf, given } from './record-facts';
import type { Adapted, Source } from './source';
import { identity, nameOf, writtenText } from './vendor-fields';
import { pageOf } from './web';

const system = 'web';

/** All that a page may tell: its key is public, and must not place orders or speak for agents. */
const types: ReadonlySet<string> = new Set([
  'web.page_viewed',
  'web.search_performed',
  'web.search_no_result',
  'web.form_error',
  'web.help_rated',
  'web.contact_intent',
]);

const epochMs: TimeParser = (value) => (Number.isSafeInteger(value) ? (value as number) : undefined);

const json = jsonSource(
  'What the web tracker (`/tracker.js`) sends: page views, searches, form errors, ratings of help, contact intents.',
  (item): Adapted => {
    const faults: Fault[] = [];
    const sent = new VendorRecord(item, faults);
    const id = sent.needed('id');
    const type = sent.needed('type');
    if (type !== '' && !types.has(type)) {
      sent.refuse('type', 'unknown_value', `must be one of ${[...types].join(', ')}`);
    }
    const at = sent.time('at', epochMs);
    if (at === undefined && !sent.has('at')) sent.refuse('at', 'missing', 'is required');
    const identities = [
      ...identity('customer_id', sent.value('customer_id'), true),
      ...identity('anonymous_id', sent.value('anonymous_id')),
    ];
    if (identities.length === 0) sent.refuse('anonymous_id', 'missing', 'or customer_id is required');
    if (faults.length > 0) return { faults };
    const page = addressOf(sent.value('url'));
    const search = type === 'web.search_performed' || type === 'web.search_no_result';
    const event = given({
      event_type: type,
      occurred_at: at,
      source: { system, instance: page?.host, event_id: id },
      channel: 'WEB',
      direction: 'INBOUND',
      identities,
      page: page && pageOf({ ...page, referrer: addressOf(sent.value('referrer'))?.url }),
      text: search ? writtenText(sent.value('query')) : undefined,
      outcome: type === 'web.help_rated' ? { code: ratingOf(sent.value('helpful')) } : undefined,
      attributes: attributesOf({
        results: search ? countOf(sent.value('results')) : undefined,
        form: nameOf(sent.value('form')),
        field: nameOf(sent.value('field')),
        error_code: nameOf(sent.value('code')),
        article: nameOf(sent.value('article')),
        contact_channel: nameOf(sent.value('channel')),
        lost_before: countOf(sent.value('lost')),
      }),
    });
    return { events: [event] };
  },
  { 'source.event_id': 'id', occurred_at: 'at', event_type: 'type', identities: 'anonymous_id or customer_id' },
);

const textType = 'text/plain';

/**
 * The web tracker of this project (`tracker/`). `id` makes the event's id, within the page's host: a public key can then not
 * take an id that another source's event has. As `text/plain` too, which is how a page that goes can send without a question.
 */
export const webTracker: Source = {
  ...json,
  mediaTypes: [...json.mediaTypes, textType],
  unaskedTypes: [textType],
  form: (sentAs) => (sentAs.mediaType === textType ? 'oneOrArray' : json.form(sentAs)),
};

/** A page's address without query and fragment, its host and its path; nothing for what is no address of the web. */
function addressOf(value: unknown): { url: string; host: string; path: string } | undefined {
  if (typeof value !== 'string' || !/^https?:\/\//.test(value) || !URL.canParse(value)) return undefined;
  const { origin, host, pathname } = new URL(value);
  return { url: origin + pathname, host, path: pathname };
}

const ratingOf = (helpful: unknown): string | undefined =>
  typeof helpful === 'boolean' ? (helpful ? 'positive' : 'negative') : undefined;

const countOf = (value: unknown): string | undefined =>
  Number.isSafeInteger(value) && (value as number) >= 0 ? String(value) : undefined;
