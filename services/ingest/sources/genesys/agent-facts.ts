import type { Facts } from '../record-facts';
import type { Course } from './conversation';
import { disconnectOf, endedBy, statusOfCode, transferKind } from './names';
import { connected, endOf, lastOf, type Segment, type Session } from './sessions';

const queueOf = ({ segments }: Session): { id?: string } => ({
  id: segments.map(({ record }) => record.text('queueId')).find((it) => it !== undefined),
});

const names = ({ record }: Session): string[] => record.list('metrics').map((it) => it.text('name') ?? '');

/**
 * Into the queue and out of it. That a queue's session ends by `transfer` is the rule: it went to an agent, which is no
 * transfer. A callback waits without the customer, so it is scheduled and not queued.
 */
export function addWaitFacts({ sessions, waits, factsOf }: Course): void {
  for (const wait of sessions.filter(({ side }) => side === 'queue')) {
    const facts = factsOf(wait);
    const queue = queueOf(wait);
    if (wait.medium.name === 'callback') {
      const due = wait.record.text('callbackScheduledTime');
      facts.add(`${wait.id}/callback`, 'callback.scheduled', wait.start, { queue, attributes: { due_at: due } });
      continue;
    }
    facts.add(`${wait.id}/queued`, 'queue.entered', wait.start, { queue });
    const end = endOf(wait);
    const isAnswered = sessions.some((agent) => waits.get(agent) === wait && connected(agent).length > 0);
    if (end === undefined || isAnswered) continue;
    const disconnect = disconnectOf(lastOf(wait).record);
    const metrics = names(wait);
    // Where a metric says how it ended it decides; the system that hangs up has lost the customer all the same.
    const flowedOut = metrics.includes('tFlowOut') || disconnect.includes('transfer');
    if (metrics.includes('tAbandon') || !flowedOut) {
      const by = disconnect === 'peer' || disconnect === 'client' ? 'customer' : disconnect || undefined;
      facts.add(`${wait.id}/abandoned`, 'queue.abandoned', end, { queue, outcome: { disconnect_by: by } });
    } else facts.add(`${wait.id}/left`, 'queue.left', end, { queue, outcome: { code: 'flow_out' } });
  }
}

/** What each agent did: was rung, answered, held, handed over, left, wrapped up. */
export function addAgentFacts({ sessions, factsOf }: Course): void {
  for (const session of sessions.filter(({ side }) => side === 'agent')) {
    const facts = factsOf(session);
    const actor = { type: 'AGENT', id: session.participant.text('userId') };
    const talks = connected(session);
    addOffer(session, talks[0], facts, actor);
    addTalk(session, talks, facts, actor);
    for (const { type, start, end, record } of session.segments) {
      if (type !== 'wrapup') continue;
      const code = record.text('wrapUpCode');
      facts.add(`${session.id}/wrap-up/${start}`, 'wrapup.completed', end, {
        actor,
        durations: { acw_ms: end === undefined ? undefined : Math.max(0, end - start) },
        outcome: { status: statusOfCode(code), code },
        intents: code === undefined ? undefined : [{ label: code, kind: 'REASON', model: 'agent' }],
      });
    }
  }
}

function addOffer(session: Session, talk: Segment | undefined, facts: Facts, actor: object): void {
  const rings = session.segments.filter(({ type }) => type === 'alert');
  for (const [index, ring] of rings.entries()) {
    facts.add(`${session.id}/offer/${ring.start}`, 'offer.made', ring.start, { actor });
    if (ring.end === undefined) continue;
    if (talk && index === rings.length - 1) {
      facts.add(`${session.id}/accepted/${ring.start}`, 'offer.accepted', Math.min(ring.end, talk.start), { actor });
      continue;
    }
    const disconnect = disconnectOf(ring.record);
    // The caller hung up while it rang: nobody left an offer unanswered.
    if (disconnect === 'peer' || disconnect === 'endpoint') continue;
    const type = disconnect === 'client' ? 'offer.rejected' : 'offer.timeout';
    facts.add(`${session.id}/unanswered/${ring.start}`, type, ring.end, {
      actor,
      outcome: { code: disconnect || undefined },
    });
  }
}

function addTalk(session: Session, talks: readonly Segment[], facts: Facts, actor: object): void {
  const [first] = talks;
  if (!first) return;
  const { id, medium, record, segments } = session;
  const dialled = segments.some(({ type }) => type === 'dialing' || type === 'contacting');
  if (medium.name === 'callback') facts.add(`${id}/attempted`, 'callback.attempted', first.start, { actor });
  if (medium.name === 'voice' && dialled && record.texts('callbackNumbers').length > 0) {
    facts.add(`${id}/reached`, 'callback.reached', first.start, { actor });
  }
  facts.add(`${id}/joined`, 'agent.joined', first.start, { actor });
  for (const [index, hold] of talks.entries()) {
    if (hold.type !== 'hold') continue;
    facts.add(`${id}/hold/${hold.start}`, 'hold.started', hold.start, { actor });
    // A hold that the connection did not survive has not ended: the customer gave up waiting.
    if (talks[index + 1]) facts.add(`${id}/hold-ended/${hold.start}`, 'hold.ended', hold.end, { actor });
  }
  const last = talks[talks.length - 1];
  if (last.end === undefined) return;
  const disconnect = disconnectOf(last.record);
  const kind = transferKind(disconnect);
  if (kind) facts.add(`${id}/transferred`, 'transfer.completed', last.end, { actor, outcome: { code: kind } });
  facts.add(`${id}/left`, 'agent.left', last.end, {
    actor,
    outcome: { disconnect_by: kind ? undefined : endedBy(disconnect, 'agent') },
  });
}
