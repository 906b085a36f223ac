import { type Fault, isObject } from '../../domain/fault';
import { identitiesOf, ownNumber } from '../identities';
import { type TimeParser, VendorRecord } from '../record';
import { Facts } from '../record-facts';
import type { Adapted } from '../source';
import { addressesOf } from './conversation';
import {
  directionOf,
  disconnectOf,
  endedBy,
  mediumOf,
  statusOfCode,
  system,
  transferKind,
  unknownCustomer,
} from './names';

type Fields = Record<string, unknown>;

/** Whole milliseconds since 1970, as the stream sends them. */
const epochMs: TimeParser = (value) => (Number.isSafeInteger(value) ? (value as number) : undefined);

const topic = /^v2\.detail\.events\.conversations?\.[^.]+\.([a-z.-]+)$/i;

/** A notification, or the same inside EventBridge's envelope; undefined when the item is neither. */
export function streamEventOf(item: Fields): { kind: string; body: unknown } | undefined {
  const message = isObject(item.detail) ? item.detail : item;
  const name = message.topicName ?? item['detail-type'];
  if (typeof name !== 'string' || !name.startsWith('v2.')) return undefined;
  return { kind: topic.exec(name)?.[1].toLowerCase() ?? '', body: message.eventBody ?? message };
}

interface StreamEvent {
  record: VendorRecord;
  facts: Facts;
  at: number | undefined;
  /** Of the session, which makes ids of its facts. */
  id: string;
  disconnect: string;
}

const readers = new Map<string, (event: StreamEvent) => void>([
  ['customer.start', ({ facts, id, at }) => facts.add(`${id}/started`, 'interaction.started', at)],
  ['customer.end', customerEnd],
  ['acd.start', acdStart],
  ['acd.end', acdEnd],
  ['user.start', userStart],
  ['user.end', userEnd],
  ['acw', wrapUp],
  // The code alone, without the agent: `acw` tells the same and how long it took.
  ['wrapup', () => undefined],
  ['flow.start', (event) => flow(event, 'start')],
  ['flow.end', (event) => flow(event, 'end')],
  ['voicemail.start', ({ facts, id, at }) => facts.add(`${id}/voicemail`, 'voicemail.started', at)],
  ['voicemail.end', ({ facts, id, at }) => facts.add(`${id}/voicemail-ended`, 'voicemail.ended', at)],
]);

/**
 * One event of the detail stream. It knows its own session only, so the leg is the conversation on one medium, which our
 * rules cut where a queue is entered or another agent answers.
 */
export function adaptStreamEvent(kind: string, body: unknown): Adapted {
  const read = readers.get(kind);
  if (!read) return { events: [], skipped: 'topic_without_a_fact' };
  const faults: Fault[] = [];
  const record = new VendorRecord(body, faults);
  const conversationId = record.needed('conversationId');
  const at = record.time('eventTime', epochMs);
  if (!record.has('eventTime')) record.refuse('eventTime', 'missing', 'is required');
  const medium = mediumOf(record, false);
  const direction = directionOf(record) ?? (medium?.name === 'callback' ? 'OUTBOUND' : undefined);
  const contact = record.texts('conversationExternalContactIds')[0];
  const facts = new Facts(system, undefined, {
    channel: medium?.channel,
    provider: medium?.provider,
    direction,
    interaction_id: `${conversationId}:${medium?.name}`,
    contact_id: conversationId,
    identities: identitiesOf(
      addressesOf(record, direction === 'OUTBOUND'),
      unknownCustomer(conversationId),
      ownNumber(system, contact),
    ),
  });
  const id = record.text('sessionId') ?? conversationId;
  read({ record, facts, at, id, disconnect: disconnectOf(record) });
  if (faults.length > 0) return { faults };
  if (!medium) return { events: [], skipped: 'no_session_of_a_customer' };
  return facts.events.length > 0 ? { events: facts.events } : { events: [], skipped: 'told_by_another_topic' };
}

function customerEnd({ facts, id, at, disconnect }: StreamEvent): void {
  facts.add(`${id}/ended`, 'interaction.ended', at, { outcome: { disconnect_by: endedBy(disconnect, 'customer') } });
}

const queueOf = (record: VendorRecord): object => ({ id: record.text('queueId') });
const isCallback = (record: VendorRecord): boolean => record.text('mediaType')?.toLowerCase() === 'callback';

function acdStart({ record, facts, id, at }: StreamEvent): void {
  const type = isCallback(record) ? 'callback.scheduled' : 'queue.entered';
  facts.add(`${id}/queued`, type, at, { queue: queueOf(record) });
}

function acdEnd({ record, facts, id, at, disconnect }: StreamEvent): void {
  const outcome = record.text('acdOutcome')?.replaceAll('_', '').toUpperCase();
  const queue = queueOf(record);
  const wait_ms = isCallback(record) ? undefined : record.duration('connectedDurationMs', 1);
  if (outcome === 'ANSWERED') {
    const actor = { type: 'AGENT', id: record.text('answeredUserId') };
    facts.add(`${id}/answered`, 'agent.joined', at, { queue, actor, durations: { wait_ms } });
  } else if (isCallback(record)) return;
  else if (outcome === 'ABANDON') {
    const by = disconnect === 'peer' || disconnect === 'client' ? 'customer' : disconnect || undefined;
    facts.add(`${id}/abandoned`, 'queue.abandoned', at, {
      queue,
      durations: { wait_ms },
      outcome: { disconnect_by: by },
    });
  } else facts.add(`${id}/left`, 'queue.left', at, { queue, durations: { wait_ms }, outcome: { code: 'flow_out' } });
}

const agentOf = (record: VendorRecord): object => ({ type: 'AGENT', id: record.text('userId') });

function userStart({ record, facts, id, at }: StreamEvent): void {
  // Outward the agent dials: nobody offers anything.
  if (directionOf(record) !== 'OUTBOUND') facts.add(`${id}/offer`, 'offer.made', at, { actor: agentOf(record) });
}

/** The end of an agent's session tells how long each part of it took. */
function userEnd({ record, facts, id, at, disconnect }: StreamEvent): void {
  const actor = agentOf(record);
  const talk_ms = record.duration('interactingDurationMs', 1);
  const hold_ms = record.duration('heldDurationMs', 1);
  const ring_ms = record.duration('alertingDurationMs', 1);
  if (!talk_ms && !hold_ms) {
    if (disconnect === 'peer' || disconnect === 'endpoint' || directionOf(record) === 'OUTBOUND') return;
    const type = disconnect === 'client' ? 'offer.rejected' : 'offer.timeout';
    facts.add(`${id}/unanswered`, type, at, {
      actor,
      durations: { ring_ms },
      outcome: { code: disconnect || undefined },
    });
    return;
  }
  const began = at === undefined ? undefined : at - (talk_ms ?? 0) - (hold_ms ?? 0);
  // Called directly or dialling out there is no queue whose end would tell of the answer.
  if (!record.has('queueId') || directionOf(record) === 'OUTBOUND') {
    facts.add(`${id}/joined`, 'agent.joined', began, { actor });
  }
  const kind = transferKind(disconnect);
  if (kind) facts.add(`${id}/transferred`, 'transfer.completed', at, { actor, outcome: { code: kind } });
  facts.add(`${id}/left`, 'agent.left', at, {
    actor,
    durations: { talk_ms, hold_ms, ring_ms },
    outcome: { disconnect_by: kind ? undefined : endedBy(disconnect, 'agent') },
  });
}

function wrapUp({ record, facts, id, at }: StreamEvent): void {
  const code = record.text('wrapupCode') ?? record.text('wrapUpCode');
  facts.add(`${id}/wrap-up`, 'wrapup.completed', at, {
    actor: agentOf(record),
    durations: { acw_ms: record.duration('wrapupDurationMs', 1) },
    outcome: { status: statusOfCode(code), code },
    intents: code === undefined ? undefined : [{ label: code, kind: 'REASON', model: 'agent' }],
  });
}

/** Flows in which the customer deals with a machine; what plays while waiting in a queue is no such. */
const menus: ReadonlySet<string> = new Set(['INBOUNDCALL', 'OUTBOUNDCALL', 'SECURECALL', 'VOICE']);
const bots: ReadonlySet<string> = new Set(['BOT', 'DIGITALBOT', 'INBOUNDCHAT', 'INBOUNDSHORTMESSAGE']);

function flow({ record, facts, id, at, disconnect }: StreamEvent, edge: 'start' | 'end'): void {
  const type = record.text('flowType')?.toUpperCase() ?? '';
  const isBot = bots.has(type);
  if (!isBot && !menus.has(type)) return;
  if (edge === 'start') {
    facts.add(`${id}/flow`, isBot ? 'bot.session_started' : 'ivr.menu_entered', at);
    return;
  }
  const reason = record.text('exitReason')?.toUpperCase() ?? '';
  if (reason.startsWith('RECOGNITION_FAILURE') || reason.startsWith('FLOW_ERROR')) {
    facts.add(`${id}/failed`, isBot ? 'bot.fallback' : 'ivr.invalid_input', at, { outcome: { code: reason } });
  }
  if (isBot && reason === 'TRANSFER') facts.add(`${id}/handoff`, 'bot.handoff_requested', at);
  const by = disconnect.includes('transfer') ? undefined : endedBy(disconnect, 'system');
  facts.add(`${id}/flow-left`, isBot ? 'bot.session_ended' : 'ivr.ended', at, {
    durations: { ivr_ms: isBot ? undefined : record.duration('connectedDurationMs', 1) },
    outcome: { disconnect_by: by },
  });
}
