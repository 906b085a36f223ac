import { amazonConnect, amazonConnectLive } from './amazon-connect';
import { chatwoot } from './chatwoot';
import { cloudevents } from './cloudevents';
import { events } from './events';
import { genesys } from './genesys';
import { intercom } from './intercom';
import { mail } from './mail';
import { meta } from './meta';
import { segment } from './segment';
import { snowplow } from './snowplow';
import { social } from './social';
import type { SentAs, Source } from './source';
import { telegram } from './telegram';
import { twilio } from './twilio';
import { vcon } from './vcon';
import { webTracker } from './web-tracker';
import { zendesk } from './zendesk';

/** Every source of `POST /v1/sources/{source}`. A new one is a pure file, a fixture and a line here. */
export const sources: ReadonlyMap<string, Source> = new Map([
  ['amazon-connect', amazonConnect],
  ['amazon-connect-live', amazonConnectLive],
  ['chatwoot', chatwoot],
  ['cloudevents', cloudevents],
  ['events', events],
  ['genesys', genesys],
  ['intercom', intercom],
  ['mail', mail],
  ['meta', meta],
  ['segment', segment],
  ['snowplow', snowplow],
  ['social', social],
  ['telegram', telegram],
  ['twilio', twilio],
  ['vcon', vcon],
  ['web', webTracker],
  ['zendesk', zendesk],
]);

/** `POST /v1/events` tells our own form and CloudEvents apart by the request itself. */
export function sourceOfRequest({ mediaType, headers }: SentAs): Source {
  return mediaType.startsWith('application/cloudevents') || 'ce-specversion' in headers ? cloudevents : events;
}

/** The media types that some sources take. */
export const typesOf = (some: Iterable<Source>): readonly string[] =>
  [...new Set([...some].flatMap(({ mediaTypes }) => mediaTypes))].sort();

/** What `POST /v1/events` takes. */
export const eventMediaTypes = typesOf([events, cloudevents]);
