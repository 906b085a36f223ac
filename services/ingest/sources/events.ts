import type { Form, Source } from './source';

/** Media types of one JSON text a line, in the spellings that senders use. */
export const lineTypes = ['application/x-ndjson', 'application/ndjson', 'application/jsonl'] as const;

const forms = new Map<string, Form>([
  ['application/json', 'oneOrArray'],
  ...lineTypes.map((it) => [it, 'lines'] as const),
]);

/** Our own JSON form: nothing to map. */
export const events: Source = {
  description: 'Events in the form of this document: one, an array, or one a line.',
  mediaTypes: [...forms.keys()],
  form: ({ mediaType }) => forms.get(mediaType),
  adapt: (item) => ({ events: [item] }),
  sentName: (field) => field,
};
