import type { Parties } from './parties';
import type { StoredEvent } from './stored-event';

/** A dialog without content: what was said is not stored. */
export interface Dialog {
  type: 'recording' | 'text' | 'transfer' | 'incomplete';
  start: string;
  [parameter: string]: unknown;
}

const spoken: ReadonlySet<string> = new Set(['VOICE', 'VIDEO', 'IN_PERSON']);
const iso = (ms: number): string => new Date(ms).toISOString();

/** Calls, messages and transfers in order of time; one dialog for a conversation that had neither. */
export function dialogsOf(events: readonly StoredEvent[], parties: Parties): Dialog[] {
  const calls = new Map<string, StoredEvent[]>();
  const made: { at: number; dialog: Dialog; call?: string; transfer?: StoredEvent }[] = [];
  for (const event of events) {
    const at = event.occurred_at_ms;
    if (event.event_type === 'message.sent' && event.direction !== 'INTERNAL') {
      made.push({ at, dialog: messageDialog(event, parties) });
    } else if (spoken.has(event.channel) && event.interaction_id !== '') {
      calls.set(event.interaction_id, [...(calls.get(event.interaction_id) ?? []), event]);
    }
    if (event.event_type === 'transfer.completed' || event.event_type === 'transfer.failed') {
      made.push({ at, dialog: { type: 'transfer', start: iso(at) }, transfer: event });
    }
  }
  for (const [call, of] of calls) made.push({ at: of[0].occurred_at_ms, dialog: callDialog(of, parties), call });
  made.sort((a, b) => a.at - b.at);
  if (made.every(({ transfer }) => transfer !== undefined)) {
    const [{ occurred_at_ms, channel, interaction_id }] = events;
    const dialog = {
      type: 'text' as const,
      start: iso(occurred_at_ms),
      parties: [0],
      ...named(channel, interaction_id),
    };
    made.push({ at: occurred_at_ms, dialog });
  }
  const places = new Map(made.flatMap(({ call }, index) => (call === undefined ? [] : [[call, index] as const])));
  for (const { transfer, dialog } of made)
    if (transfer) Object.assign(dialog, transferred(transfer, events, places, parties));
  return made.map(({ dialog }) => dialog);
}

/** Parameters of the contact-centre extension. */
const named = (channel: string, interaction: string): object => ({
  interaction_type: channel.toLowerCase(),
  ...(interaction === '' ? {} : { interaction_id: interaction }),
});

function messageDialog(event: StoredEvent, parties: Parties): Dialog {
  const from = parties.of(event) ?? (event.direction === 'OUTBOUND' ? parties.organisation() : 0);
  const list = from === 0 ? [0] : [from, 0];
  return {
    type: 'text',
    start: iso(event.occurred_at_ms),
    parties: list,
    ...named(event.channel, event.interaction_id),
  };
}

/** A call that people answered, or one that came to nothing: `incomplete`, with the reason as the draft names it. */
function callDialog(events: readonly StoredEvent[], parties: Parties): Dialog {
  const [first] = events;
  const last = events[events.length - 1];
  const shared = { ...named(first.channel, first.interaction_id) };
  const isServed = events.some(({ event_type, stage }) => event_type === 'agent.joined' || stage === 'SELF_SERVICE');
  const start = iso(first.occurred_at_ms);
  if (!isServed) return { type: 'incomplete', start, parties: [0], disposition: dispositionOf(events), ...shared };
  const history = events.flatMap((event) => {
    const name = historyNames[event.event_type];
    const party = event.event_type.startsWith('hold.') ? 0 : parties.of(event);
    return name && party !== undefined ? [{ party, time: iso(event.occurred_at_ms), event: name }] : [];
  });
  const present = [...new Set([0, ...history.map(({ party }) => party)])];
  const isOutbound = events.some(({ direction }) => direction === 'OUTBOUND');
  return {
    type: 'recording',
    start,
    duration: (last.occurred_at_ms - first.occurred_at_ms) / 1_000,
    parties: present,
    ...(isOutbound && present.length > 1 ? { originator: present[1] } : {}),
    ...(history.length > 0 ? { party_history: history } : {}),
    ...shared,
  };
}

const historyNames: Readonly<Record<string, string>> = {
  'agent.joined': 'join',
  'agent.left': 'drop',
  'hold.started': 'hold',
  'hold.ended': 'unhold',
};

const dispositions: ReadonlySet<string> = new Set([
  ...['no-answer', 'congestion', 'failed', 'busy', 'hung-up', 'voicemail-no-message'],
]);

function dispositionOf(events: readonly StoredEvent[]): string {
  const told = events.find(({ outcome_code }) => dispositions.has(outcome_code))?.outcome_code;
  if (told) return told;
  const types = new Set(events.map(({ event_type }) => event_type));
  if (types.has('queue.abandoned')) return 'hung-up';
  return types.has('offer.timeout') || types.has('offer.rejected') ? 'no-answer' : 'failed';
}

/** Between which calls a transfer led, as far as they are known here. */
function transferred(
  event: StoredEvent,
  events: readonly StoredEvent[],
  places: ReadonlyMap<string, number>,
  parties: Parties,
): object {
  const next = events.find(
    ({ previous_interaction_id, interaction_id }) =>
      event.interaction_id !== '' &&
      previous_interaction_id === event.interaction_id &&
      interaction_id !== event.interaction_id,
  );
  const by = parties.of(event);
  const original = places.get(event.interaction_id);
  const target = next && places.get(next.interaction_id);
  return {
    transferee: 0,
    ...(by === undefined ? {} : { transferor: by }),
    ...(original === undefined ? {} : { original }),
    ...(target === undefined ? {} : { target_dialog: target }),
  };
}
