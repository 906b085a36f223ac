import type { Channel } from '../../../../schemas/types';
import { canonicalJson } from '../../domain/canonical-json';
import { type Fields, fieldsOf, hashOf, idOf, instantOf, listOf, secondsAsMs, wordOf } from '../vendor-fields';

/** One dialog, with what others refer to it by. */
export interface Dialog {
  /** Place in the file, by which other objects refer to it. */
  index: number;
  sent: Fields;
  type: string;
  start: number;
  end: number | undefined;
  channel: Channel;
  interaction: string;
  /** Indices of parties; the first began unless `originator` says otherwise. */
  parties: number[];
  originator: number | undefined;
  /** Id of its facts: of what it is, not of its place, since dialogs are in no order. */
  key: string;
}

const typePattern = /^(?:recording|text|transfer|incomplete)$/;

/**
 * Start of a dialog. Early vCons write it without its zone: then it is that of `created_at`, which the same program wrote.
 */
function startOf(start: unknown, createdAt: unknown): number | undefined {
  const zone = /(?:Z|[+-]\d{2}:?\d{2})$/i.exec(wordOf(createdAt))?.[0];
  return instantOf(start) ?? (typeof start === 'string' && zone ? instantOf(`${start.trim()}${zone}`) : undefined);
}

/** Dialogs whose start cannot be read; a fact without its time is none, and leaving it out would hide it. */
export const undatedDialogs = ({ dialog, created_at }: Fields): number[] =>
  (Array.isArray(dialog) ? dialog : []).flatMap((value, index) => {
    const { type, start } = fieldsOf(value);
    return typePattern.test(wordOf(type)) && startOf(start, created_at) === undefined ? [index] : [];
  });

/** Dialogs in order of time. Empty objects, which a redaction leaves behind, are passed over. */
export function dialogsOf(vcon: Fields, uuid: string): Dialog[] {
  const seen = new Map<string, number>();
  const all = Array.isArray(vcon.dialog) ? vcon.dialog : [];
  return all
    .flatMap((value, index): Dialog[] => {
      const sent = fieldsOf(value);
      const start = startOf(sent.start, vcon.created_at);
      const type = wordOf(sent.type);
      if (start === undefined || !typePattern.test(type)) return [];
      const { list, first } = partyIndices(sent);
      const channel = channelOf(sent, type, listOf(vcon.parties));
      const durationMs = secondsAsMs(sent.duration);
      const mark = hashOf(canonicalJson([type, start, sent.message_id, sent.interaction_id, first, list])).slice(0, 24);
      const repeat = seen.get(mark) ?? 0;
      seen.set(mark, repeat + 1);
      return [
        {
          index,
          sent,
          type,
          start,
          end: durationMs === undefined ? undefined : start + durationMs,
          channel,
          interaction: interactionOf(sent, type, channel, uuid, mark),
          parties: list,
          originator: first,
          key: `${uuid}:${mark}${repeat > 0 ? `:${repeat}` : ''}`,
        },
      ];
    })
    .sort((a, b) => a.start - b.start || (a.key < b.key ? -1 : 1));
}

/** `parties` is an index, a list, or a list with lists in it (one per channel of a recording). */
function partyIndices({ parties, originator }: Fields): { list: number[]; first: number | undefined } {
  const list = [parties].flat(2).filter((it): it is number => Number.isSafeInteger(it) && (it as number) >= 0);
  const first = Number.isSafeInteger(originator) ? (originator as number) : list[0];
  return { list, first };
}

/** The connection: as the contact centre names it, as the network does, else messages of one channel are one. */
function interactionOf(sent: Fields, type: string, channel: Channel, uuid: string, mark: string): string {
  const session = fieldsOf([sent.session_id].flat(2)[0]);
  const named = idOf(sent.interaction_id) ?? idOf(session.local);
  return named ?? (type === 'text' ? `${uuid}:${channel}` : `${uuid}:${mark}`);
}

const words: [pattern: RegExp, channel: Channel][] = [
  [/video|meet/i, 'VIDEO'],
  [/voice|call|phone|tele|pstn|sip/i, 'VOICE'],
  [/mail/i, 'EMAIL'],
  [/\bsms\b|text message|\bmms\b/i, 'SMS'],
  [/whatsapp|telegram|signal|viber|line|wechat|messag/i, 'MESSAGING'],
  [/messenger|instagram|facebook|twitter/i, 'SOCIAL_PRIVATE'],
  [/chat|web/i, 'CHAT'],
];

/**
 * The draft leaves open how channels are told apart: what the contact-centre extension or `application` names, else the
 * media type, else by what a text could be sent to.
 */
function channelOf(sent: Fields, type: string, parties: Fields[]): Channel {
  for (const named of [sent.interaction_type, sent.application]) {
    const found = typeof named === 'string' ? words.find(([pattern]) => pattern.test(named)) : undefined;
    if (found) return found[1];
  }
  const media = wordOf(sent.mediatype ?? sent.mimetype).toLowerCase();
  if (media.startsWith('video/')) return 'VIDEO';
  if (type !== 'text') return 'VOICE';
  const isMail = media === 'message/rfc822' || media.startsWith('multipart/');
  if (isMail || /^<.+@.+>$/.test(wordOf(sent.message_id))) return 'EMAIL';
  const reachable = parties.filter((party) => party.mailto !== undefined || party.tel !== undefined);
  return reachable.length > 0 && reachable.every((party) => party.mailto === undefined) ? 'SMS' : 'CHAT';
}
