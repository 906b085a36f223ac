import type { ActorType, Channel } from '../../../../schemas/types';
import type { Fact } from '../facts';
import { readableText } from '../html-text';
import { type Fields, fieldsOf, idOf, instantOf, secondsAsMs, writtenText } from '../vendor-fields';

/** A comment, whichever way it came. */
export interface Comment {
  id: string;
  at: number;
  author: { type: ActorType; id?: string };
  isPublic: boolean;
  body: unknown;
  /** Where the requester wrote it. */
  writtenOn: Channel;
}

/**
 * A message, or a note among colleagues (direction INTERNAL). The first public comment of an agent since the ticket
 * entered a queue is also the answer: `joins`.
 */
export function commentFacts(comment: Comment, joins: boolean): Fact[] {
  const { id, at, author, isPublic } = comment;
  const isCustomer = author.type === 'CUSTOMER';
  const isAgent = author.type === 'AGENT';
  const message: Fact = {
    key: `comment:${id}`,
    type: 'message.sent',
    at,
    actor: author,
    direction: !isPublic ? 'INTERNAL' : isCustomer || author.type === 'THIRD_PARTY' ? 'INBOUND' : 'OUTBOUND',
    stage: isAgent ? (isPublic ? 'AGENT' : 'BACK_OFFICE') : undefined,
    text: writtenText(readableText(comment.body)),
    ...(isCustomer ? { channel: comment.writtenOn } : {}),
  };
  if (!isAgent || !isPublic || !joins) return [message];
  return [{ key: `comment:${id}:joined`, type: 'agent.joined', at, actor: author }, message];
}

/** A recorded call in the ticket: a connection of its own on the telephone. */
export function callFacts(event: Fields, id: string, ticketId: string): Fact[] {
  const data = fieldsOf(event.data);
  const startedAt = instantOf(data.started_at);
  if (startedAt === undefined) return [];
  const talkMs = secondsAsMs(data.call_duration);
  const agent = idOf(data.answered_by_id);
  const shared = {
    channel: 'VOICE',
    provider: undefined,
    interaction_id: idOf(`${ticketId}:${id}`),
    actor: agent ? { type: 'AGENT', id: agent } : undefined,
  };
  return [
    ...(agent ? [{ ...shared, key: `call:${id}:joined`, type: 'agent.joined', at: startedAt }] : []),
    {
      ...shared,
      key: `call:${id}:ended`,
      type: 'interaction.ended',
      at: startedAt + (talkMs ?? 0),
      stage: agent ? 'AGENT' : undefined,
      durations: talkMs === undefined ? undefined : { talk_ms: talkMs },
    },
  ];
}
