import { cloudevents } from './cloudevents';
import { events } from './events';
import type { SentAs, Source } from './source';

/** Every source of `POST /v1/sources/{source}`. A new one is a pure file, a fixture and a line here. */
export const sources: ReadonlyMap<string, Source> = new Map([
  ['cloudevents', cloudevents],
  ['events', events],
]);

/** `POST /v1/events` tells our own form and CloudEvents apart by the request itself. */
export function sourceOfRequest({ mediaType, headers }: SentAs): Source {
  return mediaType.startsWith('application/cloudevents') || 'ce-specversion' in headers ? cloudevents : events;
}

const typesOf = (some: Iterable<Source>): readonly string[] =>
  [...new Set([...some].flatMap(({ mediaTypes }) => mediaTypes))].sort();

/** What `POST /v1/events` takes. */
export const eventMediaTypes = typesOf([events, cloudevents]);

/** What one source or another takes. */
export const allMediaTypes = typesOf(sources.values());
