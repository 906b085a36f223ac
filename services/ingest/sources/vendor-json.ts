import { lineTypes } from './events';
import type { Adapted, Form, SentAs, Source } from './source';

const forms = new Map<string, Form>([
  ['application/json', 'oneOrArray'],
  ...lineTypes.map((it) => [it, 'lines'] as const),
]);

/**
 * A source that sends its own JSON: one record, an array of them, or one a line. Faults of a record are named in the
 * vendor's words by its adapter; `names` holds the vendor's words for those that only our validation finds.
 */
export function vendorJson(
  description: string,
  adapt: (item: unknown, sentAs: SentAs) => Adapted,
  names: Readonly<Record<string, string>> = {},
): Source {
  return {
    description,
    mediaTypes: [...forms.keys()],
    form: ({ mediaType }) => forms.get(mediaType),
    adapt,
    sentName: (field) => (Object.hasOwn(names, field) ? names[field] : field),
  };
}
