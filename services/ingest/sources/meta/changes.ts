import type { Base, Fact } from '../facts';
import { attributesOf } from '../record-facts';
import { type Fields, fieldsOf, identity, idOf, instantOf, writtenText } from '../vendor-fields';
import type { Told } from './index';

/**
 * Public dealings: comments on a page's posts, recommendations of the page, comments under Instagram media. What the page
 * itself writes is left out: it does not say to whom. `entryAt`: Instagram's comments have no time of their own.
 */
export function changeFacts(
  { field, value }: Fields,
  page: string,
  network: 'facebook' | 'instagram',
  entryAt: number | undefined,
): Told[] {
  const sent = fieldsOf(value);
  const from = fieldsOf(sent.from);
  const person = idOf(from.id);
  const at = instantOf(sent.created_time) ?? entryAt;
  if (!person || person === page || at === undefined) return [];
  const fact = network === 'instagram' ? instagramComment(field, sent, at) : pageItem(field, sent, at);
  if (!fact) return [];
  const base: Base = {
    source: { system: network, instance: page },
    channel: 'SOCIAL_PUBLIC',
    provider: network,
    direction: 'INBOUND',
    actor: { type: 'CUSTOMER' },
    identities: identity(`social:${network}`, person, true),
  };
  return [{ base, facts: [fact] }];
}

function instagramComment(field: unknown, sent: Fields, at: number): Fact | undefined {
  const id = idOf(sent.id);
  if ((field !== 'comments' && field !== 'live_comments') || !id) return undefined;
  const thread = idOf(sent.parent_id) ?? id;
  return {
    key: `comment:${id}`,
    type: 'social.mention',
    at,
    interaction_id: thread,
    thread_id: thread,
    text: writtenText(sent.text),
    attributes: attributesOf({ media: fieldsOf(sent.media).id }),
  };
}

function pageItem(field: unknown, sent: Fields, at: number): Fact | undefined {
  // Changes and removals of what was said are no new dealings.
  if (sent.verb !== undefined && sent.verb !== 'add') return undefined;
  if (field === 'ratings' || sent.item === 'rating') {
    const id = idOf(sent.open_graph_story_id) ?? idOf(sent.review_id) ?? idOf(sent.post_id);
    if (!id) return undefined;
    const attributes = attributesOf({ recommendation: sent.recommendation_type });
    return {
      key: `review:${id}`,
      type: 'social.mention',
      at,
      channel: 'REVIEW',
      interaction_id: id,
      thread_id: id,
      text: writtenText(sent.review_text),
      attributes,
    };
  }
  const id = idOf(sent.comment_id);
  if (field !== 'feed' || sent.item !== 'comment' || !id) return undefined;
  // A comment on a comment belongs to that one; on a post, it begins a thread of its own.
  const parent = idOf(sent.parent_id);
  const thread = parent && parent !== idOf(sent.post_id) ? parent : id;
  return {
    key: `comment:${id}`,
    type: 'social.mention',
    at,
    interaction_id: thread,
    thread_id: thread,
    text: writtenText(sent.message),
    attributes: attributesOf({ post: sent.post_id }),
  };
}
