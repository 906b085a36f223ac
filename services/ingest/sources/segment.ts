import { type Fault, fault, isObject } from '../domain/fault';
import { jsonSource } from './facts';
import { identitiesOf, identityOf } from './identities';
import { VendorRecord } from './record';
import { attributesOf, Facts, given } from './record-facts';
import type { Adapted } from './source';
import { commerceOf, pageOf, ratingOf, typeOfTracked } from './web';

const system = 'segment';

/** Calls that say who somebody is, or in which group, and not that anything happened. */
const identityCalls: ReadonlySet<string> = new Set(['identify', 'alias', 'group']);

const phones: ReadonlySet<string> = new Set(['ios', 'android']);

/**
 * The Segment spec (also what RudderStack and Jitsu send): page, screen and track calls, one or a batch. `messageId`
 * makes the id; `timestamp` is the time, corrected by Segment for the client's clock, `originalTimestamp` what the client
 * wrote.
 */
export const segment = jsonSource(
  'Segment spec: page, screen and track calls, as a webhook destination or the tracking API carries them.',
  (item): Adapted => {
    return Array.isArray(item.batch) ? adaptBatch(item.batch) : adaptMessage(item);
  },
  { identities: 'userId or anonymousId', event_type: 'event', occurred_at: 'timestamp' },
);

function adaptBatch(messages: readonly unknown[]): Adapted {
  const all = messages.map(adaptMessage);
  const faults = all.flatMap((one, index) =>
    'faults' in one
      ? one.faults.map((it) => fault(`batch[${index}].${it.field}`, it.reason, it.message.slice(it.field.length + 1)))
      : [],
  );
  if (faults.length > 0) return { faults: faults.slice(0, 10) };
  const events = all.flatMap((one) => ('events' in one ? one.events : []));
  return events.length > 0 ? { events } : { events, skipped: 'no_interaction' };
}

function adaptMessage(item: unknown): Adapted {
  const faults: Fault[] = [];
  const message = new VendorRecord(item, faults);
  const kind = message.needed('type').toLowerCase();
  if (identityCalls.has(kind)) return { events: [], skipped: 'identity_only' };
  if (!['page', 'screen', 'track', ''].includes(kind)) {
    message.refuse('type', 'unknown_value', 'must be page, screen, track, identify, alias or group');
  }
  const context = message.object('context');
  const properties = message.object('properties');
  const userId = message.text('userId');
  const anonymousId = message.text('anonymousId');
  const device = context.object('device');
  if (!userId && !anonymousId) message.refuse('userId', 'missing', 'or anonymousId is required');
  const at = message.time('timestamp') ?? message.time('originalTimestamp');
  if (at === undefined && !message.has('timestamp')) message.refuse('timestamp', 'missing', 'is required');
  const area = kind === 'screen' || phones.has(device.text('type')?.toLowerCase() ?? '') ? 'app' : 'web';
  const name = kind === 'track' ? message.needed('event') : (message.text('name') ?? '');
  const campaign = context.object('campaign');
  const facts = new Facts(system, undefined, {
    channel: area === 'app' ? 'APP' : 'WEB',
    direction: 'INBOUND',
    observed_at: message.time('receivedAt') ?? message.time('sentAt'),
    campaign_id: campaign.text('name'),
    identities: identitiesOf(
      [
        userId ? { type: 'customer_id', value: userId, verified: true } : undefined,
        identityOf(context.object('traits').text('email')),
        anonymousId ? { type: 'anonymous_id', value: anonymousId } : undefined,
        device.has('id') ? { type: 'device_id', value: device.text('id') ?? '' } : undefined,
      ],
      '',
    ),
  });
  const results = properties.has('results_count') ? properties.number('results_count') : undefined;
  const viewed = area === 'app' ? 'app.screen_viewed' : 'web.page_viewed';
  const type = kind === 'track' ? typeOfTracked(name, area, results) : viewed;
  const id = message.text('messageId');
  facts.add(id ?? '', type, at, tracked(type, name, kind, properties, context));
  if (faults.length > 0) return { faults };
  const [event] = facts.events;
  // Without a messageId the id comes from the body, as for any event.
  if (event && id === undefined) event.source = { system };
  return { events: facts.events };
}

function tracked(
  type: string,
  name: string,
  kind: string,
  properties: VendorRecord,
  context: VendorRecord,
): Record<string, unknown> {
  const page = context.object('page');
  const own = kind === 'page' ? properties : page;
  const at = (field: string): string | undefined => own.text(field) ?? page.text(field);
  const isCommerce = !['page', 'screen'].includes(kind);
  const products = isCommerce ? productsOf(properties) : [];
  const rating = type === 'web.help_rated' ? ratingOf(properties, 'rating') : undefined;
  const campaign = context.object('campaign');
  return given({
    page: pageOf({
      url: at('url'),
      path: at('path'),
      title: at('title') ?? (name || undefined),
      referrer: at('referrer'),
    }),
    order_id: isCommerce ? properties.text('order_id') : undefined,
    text: type.startsWith('web.search') ? properties.text('query') : undefined,
    commerce: isCommerce ? commerceOf(type, name, amountOf(properties), currencyOf(properties), products) : undefined,
    outcome: { code: rating },
    attributes: attributesOf({
      event_name: kind === 'track' ? name : undefined,
      utm_source: campaign.value('source'),
      utm_medium: campaign.value('medium'),
      library: context.object('library').value('name'),
      locale: context.value('locale'),
      group_id: context.value('groupId'),
    }),
  });
}

/** Money in whatever shape a site's own events have it: what is no number is left out, not refused. */
function amountOf(properties: VendorRecord): number | undefined {
  for (const name of ['total', 'revenue', 'value', 'price']) {
    const value = properties.value(name);
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    if (typeof number === 'number' && Number.isFinite(number)) return number;
  }
  return undefined;
}

function currencyOf(properties: VendorRecord): string | undefined {
  const value = properties.value('currency');
  return typeof value === 'string' ? value : undefined;
}

function productsOf(properties: VendorRecord): string[] {
  const listed = properties.value('products');
  const all = Array.isArray(listed) ? listed.filter(isObject) : [];
  const ids = (all.length > 0 ? all : [{ product_id: properties.value('product_id'), sku: properties.value('sku') }])
    .map((product) => product.product_id ?? product.sku)
    .filter((id) => typeof id === 'string' || typeof id === 'number')
    .map(String);
  return ids.filter((id) => id.length > 0 && id.length <= 200 && /^[^\p{Cc}\p{Cs}]*$/u.test(id)).slice(0, 200);
}
