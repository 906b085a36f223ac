import { type Fault, isObject } from '../domain/fault';
import { jsonSource } from './facts';
import { identitiesOf } from './identities';
import { isoTime, type TimeParser, VendorRecord } from './record';
import { attributesOf, Facts } from './record-facts';
import type { Adapted } from './source';
import { commerceOf, pageOf, ratingOf, typeOfTracked } from './web';

const system = 'snowplow';

/** Warehouses write `2026-03-01 10:00:00.123` and mean UTC; the SDKs' JSON has the `Z`. */
const utcTime: TimeParser = (value) => {
  if (typeof value !== 'string') return undefined;
  const text = value
    .trim()
    .replace(' ', 'T')
    .replace(/\s?UTC$/, 'Z');
  return isoTime(/(?:Z|[+-]\d\d:?\d\d)$/i.test(text) ? text : `${text}Z`);
};

/** Events of a page that stays open, or of single items of something told as a whole. */
const untold = new Map<string, string>([
  // Sent every ten seconds or so: it would hold a session open across a pause.
  ['page_ping', 'page_ping'],
  ['transaction_item', 'item_of_a_transaction'],
]);

/**
 * An enriched Snowplow event, in the JSON of the analytics SDKs or a row of the `events` table. Two events of one
 * `event_id` but different `event_fingerprint` are two events (browsers that copy the id), so both make the id.
 */
export const snowplow = jsonSource(
  'Snowplow: enriched events as JSON, from the analytics SDKs or the events table.',
  adaptEvent,
  { identities: 'user_id, domain_userid or network_userid', occurred_at: 'derived_tstamp' },
);

function adaptEvent(item: Record<string, unknown>): Adapted {
  const faults: Fault[] = [];
  const event = new VendorRecord(item, faults);
  const id = event.needed('event_id');
  const name = event.text('event_name') ?? event.text('event') ?? '';
  if (name === '') event.refuse('event_name', 'missing', 'is required');
  const skipped = untold.get(name);
  if (skipped) return { events: [], skipped };
  if (isRobot(item)) return { events: [], skipped: 'robot' };
  const fingerprint = event.text('event_fingerprint');
  // By the client's own true clock, else the client's clock corrected by the collector's, else the collector's.
  const at =
    event.time('true_tstamp', utcTime) ??
    event.time('derived_tstamp', utcTime) ??
    event.time('collector_tstamp', utcTime) ??
    event.time('dvce_created_tstamp', utcTime);
  if (at === undefined) event.refuse('derived_tstamp', 'missing', 'or collector_tstamp is required');
  const area = ['mob', 'app', 'tv', 'cnsl', 'iot', 'headset'].includes(event.text('platform') ?? 'web') ? 'app' : 'web';
  const facts = new Facts(system, event.text('app_id'), {
    channel: area === 'app' ? 'APP' : 'WEB',
    direction: 'INBOUND',
    observed_at: event.time('collector_tstamp', utcTime),
    campaign_id: event.text('mkt_campaign'),
    identities: identitiesFor(event),
  });
  const { type, fields } = described(event, item, name, area);
  facts.add(fingerprint ? `${id}:${fingerprint}` : id, type, at, fields);
  return faults.length > 0 ? { faults } : { events: facts.events };
}

function identitiesFor(event: VendorRecord): object[] {
  const userId = event.text('user_id');
  const [domain, network] = [event.text('domain_userid'), event.text('network_userid')];
  if (!userId && !domain && !network) {
    event.refuse('user_id', 'missing', 'or domain_userid or network_userid is required');
  }
  return identitiesOf(
    [
      userId ? { type: 'customer_id', value: userId, verified: true } : undefined,
      domain ? { type: 'anonymous_id', value: domain } : undefined,
      network ? { type: 'anonymous_id', value: network } : undefined,
    ],
    '',
  );
}

/** What a structured or self-describing event is about, in our words. */
function described(
  event: VendorRecord,
  item: Record<string, unknown>,
  name: string,
  area: 'web' | 'app',
): { type: string; fields: Record<string, unknown> } {
  const own = new VendorRecord(selfDescribing(item, name), []);
  const isStructured = name === 'event' || name === 'struct';
  const action = isStructured ? (event.text('se_action') ?? name) : name;
  const results = own.number('total_results') ?? own.number('totalResults');
  const isView = name === 'page_view' || name === 'screen_view';
  const viewed = name === 'screen_view' ? 'app.screen_viewed' : 'web.page_viewed';
  const type = isView ? viewed : typeOfTracked(ownAction(own, action), area, results);
  const rating = type === 'web.help_rated' ? ratingOf(own, 'rating') : undefined;
  const terms = own.texts('terms').join(' ') || own.text('query') || event.text('se_label');
  const sku = event.text('ti_sku') ?? own.text('sku');
  return {
    type,
    fields: {
      page: pageOf({
        url: event.text('page_url'),
        path: event.text('page_urlpath'),
        title: event.text('page_title') ?? own.text('name'),
        referrer: event.text('page_referrer'),
      }),
      order_id: event.text('tr_orderid'),
      text: type.startsWith('web.search') ? terms : undefined,
      commerce: commerceOf(
        type,
        ownAction(own, action),
        event.has('tr_total') ? event.number('tr_total') : undefined,
        event.text('tr_currency'),
        sku && sku.length <= 200 ? [sku] : [],
      ),
      outcome: { code: rating },
      attributes: attributesOf({
        event_name: isView ? undefined : name,
        event_vendor: event.value('event_vendor'),
        se_category: event.value('se_category'),
        se_action: event.value('se_action'),
        se_label: event.value('se_label'),
        se_property: event.value('se_property'),
        se_value: event.value('se_value'),
        source_session_id: event.value('domain_sessionid'),
        utm_source: event.value('mkt_source'),
        utm_medium: event.value('mkt_medium'),
        country: event.value('geo_country'),
      }),
    },
  };
}

/** Snowplow's e-commerce events are all named alike; their `type` says which it is. */
const ownAction = (own: VendorRecord, action: string): string =>
  action === 'snowplow_ecommerce_action' ? (own.text('type') ?? action) : action;

/** The data of a self-describing event: `unstruct_event_<vendor>_<name>_<version>`, all separators underscores. */
function selfDescribing(item: Record<string, unknown>, name: string): unknown {
  const plain = name.toLowerCase().replace(/[^a-z0-9]+/g, '_');
  const column = Object.keys(item).find((key) => key.startsWith('unstruct_event_') && key.includes(`_${plain}_`));
  return column === undefined ? undefined : item[column];
}

/** The IAB enrichment's verdict. */
function isRobot(item: Record<string, unknown>): boolean {
  const column = Object.keys(item).find((key) => key.startsWith('contexts_com_iab_snowplow_spiders_and_robots'));
  const contexts = column === undefined ? undefined : item[column];
  return (
    Array.isArray(contexts) && contexts.some((it) => isObject(it) && (it.spiderOrRobot ?? it.spider_or_robot) === true)
  );
}
