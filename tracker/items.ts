/** What a page's own code says of an event; each field is optional. */
export interface Details {
  query?: unknown;
  results?: unknown;
  form?: unknown;
  field?: unknown;
  code?: unknown;
  article?: unknown;
  helpful?: unknown;
  channel?: unknown;
}

/** Longer texts are cut, so that a batch stays under what browsers let outlive a page. */
const chars = 200;
const urlChars = 500;

/** Without query and fragment: they hold search words, tokens, addresses. */
export const bare = (url: string): string => url.split(/[?#]/, 1)[0].slice(0, urlChars);

const text = (value: unknown): string | undefined =>
  value == null || value === '' ? undefined : String(value).slice(0, chars);

const count = (value: unknown): number | undefined =>
  typeof value === 'number' && value >= 0 ? Math.floor(value) : undefined;

/** Calls of the page that tell an event, but page views: type and fields of the item. Undefined ones do not go out. */
export const calls: Record<string, (details: Details) => Record<string, unknown>> = {
  search: ({ query, results }) => ({
    type: results === 0 ? 'web.search_no_result' : 'web.search_performed',
    query: text(query),
    results: count(results),
  }),
  formError: ({ form, field, code }) => ({
    type: 'web.form_error',
    form: text(form),
    field: text(field),
    code: text(code),
  }),
  helpRated: ({ helpful, article }) => ({ type: 'web.help_rated', helpful: !!helpful, article: text(article) }),
  contactIntent: ({ channel }) => ({ type: 'web.contact_intent', channel: text(channel) }),
};
