import type { VendorRecord } from './record';

/** A page without query and fragment: they hold search words, tokens, addresses. */
export function pageOf(page: { url?: string; path?: string; title?: string; referrer?: string }): object {
  return {
    url: withoutQuery(page.url),
    path: withoutQuery(page.path),
    title: page.title,
    referrer: withoutQuery(page.referrer),
  };
}

const withoutQuery = (url: string | undefined): string | undefined => url?.split(/[?#]/, 1)[0] || undefined;

/** What a tracker's own event name means here, by the name in lower case without anything but letters and digits. */
const types = new Map<string, string>(
  Object.entries({
    productssearched: 'web.search_performed',
    sitesearch: 'web.search_performed',
    search: 'web.search_performed',
    searchperformed: 'web.search_performed',
    searchnoresult: 'web.search_no_result',
    searchnoresults: 'web.search_no_result',
    formerror: 'web.form_error',
    formvalidationfailed: 'web.form_error',
    formsubmissionfailed: 'web.form_error',
    helparticleviewed: 'web.help_viewed',
    articleviewed: 'web.help_viewed',
    helpviewed: 'web.help_viewed',
    helparticlerated: 'web.help_rated',
    articlerated: 'web.help_rated',
    helprated: 'web.help_rated',
    contactusclicked: 'web.contact_intent',
    contactintent: 'web.contact_intent',
    contactpageviewed: 'web.contact_intent',
    applicationcrashed: 'app.error',
    applicationerror: 'app.error',
    apperror: 'app.error',
    ordercompleted: 'order.placed',
    orderplaced: 'order.placed',
    transaction: 'order.placed',
    orderrefunded: 'order.refunded',
    ordercancelled: 'order.cancelled',
    ordercanceled: 'order.cancelled',
  }),
);

const commerceTypes = new Map<string, string>(
  Object.entries({
    'order.placed': 'ORDER',
    'order.refunded': 'REFUND',
    'order.cancelled': 'CANCEL',
    productviewed: 'VIEW',
    productview: 'VIEW',
    productadded: 'CART',
    addtocart: 'CART',
    cartviewed: 'CART',
    checkoutstarted: 'CART',
  }),
);

const keyOf = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '');

/**
 * Type of a tracked event: ours where we know the name, else the name itself under `web.` or `app.`. A search without
 * results is told by their count.
 */
export function typeOfTracked(name: string, area: 'web' | 'app', results: number | undefined): string {
  const type = types.get(keyOf(name));
  if (type === 'web.search_performed' && results === 0) return 'web.search_no_result';
  if (type) return type;
  const slug = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 60);
  return `${area}.${slug || 'event_tracked'}`;
}

const currencyDigits = new Map([
  ...['JPY', 'KRW', 'CLP', 'VND', 'ISK'].map((code) => [code, 0] as const),
  ...['KWD', 'BHD', 'OMR', 'JOD', 'TND'].map((code) => [code, 3] as const),
]);

/** An order, cart or product. An amount without its currency is left out: it could not be added up. */
export function commerceOf(
  type: string,
  name: string,
  amount: number | undefined,
  currency: string | undefined,
  productIds: readonly string[],
): object | undefined {
  const kind = commerceTypes.get(type) ?? commerceTypes.get(keyOf(name));
  if (!kind) return undefined;
  const code = /^[a-z]{3}$/i.test(currency ?? '') ? currency?.toUpperCase() : undefined;
  const value_minor =
    amount === undefined || !code ? undefined : Math.round(amount * 10 ** (currencyDigits.get(code) ?? 2));
  const isStorable = value_minor === undefined || Math.abs(value_minor) < 2 ** 52;
  return {
    type: kind,
    product_ids: productIds.slice(0, 200),
    value_minor: isStorable ? value_minor : undefined,
    currency: isStorable && value_minor !== undefined ? code : undefined,
  };
}

/** A rating of a help page as a thumb, a word or a share: whether it was negative. */
export function ratingOf(record: VendorRecord, name: string): 'negative' | 'positive' | undefined {
  const value = record.value(name);
  const text = typeof value === 'string' ? value.toLowerCase() : value;
  if (
    text === false ||
    text === 0 ||
    ['no', 'negative', 'down', 'not helpful', 'thumbs_down'].includes(text as string)
  ) {
    return 'negative';
  }
  return text === true || ['yes', 'positive', 'up', 'helpful', 'thumbs_up'].includes(text as string)
    ? 'positive'
    : undefined;
}
