import type { Fact } from '../facts';
import { readableText } from '../html-text';
import { attributesOf } from '../record-facts';
import { type Fields, idOf, instantOf, listOf, nameOf, wordOf, writtenText } from '../vendor-fields';
import type { Dialog } from './dialog';
import type { Parties } from './parties';

/** Facts of one dialog; `before` is the connection that it was transferred from. */
export function dialogFacts(dialog: Dialog, parties: Parties, before: string | undefined): Fact[] {
  const { sent, type } = dialog;
  const direction =
    dialog.originator === undefined ? undefined : dialog.originator === parties.customer ? 'INBOUND' : 'OUTBOUND';
  const shared = {
    channel: dialog.channel,
    interaction_id: dialog.interaction,
    previous_interaction_id: before,
    direction,
    campaign_id: idOf(sent.campaign),
    queue: nameOf(sent.skill) ? { skill: nameOf(sent.skill) } : undefined,
  };
  const facts =
    type === 'text'
      ? textFacts(dialog, parties)
      : type === 'recording'
        ? callFacts(dialog, parties)
        : incompleteFacts(dialog);
  return facts.map((fact) => ({ ...shared, ...fact }));
}

function textFacts({ key, start, sent, originator }: Dialog, parties: Parties): Fact[] {
  const actor = parties.actorOf(originator);
  const isAgent = actor.type === 'AGENT';
  const message: Fact = {
    key: `${key}:message`,
    type: 'message.sent',
    at: start,
    actor,
    stage: isAgent ? 'AGENT' : actor.type === 'BOT' ? 'SELF_SERVICE' : undefined,
    text: writtenText(bodyText(sent)),
  };
  return isAgent ? [{ key: `${key}:joined`, type: 'agent.joined', at: start, actor }, message] : [message];
}

const textTypes = /^text\/(?:plain|html)/i;

/** What stands in the file itself; contents elsewhere are not fetched. */
function bodyText({ body, encoding, mediatype, mimetype }: Fields): string | undefined {
  const media = wordOf(mediatype ?? mimetype ?? 'text/plain');
  if (typeof body !== 'string' || !textTypes.test(media)) return undefined;
  const text = encoding === 'base64url' ? Buffer.from(body, 'base64url').toString('utf8') : body;
  return /html/i.test(media) ? readableText(text) : text;
}

/** A call: from its start to its end, and between them who joined, left and was held, where the history says so. */
function callFacts({ key, start, end, sent, parties: present }: Dialog, parties: Parties): Fact[] {
  const history = listOf(sent.party_history).flatMap((entry, index): Fact[] => {
    const at = instantOf(entry.time);
    const type = historyType(entry, parties);
    const actor = parties.actorOf(Number.isSafeInteger(entry.party) ? (entry.party as number) : undefined);
    return at === undefined || !type
      ? []
      : [{ key: `${key}:${type}:${wordOf(entry.party)}:${at}`, type, at, actor, sequence: index }];
  });
  const facts: Fact[] = [{ key: `${key}:started`, type: 'interaction.started', at: start }];
  const agents = present.filter((index) => parties.actorOf(index).type === 'AGENT');
  // A recording begins when people speak.
  if (agents.length > 0 && !history.some(({ type }) => type === 'agent.joined')) {
    facts.push({ key: `${key}:joined`, type: 'agent.joined', at: start, actor: parties.actorOf(agents[0]) });
  }
  const held = history.some(({ type }) => type === 'hold.started');
  const totalMs = end === undefined ? undefined : end - start;
  if (end !== undefined) {
    facts.push({
      key: `${key}:ended`,
      type: 'interaction.ended',
      at: end,
      stage: agents.length > 0 ? 'AGENT' : undefined,
      durations: { total_ms: totalMs, talk_ms: agents.length > 0 && !held ? totalMs : undefined },
    });
  }
  return [...facts, ...history.map(({ sequence: _, ...fact }) => fact as Fact)];
}

/** Muting and keys are nothing that is counted. Only agents join and leave: the customer is the one who called. */
function historyType({ event, party }: Fields, parties: Parties): string | undefined {
  if (event === 'hold') return 'hold.started';
  if (event === 'unhold') return 'hold.ended';
  const isAgent = parties.actorOf(Number.isSafeInteger(party) ? (party as number) : undefined).type === 'AGENT';
  if (!isAgent) return undefined;
  return event === 'join' ? 'agent.joined' : event === 'drop' ? 'agent.left' : undefined;
}

/** `vcon_type` is what makes it a failure step. An unanswered call is an offer that timed out, a hung-up one was given up. */
function incompleteFacts({ key, start, end, sent }: Dialog): Fact[] {
  const code = nameOf(sent.disposition);
  const at = end ?? start;
  const attributes = attributesOf({ vcon_type: 'incomplete' });
  const ended: Fact = { key: `${key}:ended`, type: 'interaction.ended', at, outcome: { code }, attributes };
  if (code === 'no-answer') return [{ key: `${key}:unanswered`, type: 'offer.timeout', at }, ended];
  if (code !== 'hung-up') return [ended];
  return [
    { key: `${key}:abandoned`, type: 'queue.abandoned', at },
    { ...ended, outcome: { code, disconnect_by: 'CUSTOMER' } },
  ];
}

/** A transfer: with a consultation before it it is warm. Where its target never came about it failed. */
export function transferFacts(dialog: Dialog, byIndex: ReadonlyMap<number, Dialog>, parties: Parties): Fact[] {
  const { sent, key, start } = dialog;
  const original = referred(sent.original, byIndex);
  const target = referred(sent.target_dialog, byIndex);
  const failed = target?.type === 'incomplete';
  return [
    {
      key: `${key}:transfer`,
      type: failed ? 'transfer.failed' : 'transfer.completed',
      at: start,
      channel: (original ?? dialog).channel,
      interaction_id: (original ?? dialog).interaction,
      actor: parties.actorOf(Number.isSafeInteger(sent.transferor) ? (sent.transferor as number) : undefined),
      outcome: { code: sent.consultation === undefined ? 'cold' : 'warm' },
    },
  ];
}

/** The dialog that an index, or the first of a list of them, names. */
export const referred = (value: unknown, byIndex: ReadonlyMap<number, Dialog>): Dialog | undefined =>
  byIndex.get([value].flat()[0] as number);
