import { fault } from '../domain/fault';
import { type Base, eventsOf, type Fact, jsonSource, missing, refused } from './facts';
import { attributesOf } from './record-facts';
import type { Adapted } from './source';
import {
  type Fields,
  fieldsOf,
  identity,
  idOf,
  instantOf,
  nameOf,
  numberOf,
  wordOf,
  writtenText,
} from './vendor-fields';

const kinds: ReadonlySet<string> = new Set(['post', 'comment', 'reply', 'mention', 'question', 'review']);

/**
 * Public posts and reviews in one form of ours, for the many networks and shops whose listeners can be made to write it:
 * `{network, id, kind, created_at, author {id, handle}, text, url, thread_id, in_reply_to, rating {value, min, max},
 * by_us, about {id, handle}}`. With `by_us` the organisation wrote it, and `about` is whom it answers.
 */
export const social = jsonSource(
  'Public posts and reviews, in the generic form that docs/sources/social.md describes.',
  adaptPost,
  { occurred_at: 'created_at', identities: 'author' },
);

function adaptPost(item: Fields): Adapted {
  const network = nameOf(item.network)?.toLowerCase();
  const [id, kind, at] = [idOf(item.id), wordOf(item.kind ?? 'post'), instantOf(item.created_at)];
  if (!network || !/^[a-z0-9_.-]{1,50}$/.test(network)) {
    return missing('network', 'must name the network or shop in letters, digits, dots and dashes, such as trustpilot');
  }
  if (!id) return missing('id', 'must be the id of the post');
  if (!kinds.has(kind)) return refused(fault('kind', 'unknown_value', `must be one of ${[...kinds].join(', ')}`));
  if (at === undefined) return missing('created_at', 'must be a time with its offset, or epoch seconds');
  const isOurs = item.by_us === true;
  const person = fieldsOf(isOurs ? item.about : item.author);
  const name = idOf(person.id) ?? idOf(person.handle)?.replace(/^@/, '').toLowerCase();
  if (!name) return missing(isOurs ? 'about' : 'author', 'must name the person by id or handle');
  const thread = idOf(item.thread_id) ?? idOf(item.in_reply_to) ?? id;
  const rating = ratingOf(fieldsOf(item.rating));
  if (rating && 'faults' in rating) return rating;
  const base: Base = {
    source: { system: `social:${network}`, instance: idOf(item.account) },
    channel: kind === 'review' || item.rating != null ? 'REVIEW' : 'SOCIAL_PUBLIC',
    provider: network,
    interaction_id: thread,
    contact_id: thread,
    thread_id: thread,
    identities: [...identity('email', person.email), ...identity(`social:${network}`, name)],
  };
  const shared = {
    at,
    text: writtenText(item.text),
    page: pageOf(item),
    attributes: attributesOf({ kind, product: item.product_id }),
  };
  const actor = { type: 'AGENT', id: idOf(item.agent_id) };
  const facts: Fact[] = isOurs
    ? [
        { key: `post:${id}:joined`, type: 'agent.joined', at, actor },
        { ...shared, key: `post:${id}`, type: 'message.sent', actor, direction: 'OUTBOUND', stage: 'AGENT' },
      ]
    : [
        {
          ...shared,
          key: `post:${id}`,
          type: 'social.mention',
          actor: { type: 'CUSTOMER' },
          direction: 'INBOUND',
          ...(rating ? { survey: rating.survey } : {}),
        },
      ];
  return { events: eventsOf(base, facts) };
}

/** Stars with their scale: 4 of 5 is not 4 of 10. */
function ratingOf(rating: Fields): { survey: Fields } | Extract<Adapted, { faults: unknown }> | undefined {
  const [score, min, max] = [numberOf(rating.value), numberOf(rating.min), numberOf(rating.max)];
  if (score === undefined) return undefined;
  if (min === undefined || max === undefined || min >= max || score < min || score > max) {
    return { faults: [fault('rating', 'out_of_range', 'must have min and max, and its value between them')] };
  }
  return { survey: { score, scale_min: min, scale_max: max } };
}

const pageOf = ({ url }: Fields): Fields | undefined =>
  typeof url === 'string' && url !== '' ? { url: url.slice(0, 2_000).replace(/\p{Cs}/gu, '') } : undefined;
